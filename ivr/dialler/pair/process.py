"""One Asterisk process that we started: known by its id, its start time and its command line."""

import contextlib
import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

TERM_GRACE_S = 5.0
EXEC_WITHIN_S = 1.0
POLL_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Enough to be sure that a process id still means our process."""

    pid: int
    start_ticks: int  # field 22 of /proc/PID/stat, since boot
    configuration: str  # stands in its command line


def start_process(argv: list[str], *, configuration: Path, home: Path) -> Started:
    """Starts it in a session of its own, its output in log/console.log, and notes its id in a file."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "OPENSSL_CONF": "/dev/null",  # the machine's may name modules of another OpenSSL
    }
    with (home / "log" / "console.log").open("wb") as console:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            cwd=home,
            env=environment,
            start_new_session=True,
        )
    state, ticks = _stat(child.pid)
    deadline = time.monotonic() + EXEC_WITHIN_S
    while state != "Z" and _command(child.pid) == [b""] and time.monotonic() < deadline:
        state, _ = _stat(child.pid)
    started = Started(pid=child.pid, start_ticks=ticks, configuration=str(configuration))
    _note(home).write_text(json.dumps(asdict(started)), encoding="utf-8")
    child.returncode = 0  # it outlives us on purpose; `stop_process` collects it if it is still our child
    return started


def running(home: Path) -> Started | None:
    """The process that was started for this home, if it still lives."""
    started = _noted(home)
    return started if started is not None and _lives(started) else None


def stop_process(home: Path, *, force: bool = False) -> bool:
    """Ends exactly that process, politely first unless `force`. False: it was not running. Blocks."""
    started = _noted(home)
    if started is None:
        return False
    lived = _lives(started)
    if lived:
        for number in (signal.SIGKILL,) if force else (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(started.pid, number)
            if _gone(started, within_s=TERM_GRACE_S):
                break
    _collect(started)
    _note(home).unlink(missing_ok=True)
    return lived


def _note(home: Path) -> Path:
    return home / "process.json"


def _noted(home: Path) -> Started | None:
    try:
        return Started(**json.loads(_note(home).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _gone(started: Started, *, within_s: float) -> bool:
    """Waits for it to end."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        state, ticks = _stat(started.pid)
        if ticks != started.start_ticks or state == "Z":
            return True
        time.sleep(POLL_S)
    return False


def _collect(started: Started) -> None:
    """If it is our own child, it has stayed in the process table until now."""
    if _stat(started.pid) == ("Z", started.start_ticks):
        with contextlib.suppress(ChildProcessError):
            os.waitpid(started.pid, os.WNOHANG)


def _lives(started: Started) -> bool:
    """Is it still the process that we started, by its start time and its command line?"""
    state, ticks = _stat(started.pid)
    if ticks != started.start_ticks or state == "Z":
        return False
    try:
        return started.configuration.encode() in _command(started.pid)
    except OSError:
        return False


def _command(pid: int) -> list[bytes]:
    """Program and arguments; [b""] for a moment while it starts, and while it ends. Raises OSError."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def _stat(pid: int) -> tuple[str, int]:
    """State letter and start time; ("", -1): no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", -1
    fields = text.rpartition(")")[2].split()  # the name in parentheses may hold spaces
    return fields[0], int(fields[19])
