"""Finds the programs to run: the machine's own Asterisk if it is recent enough, else the unpacked one."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from decision_hook.contract import SurveyError

# First releases of each branch without the channel deadlocks fixed in asterisk#1907, #1928 and #1936.
RECENT_ENOUGH: dict[int, tuple[int, int, int]] = {20: (20, 20, 1), 22: (22, 10, 1), 23: (23, 4, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A runnable Asterisk."""

    argv: tuple[str, ...]  # command without options
    version: tuple[int, int, int]
    modules: Path
    data: Path  # holds documentation/, without which Asterisk does not start


def parse_version(text: str) -> tuple[int, int, int] | None:
    """`Asterisk 22.10.1+dfsg…` -> (22, 10, 1); None if there is no version in it."""
    found = re.search(r"\b(\d+)\.(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def recent_enough(version: tuple[int, int, int]) -> bool:
    least = RECENT_ENOUGH.get(version[0])
    return version >= least if least else version[0] > max(RECENT_ENOUGH)


def unpacked(root: Path, program: str) -> tuple[str, ...] | None:
    """Command that runs `program` of an unpacked Debian with that Debian's own libraries, or None.

    The dynamic loader is called directly, so neither chroot nor root rights nor mounts are needed.
    """
    binary = next(
        (path for folder in ("sbin", "bin") if (path := root / "usr" / folder / program).exists()), None
    )
    loader = next(iter(sorted(root.glob("usr/lib*/ld-linux-*.so.*"))), None)
    libraries = next(iter(sorted(root.glob("usr/lib/*-linux-gnu*"))), None)
    if binary is None or loader is None or libraries is None:
        return None
    return (str(loader), "--inhibit-cache", "--library-path", str(libraries), str(binary))


def find_asterisk(root: Path) -> Program | None:
    """The Asterisk to run, or None if there is none. Runs `asterisk -V`; blocks for some milliseconds."""
    return next(_candidates(root), None)


def find_sipp(root: Path) -> tuple[str, ...] | None:
    """Command of the SIP test user agent, or None."""
    own = shutil.which("sipp")
    return (own,) if own else unpacked(root, "sipp")


def need_asterisk(root: Path) -> Program:
    """As `find_asterisk`. Raises SurveyError that names the command to run."""
    program = find_asterisk(root)
    if program is None:
        raise SurveyError("asterisk: none installed; run `scripts/asterisk install`")
    return program


def _candidates(root: Path) -> Iterator[Program]:
    own = shutil.which("asterisk")
    if own:
        folders = [*Path("/usr/lib").glob("*/asterisk/modules"), Path("/usr/lib/asterisk/modules")]
        data = [Path("/usr/share/asterisk"), Path("/var/lib/asterisk")]
        yield from _usable((own,), folders, data)
    argv = unpacked(root, "asterisk")
    if argv:
        yield from _usable(argv, list(root.glob("usr/lib/*/asterisk/modules")), [root / "usr/share/asterisk"])


def _usable(argv: tuple[str, ...], modules: list[Path], data: list[Path]) -> Iterator[Program]:
    try:
        shown = subprocess.run([*argv, "-V"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return
    version = parse_version(shown)
    here = next((folder for folder in modules if (folder / "app_audiosocket.so").exists()), None)
    documented = next((folder for folder in data if (folder / "documentation").is_dir()), None)
    if version and recent_enough(version) and here and documented:
        yield Program(argv=argv, version=version, modules=here, data=documented)
