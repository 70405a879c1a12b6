"""The real engines on spoken answers: reading, silence, scoring, batches."""

from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from config.settings import HearingSettings, Settings
from decision_hook.contract import FactKind, SurveyError
from dialogue.answer.spotting import Tolerance, spot
from dialogue.hearing.context import context_of
from dialogue.hearing.ctranslate2_whisper import CTranslate2Whisper
from dialogue.hearing.engine import HearingEngine, ToScore, ToTranscribe
from dialogue.hearing.engines import build_engine
from dialogue.hearing.features import log_mel
from dialogue.hearing.forced import ForcedDecoder, grow_tree
from dialogue.hearing.phones import FRAME_MS, PHONES, phone_ids
from dialogue.hearing.port import Utterance
from dialogue.hearing.transformers_whisper import TransformersWhisper
from dialogue.hearing.vocabulary import load_vocabulary
from dialogue.hearing.weights import read_model
from tests.dialogue.hearing.conftest import spoken

pytestmark = pytest.mark.models
MODELS = Settings().models
SAID = {"digits": "三七二九", "children": "两个孩子", "parents": "我和父母一起住", "forgotten": "不记得了"}
HUM_ENDS_MS = 600  # in the hesitant recording
DIGITS = context_of(FactKind.DIGITS, "请问尾号是多少？")


