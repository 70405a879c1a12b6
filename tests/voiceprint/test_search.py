"""The facade on real weights, and the commands: consent first, then one voice found among a thousand."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import soundfile
import sqlalchemy as sa
from sqlalchemy import Engine
from typer.testing import CliRunner

import voiceprint.search
from config.settings import Settings, VoiceprintSettings
from decision_hook.contract import Application, Consent, ConsentKind, Fact, FactSource, SurveyError
from decision_hook.store import HookStore
from ivr.voices_cli import app
from tests.fakes.babble import babble
from tests.voiceprint.encoder.test_ge2e import voice
from voiceprint.audio import Samples
from voiceprint.entry import EntryStatus, Grounds
from voiceprint.schema import call_voiceprint
from voiceprint.search import VoiceSearch

pytestmark = pytest.mark.models
YES = Consent(kind=ConsentKind.VOICEPRINT, given=True, at_ms=9_000, asked="?", words="可以")


@pytest.fixture
def search(engine: Engine, tmp_path: Path) -> VoiceSearch:
    return VoiceSearch(settings(tmp_path), Settings().models, engine)


def settings(folder: Path) -> VoiceprintSettings:
    return VoiceprintSettings(keys=folder / "keys.json")


def spoken(pitch_hz: float, seconds: float) -> Samples:
    """With pauses, as an answer has."""
    piece = np.concatenate((voice(pitch_hz, 1.0), np.zeros(1_200, np.int16)))
    return np.tile(piece, int(seconds))


@pytest.mark.parametrize(
    "consent",
    [
        None,
        YES.model_copy(update={"given": False}),
        YES.model_copy(update={"kind": ConsentKind.RECORDING}),
    ],
    ids=["not asked", "refused", "recording only"],
)
def test_without_consent_nothing_is_embedded_or_kept(engine: Engine, consent: Consent | None) -> None:
    nowhere = VoiceSearch(Settings().voiceprint, Path("/nonexistent"), engine)  # would fail if it loaded
    result = nowhere.consider([spoken(150, 6)], consent, call=uuid4())
    assert (result.searched, result.why_not) == (False, "no voiceprint consent")
    assert result.net_speech_s > 4
    with engine.begin() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(call_voiceprint)).scalar() == 0


def test_too_little_speech_is_a_result_of_its_own(search: VoiceSearch) -> None:
    for segments in ([], [np.zeros(80_000, np.int16)], [spoken(150, 1)]):
        result = search.consider(segments, YES)
        assert not result.searched
        assert "too short" in result.why_not
        assert result.found_of_100 is None


def test_a_call_is_searched_and_kept_once(search: VoiceSearch, engine: Engine) -> None:
    call = uuid4()
    search.consider([spoken(150, 4)], YES, call=call)
    result = search.consider([spoken(150, 4), spoken(150, 9)], YES, call=call)
    assert result.searched
    assert result.list_size >= 1_000
    assert result.hits == ()
    assert result.model.startswith("ge2e-2:")
    with engine.begin() as connection:
        row = connection.execute(sa.select(call_voiceprint)).one()
    assert (row.call, row.consent_at_ms) == (call, 9_000)
    assert row.net_speech_s == pytest.approx(result.net_speech_s, abs=0.01)


def test_the_same_audio_in_another_call_is_a_replay(search: VoiceSearch) -> None:
    said = [babble(3, 4), babble(1, 6)]
    first, second = uuid4(), uuid4()
    assert search.consider(said, YES, call=first).replay_of == ""
    assert search.consider(said, YES, call=first).replay_of == ""  # its own earlier state
    quieter = [(piece // 3).astype(np.int16) for piece in said]
    assert search.consider(quieter, YES, call=second).replay_of == str(first)
    assert search.consider([babble(2, 9)], YES, call=uuid4()).replay_of == ""


def test_calls_of_one_voice_are_counted(search: VoiceSearch) -> None:
    for earlier in range(3):
        call = uuid4()
        assert search.consider([spoken(150, 6)], YES, call=call).voice_calls == earlier
    assert search.consider([spoken(150, 6)], YES, call=call).voice_calls == 2  # itself is none of them
    assert search.consider([spoken(260, 6)], YES, call=uuid4()).voice_calls == 0
    assert search.consider([spoken(150, 6)], YES).voice_calls is None  # nothing is kept: not counted


def test_a_call_is_compared_with_earlier_calls(search: VoiceSearch) -> None:
    calls = [uuid4(), uuid4()]
    for call in calls:
        search.consider([spoken(150, 6)], YES, call=call)
    now, other = search.voiceprint([spoken(150, 6)]), search.voiceprint([spoken(260, 6)])
    assert now is not None
    assert other is not None
    earlier = search.of_calls(calls)
    assert search.compare(now, earlier).llr > 0 > search.compare(other, earlier).llr
    with pytest.raises(SurveyError, match="no voiceprint is kept"):
        search.of_calls([uuid4()])


def test_a_call_says_how_alike_earlier_calls_of_the_person_are(search: VoiceSearch) -> None:
    first, unknown = uuid4(), uuid4()
    alone = search.consider([spoken(150, 6)], YES, call=first, earlier=[unknown])
    assert (alone.earlier_calls, alone.earlier_llr) == (0, None)
    again = search.consider([spoken(150, 7)], YES, call=uuid4(), earlier=[first, unknown])
    other = search.consider([spoken(260, 6)], YES, call=uuid4(), earlier=[first, unknown])
    assert again.earlier_calls == other.earlier_calls == 1
    assert again.earlier_llr is not None
    assert other.earlier_llr is not None
    assert again.earlier_llr > 0 > other.earlier_llr
    assert (again.pooled_calls, other.pooled_calls) == (1, 0)
    assert again.net_speech_s == pytest.approx(alone.net_speech_s * 7 / 6, rel=0.05)  # this call's alone


def test_upkeep_deletes_what_has_expired(search: VoiceSearch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voiceprint.search, "RETENTION_EVERY", timedelta(0))
    loaded, found = search.ready(), search.voiceprint([spoken(150, 25)])
    assert found is not None
    long_ago = datetime.now(UTC) - timedelta(days=800)
    grounds = Grounds(label="a", reason="b", evidence="c", legal_basis="d")
    loaded.watchlist.add(found, speech=spoken(150, 25), grounds=grounds, by="ann", now=long_ago)
    assert [entry.status for entry in loaded.store.entries()] == [EntryStatus.PENDING]
    search.upkeep()
    assert [entry.status for entry in loaded.store.entries()] == [EntryStatus.REMOVED]


def test_second_voice(search: VoiceSearch) -> None:
    one, again, other = voice(110, 2.5), voice(110, 3), voice(260, 2.5)
    same, different = search.same(one, again), search.same(one, other)
    assert same is not None
    assert different is not None
    assert 0 < different < same < 1  # tones, not people: how well it tells is in the table
    assert search.same(one, voice(110, 0.4)) is None
    assert search.same(one, np.zeros(16_000, np.int16)) is None


class Talking:
    """VoiceActivity that takes everything for a voice: these voices are no human's."""

    def probabilities(self, wave: np.ndarray) -> np.ndarray:
        return np.ones(len(wave) // 256 + 1, np.float32)


@pytest.mark.parametrize("sound", ["music", "keys", "noise"])
@pytest.mark.parametrize("command", ["search", "add", "cluster", "verify"])
def test_what_is_no_voice_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sound: str, command: str
) -> None:
    monkeypatch.setenv("SHENGWEN_DATABASE_URL", f"sqlite:///{tmp_path / 'cli.db'}")
    monkeypatch.setenv("SHENGWEN_VOICEPRINT__KEYS", str(tmp_path / "keys.json"))
    time = np.arange(25 * 8_000) / 8_000
    beats = np.exp(-4 * (time % 0.5))
    chord = sum(np.sin(2 * np.pi * hz * time) for hz in (220, 277, 330, 440, 554))
    keys = (np.sin(2 * np.pi * 770 * time) + np.sin(2 * np.pi * 1_336 * time)) * (time % 0.3 < 0.15)
    noise = np.random.default_rng(0).standard_normal(len(time)) * (0.02 + (time % 0.8 < 0.5))
    wave = {"music": chord * beats, "keys": keys, "noise": noise}[sound]
    path = tmp_path / "x.wav"
    soundfile.write(path, (0.3 * wave / np.abs(wave).max()).astype(np.float32), 8_000)
    words = [command, str(path)]
    if command == "add":
        words += ["--label", "v", "--reason", "r", "--evidence", "e", "--legal-basis", "l", "--by", "a"]
    with pytest.raises(SurveyError, match=r"x.wav: no speech: music, tones or noise"):
        CliRunner().invoke(app, words, catch_exceptions=False)


