"""Unpacks a recent Asterisk and sipp from Debian into a folder of ours. Needs apt, but no root rights.

The machine's packages stay as they are: apt gets state, cache and sources of its own, downloads what
Asterisk depends on, and the packages are unpacked, not installed. Nothing outside the folder changes.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from decision_hook.contract import SurveyError
from ivr.dialler.pair.layout import PairLayout
from ivr.dialler.pair.mirrors import Mirror, default_keyring, machine_mirrors
from ivr.dialler.pair.program import find_asterisk, find_sipp

SUITE = "forky"  # the first Debian release with an Asterisk that is recent enough
NEEDED_BYTES = 600_000_000  # 80 MB of packages, 270 MB unpacked, and room
APT_TIMEOUT_S = 300.0

Progress = Callable[[str, float], None]  # what is being done; share done, 0 to 1


def install(layout: PairLayout, *, mirror: str | None, progress: Progress) -> list[str]:
    """Makes Asterisk and sipp runnable; returns what was unpacked, [] if nothing was missing.

    `mirror`: a Debian archive to use instead of the machine's own sources. Blocks for some ten
    seconds; can be interrupted and called again. Raises SurveyError.
    """
    missing = [
        package
        for package, found in (
            ("asterisk", find_asterisk(layout.root)),
            ("sip-tester", find_sipp(layout.root)),
        )
        if found is None
    ]
    if not missing:
        return []
    _check_machine(layout.base)
    work = layout.base / "packages"
    apt = _Apt(work=work, log=layout.install_log)
    progress("reading package lists", 0.0)
    apt.update([Mirror(uri=mirror.rstrip("/"), signed_by="")] if mirror else machine_mirrors())
    progress("downloading", 0.2)
    apt.download(missing)
    _unpack(work / "cache" / "archives", layout, progress)
    if find_asterisk(layout.root) is None:
        raise SurveyError(f"asterisk: unpacked but does not run; see {layout.install_log}")
    shutil.rmtree(work)
    progress("done", 1.0)
    return missing


def _check_machine(base: Path) -> None:
    base.mkdir(parents=True, exist_ok=True)
    absent = [name for name in ("apt-get", "dpkg-deb") if shutil.which(name) is None]
    if absent:
        raise SurveyError(
            f"asterisk: this machine has no {absent[0]}; "
            "install Asterisk 22.10.1 or newer and sipp by its own means"
        )
    free = shutil.disk_usage(base).free
    if free < NEEDED_BYTES:
        raise SurveyError(f"{base}: {free // 10**6} MB free, {NEEDED_BYTES // 10**6} MB needed; make room")


class _Apt:
    """apt-get with lists, cache and sources of its own; proxies and credentials are the machine's."""

    def __init__(self, *, work: Path, log: Path) -> None:
        self._work, self._log = work, log
        self._sources = work / "debian.sources"
        self._configuration = work / "apt.conf"

    def update(self, mirrors: list[Mirror]) -> None:
        """Reads the package lists of the first mirror that has the suite."""
        for folder in ("state/lists/partial", "cache/archives/partial", "log"):
            (self._work / folder).mkdir(parents=True, exist_ok=True)
        (self._work / "status").touch()
        self._configuration.write_text(self._options(), encoding="utf-8")
        for mirror in mirrors:
            self._sources.write_text(_source(mirror), encoding="utf-8")
            if self._run("update", "-o", "APT::Update::Error-Mode=any"):
                return
        raise SurveyError(
            f"asterisk: no apt source of this machine has Debian {SUITE} (see {self._log}); "
            "run `scripts/asterisk install --mirror URL` with the URL of a Debian archive"
        )

    def download(self, packages: list[str]) -> None:
        if not self._run("install", "--yes", "--download-only", *packages):
            raise SurveyError(
                f"asterisk: download failed (see {self._log}); run `scripts/asterisk install` again"
            )

    def _run(self, *words: str) -> bool:
        command = ["apt-get", "-q", "-c", str(self._configuration), *words]
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n")
            log.flush()
            try:
                done = subprocess.run(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    timeout=APT_TIMEOUT_S,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                log.write(f"gave up after {APT_TIMEOUT_S:.0f} s\n")
                return False
        return done.returncode == 0

    def _options(self) -> str:
        work = self._work
        settings = {
            "Dir::State": f"{work}/state",
            "Dir::State::status": f"{work}/status",  # empty: every dependency is downloaded
            "Dir::Cache": f"{work}/cache",
            "Dir::Log": f"{work}/log",
            "Dir::Etc::sourcelist": str(self._sources),
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "APT::Install-Recommends": "false",
            "APT::Keep-Downloaded-Packages": "true",
            "APT::Sandbox::User": "",  # the folder is ours; no other user may write it
            "Acquire::Languages": "none",
            "Acquire::Check-Valid-Until": "false",  # mirrors may lag
            "Acquire::Retries": "3",
        }
        cleared = ("APT::Update::Post-Invoke", "APT::Update::Post-Invoke-Success", "DPkg::Post-Invoke")
        lines = [f"#clear {name};" for name in cleared]
        return "\n".join([*lines, *(f'{name} "{value}";' for name, value in settings.items()), ""])


def _source(mirror: Mirror) -> str:
    fields = {"Types": "deb", "URIs": mirror.uri, "Suites": SUITE, "Components": "main"}
    signed_by = mirror.signed_by or default_keyring()
    if signed_by:
        fields["Signed-By"] = signed_by
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def _unpack(archives: Path, layout: PairLayout, progress: Progress) -> None:
    """Unpacks aside and swaps, so that a half-unpacked root is never run."""
    part = layout.root.with_name("root.part")
    shutil.rmtree(part, ignore_errors=True)
    if layout.root.exists():
        shutil.copytree(layout.root, part, symlinks=True)
    part.mkdir(exist_ok=True)
    packages = sorted(archives.glob("*.deb"))
    for number, package in enumerate(packages):
        progress(f"unpacking {number + 1}/{len(packages)}", 0.3 + 0.7 * number / len(packages))
        done = subprocess.run(
            ["dpkg-deb", "-x", str(package), str(part)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode != 0:
            package.unlink()  # broken: the next run downloads it anew
            raise SurveyError(
                f"asterisk: {package.name} cannot be unpacked ({done.stderr.strip()[:200]}); "
                "run `scripts/asterisk install` again"
            )
    names = [package.name for package in packages]
    (part / "packages.json").write_text(json.dumps(names, indent=1), encoding="utf-8")
    shutil.rmtree(layout.root, ignore_errors=True)
    part.rename(layout.root)
