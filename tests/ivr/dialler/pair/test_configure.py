import stat
import wave
from pathlib import Path

import pytest

from config.settings import AsteriskSettings
from decision_hook.contract import SurveyError
from ivr.dialler.numbers import NUMBERS
from ivr.dialler.pair.announcement import write_announcement
from ivr.dialler.pair.configure import configure
from ivr.dialler.pair.layout import Instance, PairLayout, PairPorts
from ivr.dialler.pair.program import Program
from ivr.dialler.progress import EVENTS

PROGRAM = Program(argv=("asterisk",), version=(22, 10, 1), modules=Path("/modules"), data=Path("/data"))


def write(base: Path, announcement: Path | None = None) -> PairLayout:
    layout = PairLayout(base=base, root=base / "root")
    settings = AsteriskSettings(ami_secret_file=base / "ami.secret")
    configure(layout, PairPorts(), settings, PROGRAM, announcement=announcement)
    return layout


def test_both_configurations_are_complete_and_private(tmp_path: Path) -> None:
    layout = write(tmp_path)
    for instance in Instance:
        files = sorted((layout.home(instance) / "etc").iterdir())
        assert {"asterisk.conf", "modules.conf", "pjsip.conf", "extensions.conf"} <= {f.name for f in files}
        for file in files:
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert "{{" not in file.read_text(encoding="utf-8")


def test_the_manager_sends_only_the_events_that_are_read(tmp_path: Path) -> None:
    manager = (write(tmp_path).home(Instance.OURS) / "etc" / "manager.conf").read_text(encoding="utf-8")
    filters = [line for line in manager.splitlines() if line.startswith("eventfilter")]
    assert filters == [f"eventfilter(action(include),name({name})) =" for name in EVENTS]
    assert (tmp_path / "ami.secret").read_text(encoding="utf-8").strip() in manager
    assert "bindaddr = 127.0.0.1" in manager


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    write(tmp_path)
    first = (tmp_path / "ami.secret").read_text(encoding="utf-8")
    write(tmp_path)
    assert (tmp_path / "ami.secret").read_text(encoding="utf-8") == first
    assert stat.S_IMODE((tmp_path / "ami.secret").stat().st_mode) == 0o600


def test_every_far_end_of_the_table_is_in_the_carriers_dialplan(tmp_path: Path) -> None:
    plan = (write(tmp_path).home(Instance.CARRIER) / "etc" / "extensions.conf").read_text(encoding="utf-8")
    for prefix, far_end in NUMBERS.items():
        assert f"exten => _{prefix}.,1,Goto({far_end},${{EXTEN}},1)\n" in plan
        assert f"\n[{far_end}]\n" in plan


def test_an_announcement_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "own.wav"
    write_announcement(own, None)
    assert write(tmp_path, own).announcement().read_bytes() == own.read_bytes()


def test_an_announcement_of_the_wrong_kind(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "fast.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(bytes(400))
    (tmp_path / "text.wav").write_text("hello", encoding="utf-8")
    with pytest.raises(SurveyError, match="2 channels, 16 bit, 24000 Hz; convert it"):
        write(tmp_path, tmp_path / "fast.wav")
    with pytest.raises(SurveyError, match="not a WAV file"):
        write(tmp_path, tmp_path / "text.wav")


def test_a_path_that_asterisk_would_misread(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="cannot read this path"):
        write(tmp_path / "a;b")