def test_missing_weights_say_what_to_do(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="shengwen models gather"):
        VoiceSearch(settings(tmp_path), tmp_path, engine).ready()


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHENGWEN_DATABASE_URL", f"sqlite:///{tmp_path / 'cli.db'}")
    monkeypatch.setenv("SHENGWEN_VOICEPRINT__KEYS", str(tmp_path / "keys.json"))
    long, short, other = (tmp_path / name for name in ("long.wav", "short.wav", "other.wav"))
    for path, pitch_hz, seconds in ((long, 150, 26), (short, 150, 11), (other, 260, 11)):
        soundfile.write(path, spoken(pitch_hz, seconds), 8_000)

    def run(*words: object) -> str:
        arguments = [str(word) for word in words]
        done = CliRunner().invoke(app, arguments, catch_exceptions=False, obj=Talking())
        assert done.exit_code == 0, done.output
        return done.stdout

    words = ("--label", "v", "--reason", "r", "--evidence", "e", "--legal-basis", "l", "--by", "ann")
    entry = json.loads(run("add", long, *words, "--json"))
    run("approve", entry["id"], "--by", "bob")
    found = json.loads(run("search", short, "--json"))
    assert [hit["entry"] for hit in found["hits"]] == [entry["id"]]
    assert re.search("no candidate among 1000 voices", run("search", other))
    assert json.loads(run("verify", short, long, "--json"))["llr"] > 0
    assert json.loads(run("verify", short, other, "--json"))["llr"] < 0
    assert [row["status"] for row in json.loads(run("list", "--json"))] == ["active"]
    run("rotate-keys")
    assert [hit["entry"] for hit in json.loads(run("search", short, "--json"))["hits"]] == [entry["id"]]
    clusters = json.loads(run("cluster", short, long, other, "--json"))
    assert [[member["voice"] for member in cluster["members"]] for cluster in clusters["clusters"]] == [
        [str(short), str(long)]
    ]
    assert clusters["clusters"][0]["weakest_link"] == [str(short), str(long)]
    run("reviewed", entry["id"], "--days", 30)
    run("reembed")
    run("remove", entry["id"], "--by", "bob")
    assert "no candidate" in run("search", short)
    soundfile.write(tmp_path / "none.wav", np.zeros(9_000), 8_000)
    with pytest.raises(SurveyError, match="too little speech"):
        run("add", tmp_path / "none.wav", *words)


