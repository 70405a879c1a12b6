"""What the terminal shows of calls that nobody planned."""

from datetime import UTC, datetime
from io import StringIO
from uuid import uuid4

from rich.console import Console

from decision_hook.contract import CallOutcome, CallVerdict, Reason, Recommendation, RunVersions
from dialogue.events import CallEnded, CallStateChanged
from ivr.live import LiveCalls, results_table


def test_a_call_of_the_campaign_is_named_while_it_lasts() -> None:
    out, named, stranger = StringIO(), uuid4(), uuid4()
    names = {named: "A1"}
    live = LiveCalls(Console(file=out, width=80), name_of=names.get)
    for call in (named, stranger):
        live.observe(CallStateChanged(call=call, state="dialling"))
        live.observe(CallEnded(call=call, outcome=CallOutcome.BUSY))
    names.clear()  # the campaign has forgotten it
    live.observe(CallStateChanged(call=named, state="ended"))
    assert out.getvalue().splitlines() == ["A1: busy, 0 answers"]


def test_a_planned_call_stays() -> None:
    out, call = StringIO(), uuid4()
    live = LiveCalls(Console(file=out, width=80), {call: "genuine"})
    live.observe(CallEnded(call=call, outcome=CallOutcome.COMPLETED))
    live.observe(CallEnded(call=call, outcome=CallOutcome.COMPLETED))
    assert out.getvalue().splitlines() == ["genuine: completed, 0 answers"] * 2


def test_results_fit_a_terminal_of_eighty_columns() -> None:
    verdict = CallVerdict(
        call=uuid4(),
        application="a",
        outcome=CallOutcome.ANNOUNCEMENT,
        recommendation=Recommendation.REFER_FRAUD,
        reasons=(Reason.FACTS_MISMATCH, Reason.FACTS_UNKNOWN, Reason.WATCHLIST_CANDIDATE),
        duration_s=133.4,
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        versions=RunVersions(shengwen="test"),
    )
    out = StringIO()
    rows = [("switched_off_answered", verdict, "approve 50,000", True), ("low_risk", None, "refer", False)]
    Console(file=out, width=80).print(results_table(rows))
    shown = out.getvalue()
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown
    for words in (
        "✓",
        "✗",
        "announcement",
        "refer",
        "fraud",
        "watchlist",
        "50,000",
        "0 in 133 s",
        "not called",
    ):
        assert words in shown
