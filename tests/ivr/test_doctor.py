"""What the doctor finds in a house that is not in order."""

import socket
from pathlib import Path

import pytest

from config.settings import ConsoleSettings, Settings
from ivr import doctor
from ivr.doctor import Finding, Health


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings().model_copy(update={"var": tmp_path / "var", "models": tmp_path / "models"})


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.check: finding for finding in findings}


def test_missing_models_are_named_with_the_command(settings: Settings) -> None:
    found = by_name(list(doctor.models(settings)))
    assert found["model kokoro"].health is Health.MISSING
    assert "model.onnx missing" in found["model kokoro"].says
    assert found["model kokoro"].fix == "run `shengwen models gather kokoro`"
    assert found["model vosk-ko"].health is Health.WARN  # another recogniser's


def test_the_recogniser_that_is_set_is_the_one_that_is_needed(settings: Settings) -> None:
    vosk = settings.model_copy(update={"hearing": settings.hearing.model_copy(update={"engine": "vosk"})})
    found = by_name(list(doctor.models(vosk)))
    assert found["model vosk-ko"].health is Health.MISSING
    assert found["model whisper-base"].health is Health.WARN


def test_a_taken_port_is_missing(settings: Settings) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        console = ConsoleSettings(port=holder.getsockname()[1])
        found = by_name(list(doctor.ports(settings.model_copy(update={"console": console}))))
    assert found["console.port"].health is Health.MISSING
    assert "in use" in found["console.port"].says
    assert found["media.port"].health is Health.OK


def test_little_room_is_said(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.health for one in doctor.disk(settings)] == [Health.OK]
    monkeypatch.setattr(doctor, "FREE_BYTES", 10**18)
    (found,) = doctor.disk(settings)
    assert (found.health, bool(found.fix)) == (Health.MISSING, True)


@pytest.mark.parametrize(
    ("line", "worst"), [("embedded", {Health.OK, Health.WARN}), ("asterisk", {Health.OK, Health.MISSING})]
)
def test_asterisk_is_needed_only_on_its_line(settings: Settings, line: str, worst: set[Health]) -> None:
    found = by_name(list(doctor.asterisk(settings.model_copy(update={"line": line}))))
    assert found["asterisk"].health in worst
    assert ("asterisk manager" in found) is (line == "asterisk")


def test_a_spoilt_bank_is_missing(settings: Settings, tmp_path: Path) -> None:
    interview = settings.interview.model_copy(update={"bank": tmp_path})
    (found,) = doctor.bank(settings.model_copy(update={"interview": interview}))
    assert found.health is Health.MISSING
    assert "bank lint" in found.fix


def test_a_check_that_fails_is_a_finding(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    broken = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/file/test.db"})
    found = by_name(list(doctor.examine(broken)))
    assert found["database"].health is Health.MISSING
    assert found["database"].fix
    assert found["answer tables"].health is Health.OK  # the other checks go on
