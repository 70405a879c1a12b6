"""The Whisper engine: short windows, one encoding per utterance for reading and for scoring.

The arithmetic is behind WhisperModel: CTranslate2 for speed, transformers for any folder.
"""

import hashlib
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dialogue.hearing.cleaning import heard, simplified
from dialogue.hearing.context import examples_of, is_the_question
from dialogue.hearing.encoder_probe import answer_of
from dialogue.hearing.engine import ToScore, ToTranscribe, WordingScore
from dialogue.hearing.features import LONGEST_S, duration_s, log_mel, window_s
from dialogue.hearing.forced import TokenTree
from dialogue.hearing.heads import NO_HEADS, Heads
from dialogue.hearing.phones import FRAME_MS
from dialogue.hearing.port import Transcript, Utterance
from dialogue.hearing.rescoring import Ranked, Written, ranked
from dialogue.hearing.speech import SpeechFinder
from dialogue.hearing.vocabulary import Vocabulary

# Decoding, the same for every model. All hypotheses are put in order by the sounds: of 10, 37.0 % of the
# characters of two sets of recordings (seeds 81, 105) were wrong, of 5, 39.5 %. The last two are against
# runaways (251625162516): features.TAIL_S. Four digits said twice must pass.
BEAM = 10
HURRIED_BEAM = 5  # while others wait
REPETITION_PENALTY = 1.1
NO_REPEAT_NGRAM = 6

# What the sounds do not bear out, in nats a sound, is read again: without the question, in a longer window.
DOUBTFUL = 3.0
AGAIN_S = 10
ALTERNATIVES = 4  # kept beside the best reading

_SOUND_TAIL_S = 0.3  # the last sound may be told a little after it ends

_Key = tuple[bytes, int]  # of the sound; seconds of the window
_KEPT = 24  # encodings kept between reading and scoring, 0.5 to 3 MB each


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One way to read an utterance."""

    tokens: tuple[int, ...]  # of the text
    log_prob: float  # mean natural log per token, the end included


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a model made of one utterance."""

    hypotheses: tuple[Hypothesis, ...]  # best first, at least one
    no_speech: float  # probability 0..1


