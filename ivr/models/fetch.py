"""Downloads one pinned package with pip, so that the machine's own mirrors, proxies and caches apply."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from decision_hook.contract import SurveyError

STALLED_S = 180.0  # no byte for this long: give up; pip's own retries take less


class Fetcher(Protocol):
    def fetch(self, name: str, version: str, into: Path, on_bytes: Callable[[int], None]) -> Path:
        """The downloaded wheel. `on_bytes` gets how much is there so far. Raises SurveyError."""
        ...


class PipFetcher:
    """Runs `python -m pip download`. Wheels only: nothing of a package is ever executed."""

    def fetch(self, name: str, version: str, into: Path, on_bytes: Callable[[int], None]) -> Path:
        folder = into / name
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "download"]
        command += ["--no-deps", "--only-binary=:all:", "--progress-bar=off", "-d", str(folder)]
        # pip downloads into TMPDIR first: there it can be watched, and it is the disk that was measured.
        environment = {**os.environ, "TMPDIR": str(folder)}
        log = folder / "pip.log"
        with log.open("wb") as output:
            pip = subprocess.Popen(
                [*command, f"{name}=={version}"], stdout=output, stderr=subprocess.STDOUT, env=environment
            )
            try:
                _watch(pip, folder, on_bytes, f"{name} {version}")
            finally:
                if pip.poll() is None:
                    pip.kill()
                    pip.wait()
        if pip.returncode != 0:
            raise SurveyError(explain(f"{name} {version}", log.read_text(errors="replace")))
        wheels = list(folder.glob("*.whl"))
        if len(wheels) != 1:
            raise SurveyError(f"{name} {version}: pip brought no wheel; see that the index has one")
        return wheels[0]


def _watch(pip: "subprocess.Popen[bytes]", folder: Path, on_bytes: Callable[[int], None], what: str) -> None:
    before, since = -1, time.monotonic()
    while True:
        try:
            pip.wait(timeout=0.25)
            return
        except subprocess.TimeoutExpired:
            size = _bytes_below(folder)
        if size != before:
            before, since = size, time.monotonic()
            on_bytes(size)
        elif time.monotonic() - since > STALLED_S:
            raise SurveyError(
                f"{what}: nothing arrived for {STALLED_S:.0f} s; check the network and try again"
            )


def _bytes_below(folder: Path) -> int:
    """pip makes and removes folders all the time: what vanishes meanwhile counts as nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += (Path(parent) / name).stat().st_size
    return total


# What pip says, in lower case, and what it means.
_MEANINGS = (
    ("no module named pip", "pip is missing; run `python -m ensurepip`"),
    ("no space left", "the disk is full; free space and run it again: finished files are kept"),
    ("failed to establish a new connection", "the package index cannot be reached; check network or proxy"),
    ("name resolution", "the package index cannot be reached; check network or proxy"),
    ("connection refused", "the package index cannot be reached; check network or proxy"),
    ("timed out", "the package index does not answer; check the network and run it again"),
    ("certificate", "the package index's certificate is not trusted; check pip's `cert` setting"),
    ("no matching distribution", "the package index does not have it; check pip's index and the network"),
)


def explain(what: str, log: str) -> str:
    """One line from pip's output."""
    said = log.lower()
    for sign, meaning in _MEANINGS:
        if sign in said:
            return f"{what}: {meaning}"
    errors = [line.strip() for line in log.splitlines() if line.startswith("ERROR")]
    return f"{what}: pip failed ({(errors or ['no message'])[-1][:200]}); run `pip download` by hand"
