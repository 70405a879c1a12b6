"""Starts and stops the pair, and tells what runs."""

import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from config.settings import AsteriskSettings
from decision_hook.contract import SurveyError
from ivr.dialler.pair.configure import configure
from ivr.dialler.pair.layout import LOOPBACK, Instance, PairLayout, PairPorts
from ivr.dialler.pair.process import Started, running, start_process, stop_process
from ivr.dialler.pair.program import need_asterisk

READY_WITHIN_S = 30.0
PING_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class PairStatus:
    """What runs now."""

    version: str  # "": no Asterisk installed
    ours: Started | None
    carrier: Started | None

    @property
    def up(self) -> bool:
        return self.ours is not None and self.carrier is not None


def start_pair(
    layout: PairLayout, ports: PairPorts, settings: AsteriskSettings, *, announcement: Path | None = None
) -> float:
    """Configures and starts both; returns the seconds until both answer. Blocks. Raises SurveyError.

    Leaves nothing running if one of them fails.
    """
    began = time.monotonic()
    program = need_asterisk(layout.root)
    for instance in Instance:
        if running(layout.home(instance)):
            raise SurveyError(f"asterisk: {instance} runs already; run `scripts/asterisk stop` first")
    _check_free(ports)
    for instance in Instance:
        shutil.rmtree(layout.home(instance) / "log", ignore_errors=True)
    configure(layout, ports, settings, program, announcement=announcement)
    try:
        for instance in Instance:
            _spawn(layout, instance, program.argv)
        for instance in Instance:
            _wait_ready(layout, instance, ports)
    except BaseException:
        stop_pair(layout)
        raise
    return time.monotonic() - began


def start_instance(layout: PairLayout, ports: PairPorts, instance: Instance) -> None:
    """Starts one again, as it was configured. Blocks. Raises SurveyError."""
    _spawn(layout, instance, need_asterisk(layout.root).argv)
    _wait_ready(layout, instance, ports)


def stop_instance(layout: PairLayout, instance: Instance, *, force: bool = False) -> bool:
    """False: it was not running. `force`: as if it had crashed. Blocks."""
    return stop_process(layout.home(instance), force=force)


def stop_pair(layout: PairLayout) -> list[Instance]:
    """Ends what we started; returns which ran. Idempotent. Blocks."""
    return [instance for instance in Instance if stop_instance(layout, instance)]


def pair_status(layout: PairLayout) -> PairStatus:
    try:
        version = ".".join(str(part) for part in need_asterisk(layout.root).version)
    except SurveyError:
        version = ""
    return PairStatus(
        version=version,
        ours=running(layout.home(Instance.OURS)),
        carrier=running(layout.home(Instance.CARRIER)),
    )


def _spawn(layout: PairLayout, instance: Instance, argv: tuple[str, ...]) -> None:
    configuration = layout.configuration(instance)
    # -f: stay in the foreground, -n: no colours; we are the service manager
    start_process(
        [*argv, "-f", "-n", "-C", str(configuration)], configuration=configuration, home=layout.home(instance)
    )


def _check_free(ports: PairPorts) -> None:
    wanted = (
        ("AMI", ports.ami, socket.SOCK_STREAM),
        ("SIP", ports.sip, socket.SOCK_DGRAM),
        ("the carrier's SIP", ports.carrier_sip, socket.SOCK_DGRAM),
    )
    for what, port, kind in wanted:
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError as problem:
                raise SurveyError(
                    f"asterisk: port {port} ({what}) is in use; end what uses it or choose another port"
                ) from problem


def _wait_ready(layout: PairLayout, instance: Instance, ports: PairPorts) -> None:
    """Until it answers SIP, and, for ours, until AMI greets."""
    deadline = time.monotonic() + READY_WITHIN_S
    sip = ports.sip if instance is Instance.OURS else ports.carrier_sip
    while not (_answers_sip(sip) and (instance is Instance.CARRIER or _greets(ports.ami))):
        if running(layout.home(instance)) is None or time.monotonic() > deadline:
            raise SurveyError(f"asterisk: {instance} did not start: {_last_words(layout.home(instance))}")


def _answers_sip(port: int) -> bool:
    """One OPTIONS request; any reply will do. Takes at most PING_S."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(PING_S)
        probe.connect((LOOPBACK, port))
        here, once = "{}:{}".format(*probe.getsockname()), time.monotonic_ns()
        lines = (
            f"OPTIONS sip:ready@{LOOPBACK}:{port} SIP/2.0",
            f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{once}",
            f"From: <sip:ready@{here}>;tag=1",
            f"To: <sip:ready@{LOOPBACK}:{port}>",
            f"Call-ID: {once}@{here}",
            "CSeq: 1 OPTIONS",
            "Max-Forwards: 5",
            "Content-Length: 0",
        )
        try:
            probe.send(("\r\n".join(lines) + "\r\n\r\n").encode())
            return probe.recv(2_048).startswith(b"SIP/2.0 ")
        except TimeoutError:
            return False
        except OSError:  # nobody listens yet
            time.sleep(PING_S)
            return False


def _greets(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1.0) as probe:
            return probe.recv(64).startswith(b"Asterisk Call Manager")
    except OSError:
        return False


def _last_words(home: Path) -> str:
    logs = [home / "log" / name for name in ("messages.log", "console.log")]
    lines = [line for log in logs if log.exists() for line in log.read_text(errors="replace").splitlines()]
    worst = [line for line in lines if "ERROR" in line] or lines
    return f"{' | '.join(worst[-2:])[:400] or 'no output'}; see {home}/log"
