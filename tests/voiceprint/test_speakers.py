"""Folders of known speakers as people really hand them over."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from decision_hook.contract import SurveyError
from tests.fakes.encoder import FakeEncoder, tone
from voiceprint.audio import Samples
from voiceprint.backend import Backend
from voiceprint.evaluate import evaluate_folder
from voiceprint.speakers import Unused, speaker_folders, spoken


def put(path: Path, samples: Samples, rate_hz: int = 8_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate_hz)
    return path


def quiet(what: str, done: int, of: int) -> None:
    assert 0 < done <= of


def test_what_cannot_be_used_is_left_out_by_name(tmp_path: Path) -> None:
    good = put(tmp_path / "ann" / "1.wav", tone(440, 5))
    put(tmp_path / "ann" / "3.FLAC", tone(440, 5))
    short = put(tmp_path / "ann" / "2.wav", tone(440, 0.3))
    (tmp_path / "ann" / "empty.wav").touch()
    (tmp_path / "ann" / "text.wav").write_text("no audio")
    (tmp_path / "ann" / "notes.txt").write_text("about Ann")
    (tmp_path / "ann" / "._1.wav").write_bytes(b"what a copying program leaves")
    (tmp_path / "nobody").mkdir()
    (tmp_path / "README").touch()
    ann, nobody = speaker_folders(tmp_path)
    unused = Unused()
    used = [file for file, _ in spoken(ann, unused, channel=None, min_samples=16_000)]
    assert used == [good, tmp_path / "ann" / "3.FLAC"]
    assert unused == Unused(
        unreadable=[tmp_path / "ann" / "empty.wav", tmp_path / "ann" / "text.wav"], short=[short]
    )
    assert nobody.files == ()


@pytest.mark.parametrize(
    ("place", "says"), [("1.wav", "no speaker's folder"), ("de/ann/1.wav", "one folder too deep")]
)
def test_another_layout_is_refused(tmp_path: Path, place: str, says: str) -> None:
    put(tmp_path / place, tone(440, 3))
    with pytest.raises(SurveyError, match=says):
        speaker_folders(tmp_path)


def test_two_channels_ask_which(tmp_path: Path) -> None:
    both = np.stack((tone(440, 3), tone(200, 3)), axis=1)
    put(tmp_path / "ann" / "1.wav", both)
    (ann,) = speaker_folders(tmp_path)
    with pytest.raises(SurveyError, match="--channel"):
        list(spoken(ann, Unused(), channel=None, min_samples=8_000))
    assert len(list(spoken(ann, Unused(), channel=1, min_samples=8_000))) == 1


def voices(folder: Path, files: list[int]) -> Path:
    """Speakers with so many files each, of 3 to 4 s."""
    for speaker, count in enumerate(files):
        for take in range(count):
            put(folder / f"s{speaker}" / f"{take}.wav", tone(150 + 40 * speaker, 3 + take % 2))
    return folder


@pytest.mark.parametrize("files", [[1, 1, 1, 1, 1], [5, 5], [0, 0, 3], []], ids=str)
def test_too_few_to_tell_anything(
    tmp_path: Path, files: list[int], encoder: FakeEncoder, backend: Backend
) -> None:
    with pytest.raises(SurveyError, match="too few"):
        evaluate_folder(
            voices(tmp_path, files), encoder, backend, seed=0, trials=None, channel=None, tell=quiet
        )


def test_rates_that_few_trials_cannot_tell_are_null(
    tmp_path: Path, encoder: FakeEncoder, backend: Backend
) -> None:
    trials = tmp_path / "trials.csv"
    report = evaluate_folder(
        voices(tmp_path / "set", [4, 4, 3, 1, 2]),
        encoder, backend, seed=0, trials=trials, channel=None, tell=quiet,
    ).report  # fmt: skip
    assert (report["speakers"], report["utterances"], report["skipped"]) == (5, 14, 0)
    assert report["backend"]["fnir"]["0.001"] is None
    assert report["backend"]["eer"] < 0.2
    assert len(trials.read_text().splitlines()) == 1 + 14 * 13 // 2
    assert set(report["by_duration"]) == {"2", "5", "8"}  # files joined; nobody has 20 s twice
