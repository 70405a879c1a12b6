"""The Whisper engine: short windows, one encoding per utterance for reading and for scoring.

The arithmetic is behind WhisperModel: CTranslate2 for speed, transformers for any folder.
"""

import hashlib
import logging
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dialogue.hearing.cleaning import heard, simplified
from dialogue.hearing.context import without_question
from dialogue.hearing.encoder_probe import answer_of
from dialogue.hearing.engine import ToScore, ToTranscribe, WordingScore
from dialogue.hearing.features import LONGEST_S, duration_s, log_mel, window_s
from dialogue.hearing.filler_head import FillerHead
from dialogue.hearing.forced import TokenTree
from dialogue.hearing.phone_head import PhoneHead
from dialogue.hearing.phones import FRAME_MS
from dialogue.hearing.port import Transcript, Utterance
from dialogue.hearing.speech import SpeechFinder
from dialogue.hearing.vocabulary import Vocabulary

# Decoding, the same for every model. The last two are against runaways (251625162516): features.TAIL_S.
BEAM = 5
REPETITION_PENALTY = 1.1
NO_REPEAT_NGRAM = 4

_log = logging.getLogger(__name__)

_SOUND_TAIL_S = 0.3  # the last sound may be told a little after it ends

_KEPT = 24  # encodings kept between reading and scoring, 0.5 to 3 MB each


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a model made of one utterance."""

    hypotheses: tuple[tuple[int, ...], ...]  # text tokens, best first, at least one
    log_prob: float  # of the best one: mean natural log per token
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
        self, encoded: NDArray[np.float32], *, starts: Sequence[Sequence[int]], max_tokens: int
    ) -> list[Reading]:
        """Beam search; one reading per row of `encoded`, BEAM hypotheses each.

        `starts`: per row the tokens before the text, all of one length.
        """
        ...

    def log_probs(self, encoded: NDArray[np.float32], tree: TokenTree) -> NDArray[np.float32]:
        """Natural log P(next token | audio, the node's path), shape (nodes - start + 1, vocabulary).

        Row 0 follows the start sequence, row i the node `start` - 1 + i. `encoded`: (frames, width).
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heads:
    """What else is told from the encoder; what was trained on another one is put aside."""

    phones: PhoneHead | None = None
    fillers: FillerHead | None = None

    def on(self, answer: NDArray[np.float32]) -> "Heads":
        """Those that were trained on the encoder which answers the probe so."""
        for name, head in (("phones", self.phones), ("fillers", self.fillers)):
            if head is not None and not head.fits(answer):
                _log.warning("hearing.%s: trained on another model than hearing.model; put aside", name)
        return Heads(
            phones=self.phones if self.phones is not None and self.phones.fits(answer) else None,
            fillers=self.fillers if self.fillers is not None and self.fillers.fits(answer) else None,
        )

    def added(self, transcript: Transcript, frames: NDArray[np.float32]) -> Transcript:
        """With what is told of these encoder frames, (n, width)."""
        return replace(
            transcript,
            phones=self.phones.log_posteriors(frames) if self.phones is not None else None,
            hesitating=self.fillers.probabilities(frames) if self.fillers is not None else None,
        )


NO_HEADS = Heads()


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
        self._encodings: OrderedDict[bytes, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()
        self._heads = NO_HEADS
        if heads is not NO_HEADS:
            self._heads = heads.on(answer_of(lambda utterance: self._encode([utterance])[0]))

    def transcribe_many(self, orders: Sequence[ToTranscribe]) -> tuple[Transcript, ...]:
        """See HearingEngine. About 0.1 core-seconds per short answer, 0.06 in a batch."""
        found: dict[int, Transcript] = {
            i: Transcript(text="", no_speech=1.0)
            for i, order in enumerate(orders)
            if not self._finder.spoken(order.utterance)
        }
        loud = [i for i in range(len(orders)) if i not in found]
        encodings = dict(zip(loud, self._encode(orders[i].utterance for i in loud), strict=True))
        found |= self._read(orders, encodings, {i: orders[i].context for i in loud})
        instead = {i: without_question(orders[i].context, found[i].text) for i in loud}
        found |= self._read(orders, encodings, {i: c for i, c in instead.items() if c is not None})
        for i, encoding in encodings.items():
            seconds = min(duration_s(orders[i].utterance), LONGEST_S)
            frames = encoding[: round((seconds + _SOUND_TAIL_S) * 1_000 / FRAME_MS)]
            found[i] = self._heads.added(found[i], frames)
        return tuple(found[i] for i in range(len(orders)))

    def _read(
        self,
        orders: Sequence[ToTranscribe],
        encodings: Mapping[int, NDArray[np.float32]],
        contexts: Mapping[int, str],
    ) -> dict[int, Transcript]:
        """The orders that have a context, in batches."""
        starts = {i: self._vocabulary.start(orders[i].language, context) for i, context in contexts.items()}
        groups: defaultdict[tuple[int, int], list[int]] = defaultdict(list)  # a batch must be level
        for i, start in starts.items():
            groups[len(encodings[i]), len(start)].append(i)
        found: dict[int, Transcript] = {}
        for members in groups.values():
            seconds = [min(duration_s(orders[i].utterance), LONGEST_S) for i in members]
            readings = self._model.read(
                np.stack([encodings[i] for i in members]),
                starts=[starts[i] for i in members],
                max_tokens=8 + round(12 * max(seconds)),
            )
            for i, reading, length in zip(members, readings, seconds, strict=True):
                found[i] = self._transcript(reading, length)
        return found

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

    def _transcript(self, reading: Reading, seconds: float) -> Transcript:
        texts = [simplified(self._vocabulary.text(ids)).strip() for ids in reading.hypotheses]
        if not heard(texts[0], seconds=seconds, no_speech=reading.no_speech, log_prob=reading.log_prob):
            return Transcript(text="", log_prob=reading.log_prob, no_speech=reading.no_speech)
        rivals = dict.fromkeys(text for text in texts[1:] if text and text != texts[0])
        return Transcript(
            text=texts[0],
            alternatives=tuple(rivals),
            log_prob=reading.log_prob,
            no_speech=reading.no_speech,
        )

    def _encode(self, utterances: Iterable[Utterance]) -> list[NDArray[np.float32]]:
        """Encoder outputs, (frames, width) each; kept, so that scoring does not encode again."""
        wanted = [(_key(utterance), utterance) for utterance in utterances]
        with self._lock:
            known = {key: self._encodings[key] for key, _ in wanted if key in self._encodings}
        groups: defaultdict[int, dict[bytes, Utterance]] = defaultdict(dict)
        for key, utterance in wanted:
            if key not in known:
                groups[window_s(duration_s(utterance))][key] = utterance
        for group in groups.values():
            batch = np.stack([log_mel(utterance, mels=self._model.mels) for utterance in group.values()])
            # Copies: a row must not keep its whole batch alive.
            known.update(zip(group, (row.copy() for row in self._model.encode(batch)), strict=True))
        with self._lock:
            self._encodings.update(known)
            for key in known:
                self._encodings.move_to_end(key)
            while len(self._encodings) > _KEPT:
                self._encodings.popitem(last=False)
        return [known[key] for key, _ in wanted]


def _key(utterance: Utterance) -> bytes:
    data = np.ascontiguousarray(utterance.samples).tobytes()
    return hashlib.blake2b(data + utterance.rate_hz.to_bytes(4, "big"), digest_size=16).digest()