def test_one_voice_under_two_names_is_shown_with_both(
    tmp_path: Path, engine: Engine, search: VoiceSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHENGWEN_DATABASE_URL", str(engine.url))
    monkeypatch.setenv("SHENGWEN_VOICEPRINT__KEYS", str(tmp_path / "keys.json"))
    store, calls = HookStore(engine), [uuid4() for _ in range(3)]
    for number, (call, pitch_hz) in enumerate(zip(calls, (150, 150, 260), strict=True)):
        name = Fact(value=f"王{number}", source=FactSource.FORM)
        application = Application(id=f"A{number}", phone=f"1700000000{number}", facts={"full_name": name})
        store.save_application(application, datetime.now(UTC))
        store.begin_call(call, application.id, datetime.now(UTC))
        assert search.consider([spoken(pitch_hz, 12)], YES, call=call).searched
    done = CliRunner().invoke(app, ["cluster", "--json"], catch_exceptions=False)
    report = json.loads(done.stdout)
    assert report["voices"] == 3
    (found,) = report["clusters"]
    assert found["persons"] == 2
    assert {(m["voice"], m["application"], m["person"], m["phone"]) for m in found["members"]} == {
        (str(calls[0]), "A0", "王0", "17000000000"),
        (str(calls[1]), "A1", "王1", "17000000001"),
    }
    assert set(found["weakest_link"]) == {str(calls[0]), str(calls[1])}
    assert "王0" in CliRunner().invoke(app, ["cluster"], catch_exceptions=False).stdout


def test_evaluation_reports_its_keys(tmp_path: Path) -> None:
    for speaker, pitch_hz in enumerate((100, 140, 190, 250, 320)):
        (tmp_path / str(speaker)).mkdir()
        for take in range(4):
            soundfile.write(
                tmp_path / str(speaker) / f"{take}.wav", spoken(pitch_hz * (1 + take / 100), 4), 8_000
            )
    out = CliRunner().invoke(app, ["eval", str(tmp_path), "--json"], catch_exceptions=False).stdout
    report = json.loads(out)
    assert (report["speakers"], report["utterances"], report["skipped"]) == (5, 20, 0)
    for name in ("raw", "backend"):
        assert 0 <= report[name]["eer"] <= 0.5
        assert set(report[name]["fnir"]) == {"0.1", "0.01", "0.001"}
        low, high = report[name]["ci95"]["eer"]
        assert low <= high
    assert "2" in report["by_duration"]


def test_an_empty_folder_is_no_evaluation(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(SurveyError, match=r"too few|no such folder"):
            CliRunner().invoke(app, ["eval", str(folder)], catch_exceptions=False)
