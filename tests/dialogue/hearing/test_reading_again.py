"""What is read a second time, and which reading stands. The model is made up; words and sounds are real."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import numpy as np
import pytest
from numpy.typing import NDArray

from config.settings import Settings
from decision_hook.contract import FactKind
from dialogue.hearing.context import context_of
from dialogue.hearing.engine import ToTranscribe
from dialogue.hearing.forced import TokenTree
from dialogue.hearing.heads import Heads
from dialogue.hearing.phone_head import PhoneHead
from dialogue.hearing.port import Transcript, Utterance
from dialogue.hearing.speech import SpeechFinder
from dialogue.hearing.vocabulary import Vocabulary, load_vocabulary
from dialogue.hearing.whisper import AGAIN_S, BEAM, HURRIED_BEAM, Hypothesis, Reading, WhisperEngine
from tests.dialogue.hearing.conftest import spoken
from tests.dialogue.hearing.test_rescoring import heard

pytestmark = pytest.mark.models
ASKED = "请问您身份证的最后四位是多少？"
CONTEXT = context_of(FactKind.DIGITS, ASKED)
FRAMES_PER_S = 50


@dataclass
class Scripted:
    """Implements WhisperModel: reads what it is told, in order, and keeps how it was asked."""

    vocabulary: Vocabulary
    says: list[list[str]]  # per reading its texts, best first
    mels: int = 80
    asked: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)  # frames; start tokens
    beams: list[int] = field(default_factory=list)

    def encode(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.zeros((len(features), features.shape[2] // 2, 4), dtype=np.float32)

    def read(
        self, encoded: NDArray[np.float32], *, starts: Sequence[Sequence[int]], max_tokens: int, beam: int
    ) -> list[Reading]:
        self.beams.append(beam)
        self.asked += [(encoded.shape[1], tuple(start)) for start in starts]
        return [self._reading(self.says.pop(0)) for _ in starts]

    def _reading(self, texts: Sequence[str]) -> Reading:
        return Reading(
            hypotheses=tuple(
                Hypothesis(tokens=tuple(self.vocabulary.ids(text)), log_prob=-0.1 * (n + 1))
                for n, text in enumerate(texts)
            ),
            no_speech=0.1,
        )

    def log_probs(self, encoded: NDArray[np.float32], tree: TokenTree) -> NDArray[np.float32]:
        raise AssertionError("nothing is scored here")


@dataclass(frozen=True)
class Hearing(PhoneHead):
    """Tells the sounds of one text, whatever the encoder says."""

    text: str = ""

    def fits(self, answer: NDArray[np.float32]) -> bool:
        return True

    def log_posteriors(self, encoded: NDArray[np.float32]) -> NDArray[np.float32]:
        return heard(self.text)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary(Settings().models / "whisper-base")


def read(
    model: Scripted, finder: SpeechFinder, *, sounds: str | None, utterance: Utterance | None = None
) -> Transcript:
    head = Hearing(layers=(), encoder=np.zeros(4, dtype=np.float32), text=sounds or "")
    engine = WhisperEngine(
        model, model.vocabulary, finder, Heads(phones=head if sounds is not None else None)
    )
    [found] = engine.transcribe_many([ToTranscribe(utterance=utterance or spoken("digits"), context=CONTEXT)])
    return found


def test_what_the_sounds_bear_out_is_read_once(vocabulary: Vocabulary, finder: SpeechFinder) -> None:
    model = Scripted(vocabulary, [["三七二六", "三七二九", "三七"]])
    found = read(model, finder, sounds="三七二九")
    assert found.text == "三七二九"
    assert found.alternatives == ("三七二六", "三七")
    assert found.log_prob == pytest.approx(-0.2)
    assert len(model.asked) == 1


def test_a_runaway_is_read_again_without_the_question_in_a_longer_window(
    vocabulary: Vocabulary, finder: SpeechFinder
) -> None:
    model = Scripted(vocabulary, [["痴痂瘫痴"], ["三七二九", "三七二六"]])
    found = read(model, finder, sounds="三七二九")
    assert found.text == "三七二九"
    assert found.alternatives == ("三七二六", "痴痂瘫痴")
    [(first_frames, first), (frames, start)] = model.asked
    assert first_frames < frames == AGAIN_S * FRAMES_PER_S
    assert vocabulary.text(first).endswith(ASKED)
    assert vocabulary.text(start) == context_of(FactKind.DIGITS, "")


def test_a_second_reading_that_is_worse_is_not_taken(vocabulary: Vocabulary, finder: SpeechFinder) -> None:
    model = Scripted(vocabulary, [["三七"], ["痴痂瘫痴"]])
    assert read(model, finder, sounds="三七二九六八").text == "三七"
    assert len(model.asked) == 2


def test_what_was_thrown_away_is_read_again(vocabulary: Vocabulary, finder: SpeechFinder) -> None:
    model = Scripted(vocabulary, [["请不吝点赞订阅", "三七二六"], ["三七二九"]])
    found = read(model, finder, sounds="三七二九")
    assert (found.text, found.alternatives) == ("三七二九", ())


def test_the_question_again_is_read_again_where_no_sounds_are_told(
    vocabulary: Vocabulary, finder: SpeechFinder
) -> None:
    model = Scripted(vocabulary, [[ASKED, "三七二六"], ["三七二九"]])
    found = read(model, finder, sounds=None)
    assert (found.text, found.alternatives) == ("三七二九", ())


def test_other_readings_stand_where_no_sounds_are_told(vocabulary: Vocabulary, finder: SpeechFinder) -> None:
    model = Scripted(vocabulary, [["三七二六", "三七二九"]])
    found = read(model, finder, sounds=None)
    assert (found.text, found.alternatives, len(model.asked)) == ("三七二六", ("三七二九",), 1)


def test_nothing_is_nothing_however_often_it_is_read(vocabulary: Vocabulary, finder: SpeechFinder) -> None:
    model = Scripted(vocabulary, [[""], ["字幕志愿者"]])
    found = read(model, finder, sounds="三七二九")
    assert (found.text, found.alternatives, found.log_prob) == ("", (), None)
    assert found.phones is not None


def test_a_long_answer_is_read_again_in_its_own_window(vocabulary: Vocabulary, finder: SpeechFinder) -> None:
    model = Scripted(vocabulary, [["痴痂瘫痴"], ["三七二九"]])
    digits = spoken("digits").samples
    long = Utterance(samples=np.concatenate([digits] * 8))
    assert read(model, finder, sounds="三七二九", utterance=long).text == "三七二九"
    assert {frames for frames, _ in model.asked} == {15 * FRAMES_PER_S}


def test_nor_while_another_is_read(vocabulary: Vocabulary, finder: SpeechFinder) -> None:
    began, go_on = Event(), Event()

    class Slow(Scripted):
        def read(
            self, encoded: NDArray[np.float32], *, starts: Sequence[Sequence[int]], max_tokens: int, beam: int
        ) -> list[Reading]:
            found = super().read(encoded, starts=starts, max_tokens=max_tokens, beam=beam)
            if len(self.asked) == 1:
                began.set()
                go_on.wait(10)
            return found

    model = Slow(vocabulary, [["三七二九"], ["痴痂瘫痴"], ["痂痴"], ["三七二九"]])
    head = Hearing(layers=(), encoder=np.zeros(4, dtype=np.float32), text="三七二九")
    engine = WhisperEngine(model, vocabulary, finder, Heads(phones=head))
    order = ToTranscribe(utterance=spoken("digits"), context=CONTEXT)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(engine.transcribe_many, [order])
        assert began.wait(10)
        assert engine.transcribe_many([order])[0].text == "痴痂瘫痴"
        go_on.set()
        assert first.result(10)[0].text == "三七二九"
    assert engine.transcribe_many([order])[0].text == "三七二九"  # nobody else any more: twice
    assert model.beams == [BEAM, HURRIED_BEAM, BEAM, BEAM]


def test_in_a_batch_nobody_waits_for_a_second_reading_but_the_question_is_none(
    vocabulary: Vocabulary, finder: SpeechFinder
) -> None:
    model = Scripted(vocabulary, [["痴痂瘫痴"], [ASKED], ["三七二九"]])
    head = Hearing(layers=(), encoder=np.zeros(4, dtype=np.float32), text="三七二九")
    engine = WhisperEngine(model, vocabulary, finder, Heads(phones=head))
    order = ToTranscribe(utterance=spoken("digits"), context=CONTEXT)
    assert [found.text for found in engine.transcribe_many([order] * 2)] == ["痴痂瘫痴", "三七二九"]
