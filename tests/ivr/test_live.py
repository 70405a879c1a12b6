"""What the terminal shows of calls that nobody planned."""

from io import StringIO
from uuid import uuid4

from rich.console import Console

from decision_hook.contract import CallOutcome
from dialogue.events import CallEnded, CallStateChanged
from ivr.live import LiveCalls


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
