import socket
from pathlib import Path

import pytest

from config.settings import AsteriskSettings
from decision_hook.contract import SurveyError
from ivr.dialler.pair import lifecycle
from ivr.dialler.pair.layout import LOOPBACK, Instance, PairLayout, PairPorts
from ivr.dialler.pair.lifecycle import pair_status, start_pair, stop_pair
from ivr.dialler.pair.program import Program
from tests.e2e.asterisk.pair import free_ports


@pytest.fixture
def layout(tmp_path: Path) -> PairLayout:
    return PairLayout.below(tmp_path)


@pytest.fixture
def ports() -> PairPorts:
    (ami,) = free_ports(socket.SOCK_STREAM, 1)
    sip, carrier_sip = free_ports(socket.SOCK_DGRAM, 2)
    return PairPorts(ami=ami, sip=sip, carrier_sip=carrier_sip)


def settings(layout: PairLayout) -> AsteriskSettings:
    return AsteriskSettings(ami_secret_file=layout.base / "ami.secret")


@pytest.fixture
def _quitter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An Asterisk that says one line and ends."""
    program = tmp_path / "quitter"
    program.write_text("#!/bin/sh\necho 'ERROR: no such module' >&2\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    found = Program(argv=(str(program),), version=(22, 10, 1), modules=tmp_path, data=tmp_path)
    monkeypatch.setattr(lifecycle, "need_asterisk", lambda root: found)


@pytest.mark.usefixtures("_quitter")
def test_one_that_does_not_start_says_why_and_leaves_nothing(layout: PairLayout, ports: PairPorts) -> None:
    with pytest.raises(SurveyError, match=r"did not start: .*no such module"):
        start_pair(layout, ports, settings(layout))
    assert not pair_status(layout).up
    assert stop_pair(layout) == []


@pytest.mark.usefixtures("_quitter")
def test_a_port_in_use_is_named(layout: PairLayout, ports: PairPorts) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((LOOPBACK, ports.carrier_sip))
        with pytest.raises(SurveyError, match=rf"port {ports.carrier_sip} \(the carrier's SIP\) is in use"):
            start_pair(layout, ports, settings(layout))


def test_nothing_installed(layout: PairLayout, ports: PairPorts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SurveyError, match="run `scripts/asterisk install`"):
        start_pair(layout, ports, settings(layout))
    assert pair_status(layout).version == ""


def test_instances_do_not_share_rtp_ports() -> None:
    ours, carriers = (PairPorts().rtp(instance) for instance in Instance)
    assert ours[1] < carriers[0]