class WhisperModel(Protocol):
    """A loaded Whisper. Safe to use from several threads; every method blocks."""

    @property
    def mels(self) -> int:
        """Feature bands it wants: 80 or 128."""
        ...

    def encode(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, mels, frames) to (n, frames / 2, width)."""
        ...

    def read(
        self, encoded: NDArray[np.float32], *, starts: Sequence[Sequence[int]], max_tokens: int, beam: int
    ) -> list[Reading]:
        """Beam search; one reading per row of `encoded`, `beam` hypotheses each.

        `starts`: per row the tokens before the text, all of one length.
        """
        ...

    def log_probs(self, encoded: NDArray[np.float32], tree: TokenTree) -> NDArray[np.float32]:
        """Natural log P(next token | audio, the node's path), shape (nodes - start + 1, vocabulary).

        Row 0 follows the start sequence, row i the node `start` - 1 + i. `encoded`: (frames, width).
        """
        ...


class WhisperEngine:
    """Implements HearingEngine over one loaded model."""

    def __init__(
        self,
        model: WhisperModel,
        vocabulary: Vocabulary,
        finder: SpeechFinder,
        heads: Heads = NO_HEADS,
    ) -> None:
        """`finder`: says where nobody speaks, because Whisper does not (it reads 鞋子 into noise)."""
        self._model, self._vocabulary, self._finder = model, vocabulary, finder
        self._encodings: OrderedDict[_Key, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()
        self._reading = 0  # batches being read now, by as many threads
        self._heads = NO_HEADS
        if heads is not NO_HEADS:
            self._heads = heads.on(answer_of(lambda utterance: self._encode([utterance])[0]))

    def transcribe_many(self, orders: Sequence[ToTranscribe]) -> tuple[Transcript, ...]:
        """See HearingEngine. Some 0.2 core-seconds per short answer, less in a batch, more if doubtful."""
        spoken = [i for i, order in enumerate(orders) if self._finder.spoken(order.utterance)]
        found = [Transcript(text="", no_speech=1.0)] * len(orders)
        with self._lock:
            self._reading += 1
        try:
            for i, transcript in zip(spoken, self._spoken([orders[i] for i in spoken]), strict=True):
                found[i] = transcript
        finally:
            with self._lock:
                self._reading -= 1
        return tuple(found)

    def _spoken(self, orders: Sequence[ToTranscribe]) -> list[Transcript]:
        """Reads every utterance once, and again what the sounds do not bear out."""
        encodings = self._encode(order.utterance for order in orders)
        told = [self._heads.told(e[: _frames(order)]) for e, order in zip(encodings, orders, strict=True)]
        # Else others wait, and the judge rests on sounds.
        alone = len(orders) == 1 and self._reading == 1
        beam = BEAM if alone else HURRIED_BEAM
        first = self._read(orders, encodings, beam)
        kept = [ranked(self._written(r, o), t.phones) for r, o, t in zip(first, orders, told, strict=True)]
        doubtful = [n for n, order in enumerate(orders) if _doubtful(kept[n], order, alone=alone)]
        again = [replace(orders[n], context=examples_of(orders[n].context)) for n in doubtful]
        longer = self._encode((order.utterance for order in again), at_least_s=AGAIN_S)
        for n, order, reading in zip(doubtful, again, self._read(again, longer, beam), strict=True):
            others = self._written(reading, order)
            both = [*kept[n].readings, *others] if told[n].phones is not None else others
            kept[n] = ranked(both, told[n].phones)
        return [
            _with_words(t, k.readings, no_speech=r.no_speech)
            for t, k, r in zip(told, kept, first, strict=True)
        ]

    def _read(
        self, orders: Sequence[ToTranscribe], encodings: Sequence[NDArray[np.float32]], beam: int
    ) -> list[Reading]:
        """In batches."""
        starts = [self._vocabulary.start(order.language, order.context) for order in orders]
        groups: defaultdict[tuple[int, int], list[int]] = defaultdict(list)  # a batch must be level
        for i, start in enumerate(starts):
            groups[len(encodings[i]), len(start)].append(i)
        found: dict[int, Reading] = {}
        for members in groups.values():
            readings = self._model.read(
                np.stack([encodings[i] for i in members]),
                starts=[starts[i] for i in members],
                max_tokens=8 + round(12 * max(_seconds(orders[i]) for i in members)),
                beam=beam,
            )
            found.update(zip(members, readings, strict=True))
        return [found[i] for i in range(len(orders))]

    def score_many(self, orders: Sequence[ToScore]) -> tuple[tuple[WordingScore, ...], ...]:
        """See HearingEngine. About 0.07 core-seconds per order of six short wordings."""
        encodings = self._encode(order.utterance for order in orders)
        return tuple(
            self._vocabulary.score(
                self._model.log_probs,
                encoding,
                order.wordings,
                self._vocabulary.start(order.language, order.context),
            )
            for order, encoding in zip(orders, encodings, strict=True)
        )

    def _written(self, reading: Reading, order: ToTranscribe) -> list[Written]:
        """Its texts, best first; none if the best of them was made up."""
        texts = [simplified(self._vocabulary.text(h.tokens)).strip() for h in reading.hypotheses]
        if not heard(
            texts[0],
            seconds=_seconds(order),
            no_speech=reading.no_speech,
            log_prob=reading.hypotheses[0].log_prob,
        ):
            return []
        return [
            Written(text=text, log_prob=h.log_prob, total=h.log_prob * (len(h.tokens) + 1))
            for text, h in zip(texts, reading.hypotheses, strict=True)
            if text
        ]

    def _encode(self, utterances: Iterable[Utterance], *, at_least_s: int = 0) -> list[NDArray[np.float32]]:
        """Encoder outputs, (frames, width) each; kept, so that scoring does not encode again."""
        wanted = [((_key(u), max(at_least_s, window_s(duration_s(u)))), u) for u in utterances]
        with self._lock:
            known = {key: self._encodings[key] for key, _ in wanted if key in self._encodings}
        groups: defaultdict[int, dict[_Key, Utterance]] = defaultdict(dict)
        for key, utterance in wanted:
            if key not in known:
                groups[key[1]][key] = utterance
        for seconds, group in groups.items():
            batch = np.stack([log_mel(u, mels=self._model.mels, seconds=seconds) for u in group.values()])
            # Copies: a row must not keep its whole batch alive.
            known.update(zip(group, (row.copy() for row in self._model.encode(batch)), strict=True))
        with self._lock:
            self._encodings.update(known)
            for key in known:
                self._encodings.move_to_end(key)
            while len(self._encodings) > _KEPT:
                self._encodings.popitem(last=False)
        return [known[key] for key, _ in wanted]


def _with_words(told: Transcript, readings: Sequence[Written], *, no_speech: float) -> Transcript:
    if not readings:
        return replace(told, no_speech=no_speech)
    best, *others = readings
    return replace(
        told,
        text=best.text,
        alternatives=tuple(other.text for other in others[:ALTERNATIVES]),
        log_prob=best.log_prob,
        no_speech=no_speech,
    )


def _doubtful(found: Ranked, order: ToTranscribe, *, alone: bool) -> bool:
    """Worth a second reading, which differs from the first. It takes longer than the first one."""
    if is_the_question(found.text, order.context):
        return True
    other = order.context != examples_of(order.context) or window_s(_seconds(order)) < AGAIN_S
    return alone and other and found.missing is not None and found.missing > DOUBTFUL


def _seconds(order: ToTranscribe) -> float:
    return min(duration_s(order.utterance), LONGEST_S)


def _frames(order: ToTranscribe) -> int:
    """Of its encoding, that hold its sounds."""
    return round((_seconds(order) + _SOUND_TAIL_S) * 1_000 / FRAME_MS)


def _key(utterance: Utterance) -> bytes:
    data = np.ascontiguousarray(utterance.samples).tobytes()
    return hashlib.blake2b(data + utterance.rate_hz.to_bytes(4, "big"), digest_size=16).digest()
