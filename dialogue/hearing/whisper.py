"""Whisper through CTranslate2: int8, short windows, one encoding per utterance for reading and scoring."""

import hashlib
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock

import ctranslate2
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from decision_hook.contract import SurveyError
from dialogue.hearing.cleaning import heard, simplified
from dialogue.hearing.engine import ToScore, ToTranscribe, WordingScore
from dialogue.hearing.features import LONGEST_S, duration_s, log_mel, window_s
from dialogue.hearing.forced import ForcedDecoder
from dialogue.hearing.port import Transcript, Utterance
from dialogue.hearing.vocabulary import Vocabulary
from dialogue.hearing.weights import read_weights

_BEAM = 5
_KEPT = 24  # encodings kept between reading and scoring, 0.5 to 3 MB each
_QUIET = 33  # int16 peak (-60 dBFS) below which nobody spoke; G.711's own idle noise is 8


class WhisperEngine:
    """One loaded model, shared by all calls and threads."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        """Loads the model: about 2 s, 0.4 GB. `threads`: how many requests run at once, one core each.

        One core per request, not all cores for one: measured, two cores shorten one answer by a tenth
        and cost half as much again. Raises SurveyError if the folder holds no such model.
        """
        try:
            self._model = ctranslate2.models.Whisper(
                str(folder), device="cpu", compute_type="int8", inter_threads=threads, intra_threads=1
            )
            self._vocabulary = Vocabulary(Tokenizer.from_file(str(folder / "tokenizer.json")))
        except Exception as exc:  # both libraries raise bare RuntimeError and Exception
            raise SurveyError(
                f"{folder}: holds no usable CTranslate2 Whisper model; "
                "gather the models with `shengwen models gather`, or set hearing.model"
            ) from exc
        self._decoder = ForcedDecoder(read_weights(folder / "model.bin"))
        self._encodings: OrderedDict[bytes, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    def transcribe_many(self, orders: Sequence[ToTranscribe]) -> tuple[Transcript, ...]:
        """One transcript per order. Blocks about 0.1 core-seconds per short answer, less in a batch."""
        found: dict[int, Transcript] = {
            i: Transcript(text="") for i, order in enumerate(orders) if silent(order.utterance)
        }
        loud = [i for i in range(len(orders)) if i not in found]
        encodings = dict(zip(loud, self._encode(orders[i].utterance for i in loud), strict=True))
        groups: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
        for i in loud:
            groups[len(encodings[i]), orders[i].language].append(i)
        for (_, language), members in groups.items():
            batch = np.stack([encodings[i] for i in members])
            found.update(
                zip(members, self._read(batch, [orders[i].utterance for i in members], language), strict=True)
            )
        return tuple(found[i] for i in range(len(orders)))

    def score_many(self, orders: Sequence[ToScore]) -> tuple[tuple[WordingScore, ...], ...]:
        """Scores per order, one per wording. Blocks about 0.05 to 0.1 core-seconds per order of six."""
        encodings = self._encode(order.utterance for order in orders)
        return tuple(
            self._vocabulary.score(self._decoder, encoding, order.wordings, order.language)
            for order, encoding in zip(orders, encodings, strict=True)
        )

    def _read(
        self, encodings: NDArray[np.float32], utterances: Sequence[Utterance], language: str
    ) -> list[Transcript]:
        seconds = [min(duration_s(utterance), LONGEST_S) for utterance in utterances]
        results = self._model.generate(
            ctranslate2.StorageView.from_array(encodings),
            [self._vocabulary.start(language)] * len(encodings),
            beam_size=_BEAM,
            num_hypotheses=_BEAM,
            # Against runaways (251625162516); see features.TAIL_S.
            repetition_penalty=1.1,
            no_repeat_ngram_size=4,
            max_length=2 * (8 + round(12 * max(seconds))),  # CTranslate2 halves it
            return_scores=True,
            return_no_speech_prob=True,
        )
        return [self._transcript(result, s) for result, s in zip(results, seconds, strict=True)]

    def _transcript(self, result: ctranslate2.models.WhisperGenerationResult, seconds: float) -> Transcript:
        texts = [simplified(self._vocabulary.text(ids)).strip() for ids in result.sequences_ids]
        if not heard(texts[0], seconds=seconds, no_speech=result.no_speech_prob, log_prob=result.scores[0]):
            return Transcript(text="", log_prob=result.scores[0], no_speech=result.no_speech_prob)
        rivals = dict.fromkeys(text for text in texts[1:] if text and text != texts[0])
        return Transcript(
            text=texts[0],
            alternatives=tuple(rivals),
            log_prob=result.scores[0],
            no_speech=result.no_speech_prob,
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
            batch = np.stack([log_mel(utterance, mels=self._model.n_mels) for utterance in group.values()])
            encoded = np.array(self._model.encode(ctranslate2.StorageView.from_array(batch), to_cpu=True))
            known.update(zip(group, encoded, strict=True))
        with self._lock:
            self._encodings.update(known)
            for key in known:
                self._encodings.move_to_end(key)
            while len(self._encodings) > _KEPT:
                self._encodings.popitem(last=False)
        return [known[key] for key, _ in wanted]


def silent(utterance: Utterance) -> bool:
    """Whether nothing in it can be speech: empty, or never above the line's idle noise."""
    return len(utterance.samples) == 0 or int(np.abs(utterance.samples.astype(np.int32)).max()) < _QUIET


def _key(utterance: Utterance) -> bytes:
    data = np.ascontiguousarray(utterance.samples).tobytes()
    return hashlib.blake2b(data + utterance.rate_hz.to_bytes(4, "big"), digest_size=16).digest()
