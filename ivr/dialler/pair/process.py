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
    ticks = _start_ticks(child.pid)
    started = Started(pid=child.pid, start_ticks=ticks or 0, configuration=str(configuration))
    _pid_file(home).write_text(json.dumps(asdict(started)), encoding="utf-8")
    child.returncode = 0  # it outlives us on purpose; `stop_process` collects it if it is still our child
    return started


def running(home: Path) -> Started | None:
    """The process that was started for this home, if it still lives."""
    try:
        started = Started(**json.loads(_pid_file(home).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return started if _is_ours(started) else None


def stop_process(home: Path, *, force: bool = False) -> bool:
    """Ends exactly that process, politely first unless `force`. False: it was not running. Blocks."""
    started = running(home)
    if started is not None:
        for number in (signal.SIGKILL,) if force else (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(started.pid, number)
            if _gone(started, within_s=TERM_GRACE_S):
                break
    _pid_file(home).unlink(missing_ok=True)
    return started is not None


def _pid_file(home: Path) -> Path:
    return home / "process.json"


def _gone(started: Started, *, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(started.pid, os.WNOHANG)
        if not _is_ours(started):
            return True
        time.sleep(POLL_S)
    return False


def _is_ours(started: Started) -> bool:
    try:
        command = Path(f"/proc/{started.pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return _start_ticks(started.pid) == started.start_ticks and started.configuration.encode() in command


def _start_ticks(pid: int) -> int | None:
    """None: no such process, or one that only waits to be collected."""
    try:
        # the name in parentheses may hold spaces
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])
