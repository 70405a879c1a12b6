"""One campaign per installation: two would telephone the same person at once."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from decision_hook.contract import SurveyError


@contextmanager
def only_campaign(var: Path) -> Iterator[None]:
    """Held while calls are made; the kernel frees it when the process dies, however it dies.

    Raises SurveyError if another process holds it, or the folder cannot be written.
    """
    path = var / "campaign.lock"
    try:
        var.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="ascii")
    except OSError as problem:
        raise SurveyError(f"{path}: cannot be opened ({problem.strerror}); check permissions") from problem
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read(20).strip() or "unknown"
            raise SurveyError(
                f"campaign: process {holder} makes calls from {var} already; "
                "wait for it or end it: two would telephone the same person at once"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
