"""The bank that new calls use while somebody edits its files: always the newest good one."""

import logging
from pathlib import Path

from config.document import Problem
from question_bank.bank import Bank
from question_bank.load import files_of, inspect

log = logging.getLogger(__name__)

Signature = tuple[tuple[str, int, int], ...]


class LiveBank:
    """`newest` may be read from the event loop; `refresh` blocks and belongs in one thread at a time."""

    def __init__(self, folder: Path, bank: Bank) -> None:
        """`bank`: the one that was loaded from this folder."""
        self.folder, self.newest = folder, bank
        self.problems: tuple[
            Problem, ...
        ] = ()  # of the files as they are now; () : `newest` is what they say
        self._seen: Signature | None = None  # None: not looked at yet

    def refresh(self) -> bool:
        """Looks whether the files changed; True if there is a new bank. A bad edit only changes `problems`.

        A file that is being written may be half there: what is read counts only if nothing changed meanwhile.
        """
        before = self._signature()
        if before == self._seen:
            return False
        try:
            inspection = inspect(self.folder)
        except OSError:  # a file went away between listing and reading
            return False
        if self._signature() != before:
            return False  # look again at the next turn
        self._seen, self.problems = before, inspection.problems
        if inspection.bank is None:
            first = inspection.problems[0]
            log.warning(
                "question bank: %d problems, %s goes on; first: %s, line %s; run `shengwen bank lint %s`",
                len(inspection.problems), self.newest.version, first.file.name, first.line, self.folder,
            )  # fmt: skip
            return False
        if inspection.bank.version == self.newest.version:
            return False
        log.info("question bank: %s replaces %s for new calls", inspection.bank.version, self.newest.version)
        self.newest = inspection.bank
        return True

    def _signature(self) -> Signature:
        """Names, times and sizes of the files; a file that vanishes while we look is simply not there."""
        found = []
        for path in files_of(self.folder):
            try:
                status = path.stat()
            except OSError:
                continue
            found.append((path.name, status.st_mtime_ns, status.st_size))
        return tuple(found)
