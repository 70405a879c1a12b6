"""The calls as they happen, in the terminal, then a table of what came of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType
from uuid import UUID

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from decision_hook.contract import CallVerdict, Grade, Hypothesis
from dialogue.events import (
    AnswerUnderstood,
    BeliefsChanged,
    CallEnded,
    CallerStarted,
    CallEvent,
    CallStateChanged,
    PromptStarted,
)

GRADE_STYLE = {
    Grade.MATCH: "green",
    Grade.PARTIAL: "green",
    Grade.MISMATCH: "red",
    Grade.DONT_KNOW: "red",
    Grade.DENIAL: "red",
    Grade.UNCLEAR: "yellow",
    Grade.NO_ANSWER: "yellow",
    Grade.REFUSAL: "yellow",
}
REFRESH_PER_S = 4
ASKED_CHARS, HEARD_CHARS = 40, 34


@dataclass(slots=True)
class _Row:
    """What is shown of one call."""

    name: str
    state: str = "waiting"
    asked: str = ""
    heard: Text = field(default_factory=Text)
    pause_ms: int | None = None  # latency of the last answer; None: spoke during the prompt, or not yet
    beliefs: dict[Hypothesis, float] = field(default_factory=dict)
    net_speech_s: float = 0.0
    answers: int = 0


class LiveCalls:
    """A CallObserver that draws. Not a terminal: a line per call's end instead.

    `names`: calls that are planned; they stay on the screen. `name_of` names a call that was not planned; it
    is shown while it lasts, and not at all if it has no name.
    """

    def __init__(
        self,
        console: Console,
        names: Mapping[UUID, str] = MappingProxyType({}),
        *,
        name_of: Callable[[UUID], str | None] = lambda _: None,
    ) -> None:
        self._console = console
        self._planned = frozenset(names)
        self._name_of = name_of
        self._rows = {call: _Row(name=name) for call, name in names.items()}
        self._live = Live(
            console=console, get_renderable=self._draw, refresh_per_second=REFRESH_PER_S, transient=True
        )

    def __enter__(self) -> "LiveCalls":
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def observe(self, event: CallEvent) -> None:
        row = self._row(event.call)
        if row is None:
            return
        match event:
            case CallStateChanged():
                row.state = event.state
            case PromptStarted():
                row.asked = event.text
            case CallerStarted():
                row.heard = Text("…", style="dim")
            case AnswerUnderstood():
                row.answers += 1
                row.pause_ms = event.answer.latency_ms
                row.heard = Text(event.answer.text, style=GRADE_STYLE.get(event.answer.grade, ""))
                row.heard.append(f" {event.answer.grade.value}", style="dim")
            case BeliefsChanged():
                row.beliefs = event.probabilities
                row.net_speech_s = event.net_speech_s
            case CallEnded():
                row.state = event.outcome.value
                if not self._console.is_terminal:
                    self._console.print(f"{row.name}: {event.outcome.value}, {row.answers} answers")
                if event.call not in self._planned:
                    del self._rows[event.call]

    def _row(self, call: UUID) -> _Row | None:
        if call not in self._rows and (name := self._name_of(call)) is not None:
            self._rows[call] = _Row(name=name)
        return self._rows.get(call)

    def _draw(self) -> Panel:
        table = Table(expand=True, box=None, pad_edge=False)
        for title, width in (("applicant", 14), ("state", 12)):
            table.add_column(title, width=width, no_wrap=True)
        table.add_column("asked", ratio=5, no_wrap=True)
        table.add_column("heard", ratio=4, no_wrap=True)
        table.add_column("pause", width=6, justify="right")
        table.add_column("genuine", width=12)
        table.add_column("voice", width=5, justify="right")
        for row in self._rows.values():
            table.add_row(
                row.name,
                row.state,
                row.asked[:ASKED_CHARS],
                row.heard,
                "–" if row.pause_ms is None else f"{row.pause_ms / 1_000:.1f} s",
                bar(row.beliefs),
                f"{row.net_speech_s:.0f} s",
            )
        return Panel(Group(table), title="声问 · calls", border_style="dim")


def bar(beliefs: dict[Hypothesis, float], width: int = 12) -> Text:
    """A bar of genuine (green), coached (yellow), impostor (red)."""
    if not beliefs:
        return Text("·" * width, style="dim")
    shown = Text()
    left = width
    for hypothesis, style in ((Hypothesis.IMPOSTOR, "red"), (Hypothesis.COACHED, "yellow")):
        cells = min(left, round(beliefs.get(hypothesis, 0.0) * width))
        left -= cells
        shown = Text("█" * cells, style=style) + shown
    return Text("█" * left, style="green") + shown


def results_table(rows: Sequence[tuple[str, CallVerdict | None, str, bool | None]]) -> Table:
    """(name, verdict, decision in words, as expected or None where nothing was expected)."""
    table = Table(title="What came of it", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("", width=1)  # as expected
    table.add_column("applicant", overflow="fold")
    table.add_column("outcome", no_wrap=True)
    for title in ("advice", "reasons", "decision"):
        table.add_column(title)
    table.add_column("answers", justify="right", no_wrap=True)
    for name, verdict, decision, as_expected in rows:
        mark = {True: "[green]✓", False: "[red]✗", None: ""}[as_expected]
        if verdict is None:
            table.add_row(mark, name, "not called", "–", "–", decision, "–")
            continue
        table.add_row(
            mark,
            name,
            _words(verdict.outcome),
            _words(verdict.recommendation),
            _words(", ".join(verdict.reasons)) or "–",
            decision,
            f"{len(verdict.answers)} in {verdict.duration_s:.0f} s",
        )
    return table


def _words(code: str) -> str:
    """As words, which a narrow terminal can break into lines."""
    return code.replace("_", " ")