def bare(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def test_answers_are_read_alone_and_in_a_batch(whisper: HearingEngine) -> None:
    orders = [ToTranscribe(utterance=spoken(name)) for name in SAID]
    alone = [whisper.transcribe_many([order])[0] for order in orders]
    together = whisper.transcribe_many(orders)
    assert [bare(t.text) for t in alone] == list(SAID.values())
    assert [bare(t.text) for t in together] == list(SAID.values())
    assert all(t.alternatives and t.text not in t.alternatives for t in alone)
    assert all(t.log_prob is not None and t.log_prob < 0 for t in alone)


def test_no_library_takes_a_second_core_for_an_answer(whisper: HearingEngine) -> None:
    numpys = [pool["num_threads"] for pool in threadpool_info() if "numpy.libs" in pool["filepath"]]
    assert numpys == [1]


def test_digits_said_twice_are_read_twice(whisper: HearingEngine) -> None:
    """A guard against runaways must not forbid what people do."""
    said, pause = spoken("digits").samples, np.zeros(4_000, dtype=np.int16)
    twice = Utterance(samples=np.concatenate([said, pause, said]))
    [found] = whisper.transcribe_many([ToTranscribe(utterance=twice, context=DIGITS)])
    assert bare(found.text) == SAID["digits"] * 2


@pytest.mark.parametrize("level", [0, 30, 500, 3_000])
def test_noise_is_nothing(whisper: HearingEngine, level: int) -> None:
    noise = (np.random.default_rng(2).normal(size=16_000) * level).astype(np.int16)
    assert whisper.transcribe_many([ToTranscribe(utterance=Utterance(samples=noise))])[0].text == ""


def test_an_empty_utterance_is_nothing(whisper: HearingEngine) -> None:
    nothing = ToTranscribe(utterance=Utterance(samples=np.empty(0, dtype=np.int16)))
    assert [t.text for t in whisper.transcribe_many([nothing])] == [""]
    assert whisper.transcribe_many([]) == ()


def test_right_wordings_explain_the_audio_better(whisper: HearingEngine) -> None:
    wordings = ("三七二九", "三七二六", "三七", "三七二九零零", "三期二久")
    [scores] = whisper.score_many([ToScore(utterance=spoken("digits"), wordings=wordings, context=DIGITS)])
    right, wrong, short, long, homophones = scores
    assert right.total > max(s.total for s in scores if s is not right)
    assert right.total_sounds > max(wrong.total_sounds, short.total_sounds, long.total_sounds)
    assert "".join(long.pieces) == "三七二九零零"
    assert all(s >= e for score in scores for e, s in zip(score.exact, score.sounds, strict=True))
    assert homophones.total_sounds - homophones.total > 5  # only its writing is wrong
    assert short.end < right.end - 1  # 三七 and then nothing: not what was said


def test_an_unknown_language_is_refused(whisper: HearingEngine) -> None:
    with pytest.raises(SurveyError, match='no language "xx"'):
        whisper.transcribe_many([ToTranscribe(utterance=spoken("digits"), language="xx")])


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    for engine in ("whisper", "transformers", "vosk"):
        hearing = HearingSettings.model_validate({"engine": engine, "model": tmp_path})
        with pytest.raises(SurveyError, match=str(tmp_path)):
            build_engine(Settings(hearing=hearing))


def test_transformers_reads_the_same(whisper: HearingEngine, transformers: HearingEngine) -> None:
    order = ToTranscribe(utterance=spoken("digits"), context=DIGITS)
    [ours], [theirs] = whisper.transcribe_many([order]), transformers.transcribe_many([order])
    assert bare(theirs.text) == bare(ours.text) == "三七二九"
    assert theirs.no_speech == pytest.approx(ours.no_speech, abs=0.02)  # int8 against float32


def test_the_sounds_are_told_by_either_engine(whisper: HearingEngine, transformers: HearingEngine) -> None:
    exact = Tolerance(confusions=np.eye(len(PHONES), dtype=np.float32), around=2.5)
    wordings = ("三七二九", "三七二六", "三一二九", "四七二九", "三七二", "三七二九九")
    for engine in (whisper, transformers):
        [transcript] = engine.transcribe_many([ToTranscribe(utterance=spoken("digits"))])
        assert transcript.phones is not None
        scores = [fit.score for fit in spot([phone_ids(w) for w in wordings], transcript.phones, exact)]
        assert scores[0] > max(scores[1:]) + 1


def test_a_hesitation_is_told_by_either_engine(whisper: HearingEngine, transformers: HearingEngine) -> None:
    """嗯, 0.3 s of nothing, 三七二九."""
    for engine in (whisper, transformers):
        [transcript] = engine.transcribe_many([ToTranscribe(utterance=spoken("hesitant"))])
        assert transcript.hesitating is not None
        hum, digits = np.split(transcript.hesitating, [HUM_ENDS_MS // FRAME_MS])
        assert hum.max() > 0.95
        assert digits[10:].max() < 0.5
        [plain] = engine.transcribe_many([ToTranscribe(utterance=spoken("digits"))])
        assert plain.hesitating is not None
        assert plain.hesitating.max() < 0.5


def test_another_encoder_puts_what_was_trained_on_this_one_aside(tmp_path: Path) -> None:
    for name in ("phones", "fillers"):
        stored = dict(np.load(getattr(Settings().hearing, name)))
        np.savez(tmp_path / f"{name}.npz", **(stored | {"encoder": np.roll(stored["encoder"], 1)}))
    hearing = HearingSettings(threads=1, phones=tmp_path / "phones.npz", fillers=tmp_path / "fillers.npz")
    [transcript] = build_engine(Settings(hearing=hearing)).transcribe_many(
        [ToTranscribe(utterance=spoken("digits"))]
    )
    assert bare(transcript.text) == "三七二九"
    assert transcript.phones is None
    assert transcript.hesitating is None


def test_forced_decoding_is_exact(converted_folder: Path) -> None:
    """The tree against transformers' decoder, on the same encoding of the same audio."""
    folder = MODELS / "whisper-base"
    reference, vocabulary = TransformersWhisper(converted_folder), load_vocabulary(folder)
    encoded = reference.encode(log_mel(spoken("digits"), mels=80)[None])[0]
    tree = grow_tree(
        vocabulary.start("zh", DIGITS),
        [vocabulary.ids(w) for w in ("三七二九", "三七", "三七九二", "沈阳")],
    )
    ours = ForcedDecoder(read_model(folder / "model.bin").weights()).log_probs(encoded, tree)
    np.testing.assert_allclose(ours, reference.log_probs(encoded, tree), atol=2e-3)
    quantised = CTranslate2Whisper(folder, threads=1).encode(log_mel(spoken("digits"), mels=80)[None])[0]
    assert np.corrcoef(quantised.ravel(), encoded.ravel())[0, 1] > 0.99
