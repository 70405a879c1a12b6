"""Whatever is wrong with what people bring: one line that says where, what and what to do; exit code 1."""

import fcntl
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ivr.cli import main
from ivr.simulator.answering import load_personas

ROOT = Path(__file__).parents[2]
GENUINE = ROOT / "config/demo/genuine"
Run = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the project's config, whose files may be spoiled."""
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHENGWEN_DATABASE_URL", f"sqlite:///{tmp_path}/test.db")
    return tmp_path


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command that must fail as it should; gives what it said on stderr."""

    def run(*arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", ["shengwen", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert ended.value.code == 1
        assert said.out == ""
        assert "Traceback" not in said.err
        assert "shengwen: " in said.err
        return re.sub(r"\s+", " ", said.err)

    return run


def spoil(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("line: [", "not YAML", id="broken"),
        pytest.param("lines: embedded", "lines: is not known here", id="unknown key"),
        pytest.param("- line", "must be a mapping", id="a list"),
        pytest.param("line: pigeon", "line: must be 'embedded' or 'asterisk'", id="no such line"),
        pytest.param("console: {port: 99999}", "console.port: must be at most 65535", id="out of bounds"),
        pytest.param("a: &x 1\nb: *x", "alias", id="alias"),
        pytest.param("line: !!python/object:os.system x", "tag", id="tag"),
    ],
)
@pytest.mark.parametrize(
    "command", [("demo",), ("serve",), ("doctor",), ("models", "list"), ("asterisk", "status")]
)
def test_settings(folder: Path, fails: Run, command: tuple[str, ...], text: str, says: str) -> None:
    spoil(folder / "config/shengwen.yaml", text)
    said = fails(*command)
    assert says in said
    assert "config/shengwen.yaml" in said


def test_all_problems_of_the_settings_together(folder: Path, fails: Run) -> None:
    spoil(folder / "config/shengwen.yaml", "more: 1\nconsole: {port: -1}\ncampaign: {calls_at_once: 0}")
    said = fails("doctor")
    for where in ("more:", "console.port:", "campaign.calls_at_once:"):
        assert where in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("SHENGWEN_CONSOLE__PORT", "eighty", id="no number"),
        pytest.param("SHENGWEN_CONSOLE", "{", id="half a mapping"),
        pytest.param("SHENGWEN_LINE", "pigeon", id="no such line"),
    ],
)
def test_settings_from_the_environment(
    folder: Path, fails: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert name.removeprefix("SHENGWEN_").split("__")[0].lower() in fails("doctor").lower()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("{", "not YAML", id="broken"),
        pytest.param("id: A1", "phone: is missing", id="no phone"),
        pytest.param("id: A 1\nphone: x\nmore: 1", "more: is not known here", id="several problems"),
        pytest.param(
            "id: A1\nphone: 170\nfacts: {age: {value: 3, source: police}}", "source", id="bad source"
        ),
        pytest.param("", "is missing", id="empty"),
    ],
)
def test_applications(folder: Path, fails: Run, text: str, says: str) -> None:
    path = spoil(folder / "a.yaml", text)
    said = fails("call", "--application", path, "--persona", GENUINE / "persona.yaml")
    assert says in said
    assert str(path) in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("name: x\nvoice: {name: nobody}", "voice.name", id="no such voice"),
        pytest.param("name: x\nmood: bad", "mood: is not known here", id="unknown key"),
        pytest.param("name: x\nwording: {employer: ['{job}']}", "no such placeholder", id="bad template"),
    ],
)
def test_personas(folder: Path, fails: Run, text: str, says: str) -> None:
    path = spoil(folder / "p.yaml", text)
    said = fails("call", "--application", GENUINE / "application.yaml", "--persona", path)
    assert says in said
    assert str(path) in said


def test_files_that_are_not_there(folder: Path, fails: Run) -> None:
    assert "none.yaml" in fails("call", "--application", "none.yaml", "--persona", "none.yaml")
    assert "no such file" in fails("run", "none.csv")
    assert "no such folder" in fails("run", csv(folder, "A1,17000000001"), "--personas", "nowhere")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("demo", "--line", "pigeon"), "--line: must be embedded or asterisk", id="demo line"),
        pytest.param(("demo", "--only", "nobody"), "no persona nobody", id="demo persona"),
        pytest.param(("serve", "--line", "asterisk", "--any-time"), "--any-time: real people", id="at night"),
        pytest.param(("models", "gather", "gpt"), "gpt", id="no such model"),
        pytest.param(("bank", "preview", "--application", "none.yaml"), "none.yaml", id="bank"),
    ],
)
def test_arguments(folder: Path, fails: Run, arguments: tuple[str, ...], says: str) -> None:
    assert says in fails(*arguments)


def csv(folder: Path, *rows: str) -> Path:
    return spoil(folder / "a.csv", "\n".join(("id,phone", *rows)))


def test_a_file_of_bad_rows(folder: Path, fails: Run) -> None:
    said = fails("run", csv(folder, "A 1,17000000001", "A2,none"))
    assert "line 2: id:" in said
    assert "line 3: phone:" in said
    assert "none of its 2 rows can be used" in said


def test_personas_of_a_folder(folder: Path, fails: Run) -> None:
    spoil(folder / "p/one.yaml", "name: one\nphone: '17000000001'")
    spoil(folder / "p/two.yaml", "name: two\nphone: '17000000001'")
    spoil(folder / "p/three.yaml", "name: three")
    said = fails("run", csv(folder, "A1,17000000001"), "--personas", folder / "p")
    assert "two.yaml: phone: the same number as in" in said
    assert "three.yaml: phone: is missing" in said


def test_the_demo_folder_is_a_folder_of_personas(folder: Path) -> None:
    personas = load_personas(folder / "config/demo")
    assert {"genuine", "impostor", "silent"} <= {persona.name for persona in personas.values()}
    assert "17000010317" in personas  # the number of the application beside it


def test_a_bad_bank(folder: Path, fails: Run) -> None:
    spoil(folder / "config/banks/zh/accounts.yaml", "topic: accounts\nquestions: 3")
    assert "accounts.yaml: questions" in fails("demo", "--only", "genuine")


def test_bad_rules(folder: Path, fails: Run) -> None:
    spoil(
        folder / "config/rules/exposure.yaml", "version: '1'\nrules: [{id: x, when: 'age <', result: refer}]"
    )
    assert "exposure.yaml" in fails("demo", "--only", "genuine")


@pytest.mark.parametrize("state", ["missing", "cut off", "garbage"])
@pytest.mark.parametrize(
    "file",
    [
        "kokoro/model.onnx",
        "kokoro/voices.npz",
        "kokoro/vocab.json",
        "whisper-base/model.bin",
        "whisper-base/tokenizer.json",
        "silero/silero_vad.onnx",
        "smart-turn/smart-turn-v3.2-cpu.onnx",
        "ge2e/pretrained.pt",
    ],
)
@pytest.mark.models
def test_model_files(folder: Path, file: str, state: str) -> None:
    """Each model is opened alone, as build_app opens it: a whole house would take long."""
    from decision_hook.contract import SurveyError

    models = folder / "models"
    for real in (ROOT / "var/models").glob("*/*"):
        (models / real.parent.name).mkdir(parents=True, exist_ok=True)
        (models / real.parent.name / real.name).symlink_to(real)
    spoilt = models / file
    whole = spoilt.read_bytes()
    spoilt.unlink()
    if state != "missing":
        spoilt.write_bytes(whole[: len(whole) // 3] if state == "cut off" else b"\0garbage\xff" * 500)
    with pytest.raises(SurveyError) as caught:
        open_model(file.partition("/")[0], models)
    assert str(models) in str(caught.value)
    assert ";" in str(caught.value)  # what to do


def open_model(name: str, models: Path) -> object:
    from config.settings import Settings

    settings = Settings().model_copy(update={"models": models})
    match name:
        case "kokoro":
            from dialogue.speaking.kokoro import Kokoro

            return Kokoro(models / "kokoro", threads=1).speak("你好", "jf_alpha", 1.0)
        case "whisper-base":
            from dialogue.hearing.engines import build_engine

            return build_engine(settings)
        case "silero":
            from dialogue.hearing.silero import SileroEngine

            return SileroEngine(models / "silero" / "silero_vad.onnx")
        case "smart-turn":
            from dialogue.turn.complete import TurnCompletion

            return TurnCompletion(models / "smart-turn" / "smart-turn-v3.2-cpu.onnx")
        case "ge2e":
            from voiceprint.encoder import ENCODERS

            return ENCODERS["ge2e"](models, "")
        case _:
            raise AssertionError(name)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


async def test_a_port_in_use(taken_port: int, tmp_path: Path) -> None:
    from config.settings import ConsoleSettings, MediaSettings
    from decision_hook.contract import SurveyError
    from ivr.media.clock import SharedClock
    from ivr.media.server import MediaServer
    from ivr.recordings import RecordingFolder
    from ivr.serve import listening
    from tests.decision_hook.console.stored import open_store

    store = open_store(f"sqlite:///{tmp_path}/test.db")
    console = ConsoleSettings(port=taken_port)
    with pytest.raises(SurveyError, match=r"console\.port: cannot listen .* in use"):
        async with listening(console, store, RecordingFolder(tmp_path), None):
            pass
    clock = SharedClock()
    try:
        with pytest.raises(SurveyError, match="in use"):
            await MediaServer(MediaSettings(port=taken_port), clock).start()
    finally:
        clock.close()


def test_a_second_campaign(folder: Path, fails: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHENGWEN_VAR", str(folder / "var"))
    (folder / "var").mkdir()
    with (folder / "var/campaign.lock").open("w") as file:
        file.write("4711")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        assert "process 4711 makes calls" in fails("run", csv(folder, "A1,17000000001"))


def test_a_folder_that_is_a_file(folder: Path, fails: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(folder / "var", "in the way")
    monkeypatch.setenv("SHENGWEN_DATABASE_URL", f"sqlite:///{folder}/var/test.db")
    assert "campaign.lock: cannot be opened" in fails("run", csv(folder, "A1,17000000001"))
    assert "cannot be created" in fails("voiceprint", "list")


@pytest.mark.parametrize(
    ("held", "says"),
    [pytest.param(b"no database at all" * 400, "SQLite file", id="another file")],
)
def test_a_database_that_is_none(folder: Path, fails: Run, held: bytes, says: str) -> None:
    (folder / "test.db").write_bytes(held)
    assert says in fails("voiceprint", "list")


def test_a_locked_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from config import database
    from tests.decision_hook.console.stored import APPLICATION, AT, open_store

    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 20)
    store = open_store(f"sqlite:///{tmp_path}/test.db")
    holder = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(database.DatabaseUnavailable, match="another program holds it"):
        store.save_application(APPLICATION.model_copy(update={"id": "A2"}), AT)
    assert store.application(APPLICATION.id) == APPLICATION  # readers do not wait
    holder.execute("ROLLBACK")
    holder.close()
    assert store.save_application(APPLICATION.model_copy(update={"id": "A2"}), AT)


FILL = """
import resource, sys
from pathlib import Path
from config.database import DatabaseUnavailable
from decision_hook.contract import Application, Fact
from tests.decision_hook.console.stored import AT, open_store

store = open_store(f"sqlite:///{sys.argv[1]}/test.db")
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))  # as a full disk: writes fail from here on
facts = {f"fact_{n}": Fact(value="x" * 100, source="form", kind="term") for n in range(90)}
kept = []
try:
    for number in range(1_000):
        application = Application(id=f"F{number}", phone="17000000001", facts=facts)
        store.save_application(application, AT)
        kept.append(application)
except DatabaseUnavailable as said:
    assert kept and all(store.application(one.id) == one for one in kept)
    print(len(kept), said)
"""


def test_a_full_disk_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stderr == ""
    assert "disk" in done.stdout


def test_the_command_itself_shows_no_traceback(folder: Path) -> None:
    spoil(folder / "config/shengwen.yaml", "line: pigeon")
    done = subprocess.run(
        [Path(sys.executable).with_name("shengwen"), "doctor"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=folder,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("shengwen: config/shengwen.yaml: line: must be")
    assert len(done.stderr.splitlines()) == 1
