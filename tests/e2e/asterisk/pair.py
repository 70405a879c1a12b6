"""A real Asterisk pair on free ports, for tests."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.settings import AsteriskSettings
from ivr.dialler.pair.install import install
from ivr.dialler.pair.layout import LOOPBACK, Instance, PairLayout, PairPorts
from ivr.dialler.pair.lifecycle import pair_status, start_instance, start_pair, stop_instance, stop_pair
from ivr.dialler.pair.program import find_asterisk, find_sipp, need_asterisk

REPOSITORY = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A running pair. All methods block for less than a second."""

    layout: PairLayout
    ports: PairPorts
    settings: AsteriskSettings

    @property
    def sipp(self) -> tuple[str, ...]:
        command = find_sipp(self.layout.root)
        assert command is not None
        return command

    def ensure_up(self) -> None:
        """Starts again what a test took down."""
        status = pair_status(self.layout)
        for instance, process in ((Instance.OURS, status.ours), (Instance.CARRIER, status.carrier)):
            if process is None:
                start_instance(self.layout, self.ports, instance)

    def stop(self, instance: Instance) -> None:
        assert stop_instance(self.layout, instance)

    def kill(self, instance: Instance) -> None:
        assert stop_instance(self.layout, instance, force=True)

    def channels(self, instance: Instance) -> list[str]:
        """What `core show channels concise` lists."""
        console = [
            *need_asterisk(self.layout.root).argv,
            "-C",
            str(self.layout.configuration(instance)),
            "-rx",
            "core show channels concise",
        ]
        shown = subprocess.run(console, capture_output=True, text=True, timeout=10, check=True).stdout
        return [line for line in shown.splitlines() if "!" in line]


@contextmanager
def running_pair(base: Path) -> Iterator[Pair]:
    """Skips if none is installed; with REQUIRE_ASTERISK=1 it is installed, or the test fails."""
    installed = PairLayout.below(REPOSITORY / "var")
    if os.environ.get("REQUIRE_ASTERISK") == "1":
        install(installed, mirror=None, progress=lambda what, done: None)
    elif find_asterisk(installed.root) is None or find_sipp(installed.root) is None:
        pytest.skip("no Asterisk here; run `scripts/asterisk install`")
    layout = PairLayout(base=base, root=installed.root)
    ami, simulator = free_ports(socket.SOCK_STREAM, 2)
    sip, carrier_sip, second_peer_sip = free_ports(socket.SOCK_DGRAM, 3)
    ports = PairPorts(
        ami=ami, sip=sip, carrier_sip=carrier_sip, second_peer_sip=second_peer_sip, simulator=simulator
    )
    settings = AsteriskSettings(
        ami_port=ami, simulator_port=simulator, ami_secret_file=base / "ami.secret", calls_per_second=50
    )
    start_pair(layout, ports, settings)
    try:
        yield Pair(layout=layout, ports=ports, settings=settings)
    finally:
        stop_pair(layout)


def free_ports(kind: socket.SocketKind, count: int) -> list[int]:
    """Ports free now, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket(socket.AF_INET, kind)) for _ in range(count)]
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return [int(one.getsockname()[1]) for one in sockets]
