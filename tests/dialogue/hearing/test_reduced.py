"""The smaller model: which tokens it has, that it reads the same, and when the whole one is asked."""

import json
from pathlib import Path

import numpy as np
import pytest

from config.settings import Settings
from dialogue.hearing.ctranslate2_whisper import CTranslate2Whisper
from dialogue.hearing.features import log_mel
from dialogue.hearing.reduced import mandarin_tokens, reduced
from dialogue.hearing.vocabulary import Vocabulary, load_vocabulary
from dialogue.hearing.weights import ModelFile, read_model
from tests.dialogue.hearing.conftest import spoken

pytestmark = pytest.mark.models
FOLDER = Settings().models / "whisper-base"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary(FOLDER)


@pytest.fixture(scope="module")
def file() -> ModelFile:
    return read_model(FOLDER / "model.bin")


@pytest.fixture(scope="module")
def model() -> CTranslate2Whisper:
    return CTranslate2Whisper(FOLDER, threads=1)


def test_a_question_and_an_answer_can_be_written(vocabulary: Vocabulary) -> None:
    tokens = set(mandarin_tokens(vocabulary))
    for text in ("请问您的出生年份是哪一年？", "幺三八０，VIP 100%。", "饕餮龘"):
        assert set(vocabulary.ids(text)) <= tokens, text
    assert len(tokens) < 6_000


def test_other_languages_cannot(vocabulary: Vocabulary) -> None:
    tokens = set(mandarin_tokens(vocabulary))
    for text in ("ありがとう", "감사합니다", "Спасибо", "thank you"):
        assert not set(vocabulary.ids(text)) <= tokens, text


@pytest.mark.parametrize("name", ["digits", "children", "parents", "forgotten"])
def test_an_answer_is_read_as_by_the_whole_model(
    name: str, vocabulary: Vocabulary, model: CTranslate2Whisper, file: ModelFile
) -> None:
    """Against the likelihoods of the whole decoder in floating point."""
    encoded = model.encode(log_mel(spoken(name), mels=model.mels)[None])
    start = vocabulary.start("zh")
    [reading] = model.read(encoded, starts=[start], max_tokens=40, beam=5)
    texts = [vocabulary.text(one.tokens) for one in reading.hypotheses]
    assert set(reading.hypotheses[0].tokens) <= set(mandarin_tokens(vocabulary))
    scores = vocabulary.score(model.log_probs, encoded[0], texts, start)
    assert max(range(len(texts)), key=lambda i: scores[i].total) in {0, 1}
    assert scores[0].total == pytest.approx(
        reading.hypotheses[0].log_prob * (len(reading.hypotheses[0].tokens) + 1), abs=2.5
    )


def test_another_language_is_read_by_the_whole_model(
    vocabulary: Vocabulary, model: CTranslate2Whisper
) -> None:
    encoded = model.encode(log_mel(spoken("parents"), mels=model.mels)[None])
    [reading] = model.read(encoded, starts=[vocabulary.start("en")], max_tokens=40, beam=5)
    tokens = {token for one in reading.hypotheses for token in one.tokens}
    assert not tokens <= set(mandarin_tokens(vocabulary))


def test_a_model_laid_out_otherwise_is_left_whole(
    tmp_path: Path, vocabulary: Vocabulary, file: ModelFile
) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"suppress_ids": []}))
    assert reduced(tmp_path, file, mandarin_tokens(vocabulary)) is None
    (tmp_path / "vocabulary.txt").write_text("one\ntwo\n")
    assert reduced(tmp_path, file, mandarin_tokens(vocabulary)) is None
    nothing = ModelFile(specification="", revision=1, variables={"a": np.zeros(2)}, aliases={})
    assert reduced(FOLDER, nothing, mandarin_tokens(vocabulary)) is None
