"""Bars on stderr while models are gathered: one per model; plain lines where there is no terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class ShownProgress:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def begin(self, model: str, total_bytes: int) -> None:
        self._tasks[model] = self._bars.add_task(model, total=total_bytes)
        self._say(f"{model}: {total_bytes / 1e6:.0f} MB to download and unpack")

    def at(self, model: str, done_bytes: int) -> None:
        self._bars.update(self._tasks[model], completed=done_bytes)

    def skipped(self, model: str) -> None:
        self._tasks[model] = self._bars.add_task(model, total=1, completed=1)
        self._say(f"{model}: there and right")

    def _say(self, line: str) -> None:
        if not self._bars.console.is_terminal:  # bars would print nothing until the end
            self._bars.console.print(line)


@contextmanager
def shown_progress() -> Iterator[ShownProgress]:
    columns = (TextColumn("{task.description:14}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        yield ShownProgress(bars)
