"""What a text sounds like, and a phone model's file."""

from pathlib import Path

import numpy as np
import pytest

from decision_hook.contract import SurveyError
from dialogue.hearing.encoder_probe import answer_of, probe_sound
from dialogue.hearing.phone_head import load_head
from dialogue.hearing.phones import PHONES, phone_ids, spelled_out
from dialogue.hearing.port import Utterance


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("十二", "sh I2 er4"),
        ("女儿", "n v3 er2"),
        ("云月元", "vn2 ve4 van2"),
        ("王维文五", "uang2 ui2 un2 u3"),
        ("12", "i1 er4"),
        ("银行", "in2 h ang2"),
        ("不是", "b u2 sh I4"),  # sandhi
        ("嗯，呃", "嗯 呃"),
        ("OK？", ""),
    ],
)
def test_a_text_has_its_sounds(text: str, sounds: str) -> None:
    assert spelled_out(phone_ids(text)) == sounds


def test_every_common_character_has_a_sound() -> None:
    common = [bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFF)]
    assert [c for c in common if not phone_ids(c)] == []


def stored(path: Path, **changed: object) -> Path:
    rng = np.random.default_rng(0)
    content = {
        "phones": np.array(PHONES),
        "layers": np.array(1),
        "weight0": rng.normal(size=(len(PHONES), 4, 1)).astype(np.float16),
        "bias0": np.zeros(len(PHONES), np.float16),
        "encoder": np.array([1.0, 0.0, 0.0, 0.0], np.float32),
        **changed,
    }
    np.savez(path, **content)  # type: ignore[arg-type]  # its stubs want arrays by name
    return path


def test_a_head_gives_probabilities_frame_by_frame(tmp_path: Path) -> None:
    head = load_head(stored(tmp_path / "head.npz"))
    rows = head.log_posteriors(np.random.default_rng(1).normal(size=(7, 4)).astype(np.float32))
    assert rows.shape == (7, len(PHONES))
    assert np.exp(rows).sum(axis=1) == pytest.approx(np.ones(7), abs=1e-4)


def test_a_head_knows_the_encoder_it_was_trained_on(tmp_path: Path) -> None:
    head = load_head(stored(tmp_path / "head.npz"))
    assert head.fits(np.array([2.0, 0.1, 0.0, 0.0], np.float32))
    assert not head.fits(np.array([0.0, 1.0, 0.0, 0.0], np.float32))
    assert not head.fits(np.ones(3, np.float32))
    assert not head.fits(np.zeros(4, np.float32))


def test_an_encoder_is_asked_with_one_sound() -> None:
    heard: list[Utterance] = []

    def encode(utterance: Utterance) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
        heard.append(utterance)
        return np.tile(np.array([[1.0, 2.0, 6.0]], np.float32), (250, 1))

    assert answer_of(encode) == pytest.approx(np.array([-2.0, -1.0, 3.0]))
    assert heard[0].samples.tobytes() == probe_sound().samples.tobytes()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"no archive"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "head.npz"
    path.write_bytes(content)
    with pytest.raises(SurveyError, match=r"head\.npz: not a usable phone model"):
        load_head(path)


def test_a_head_for_other_sounds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="other phones"):
        load_head(stored(tmp_path / "head.npz", phones=np.array(["", "a"])))
