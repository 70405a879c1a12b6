"""Kokoro: a small neural synthesiser that runs on the CPU. Text in, 24 kHz samples out."""

import hashlib
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from dialogue.speaking.phonemes import Phonemizer

if TYPE_CHECKING:
    import onnxruntime

SAMPLE_RATE_HZ = 24_000
MAX_TOKENS = 510  # the style tables have one row per length up to this


class Kokoro:
    """The synthesiser of our own voice and of every synthetic applicant. Safe to share between threads.

    `folder` holds model.onnx, voices.npz (styles of shape (510, 1, 256)) and vocab.json. The files are
    read when something is first spoken; the phonemizer is loaded once.
    """

    def __init__(self, folder: Path, threads: int = 2) -> None:
        self.folder = folder
        self._threads = threads
        self._lock = threading.Lock()
        self._phonemizer = Phonemizer()
        self._loaded: _Loaded | None = None

    def voices(self) -> tuple[str, ...]:
        """The names a voice can be blended from. Loads the model if it is not loaded yet."""
        return tuple(sorted(self._load().styles))

    def version(self) -> str:
        """Changes with the weights, the voices and the lexicon. Reads the files: blocks about 0.1 s."""
        digest = hashlib.sha256()
        for name in ("model.onnx", "voices.npz", "vocab.json"):
            try:
                with (self.folder / name).open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
            except OSError as exc:
                raise SurveyError(
                    f"{self.folder / name}: cannot be read ({exc.strerror}); run `shengwen models gather`"
                ) from exc
        return f"kokoro-{digest.hexdigest()[:12]}-{self._phonemizer.lexicon.version}"

    def speak(self, text: str, voice: str = "jf_alpha", speed: float = 1.0) -> NDArray[np.float32]:
        """Mono samples (n,) at 24 kHz, roughly -1..1. Blocks for about 0.7 s of two cores per second spoken.

        `voice` is a style or a blend "jf_alpha*0.6+jm_kumo*0.4" whose weights are normalised; `speed` 1.0 is
        normal, 0.5 half as fast. Raises SurveyError on an unknown voice or a text without a speakable sound.
        """
        loaded = self._load()
        style = blend(loaded.styles, voice)
        pieces = [
            loaded.run(tokens, style, speed)
            for sentence in split_long(self._phonemizer.phonemes(text), MAX_TOKENS)
            if (tokens := loaded.tokens(sentence))
        ]
        if not pieces:
            raise SurveyError(f"kokoro: nothing speakable in a text of {len(text)} characters; write words")
        return np.concatenate(pieces)

    def _load(self) -> "_Loaded":
        with self._lock:
            if self._loaded is None:
                self._loaded = _Loaded.read(self.folder, self._threads)
            return self._loaded


class _Loaded:
    """The opened files. Never changes."""

    def __init__(
        self,
        session: "onnxruntime.InferenceSession",
        styles: dict[str, NDArray[np.float32]],
        ids: dict[str, int],
    ) -> None:
        self.styles = styles
        self._session: Any = session
        self._ids = ids

    @classmethod
    def read(cls, folder: Path, threads: int) -> "_Loaded":
        import json

        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Idle workers must sleep: calls in progress need the cores more than the next prompt does.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            ids = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))["vocab"]
            # opened here: numpy leaves a file open that is no archive
            with (
                (folder / "voices.npz").open("rb") as file,
                np.load(file, allow_pickle=False) as stored,
            ):
                styles = {name: np.asarray(stored[name], dtype=np.float32) for name in stored.files}
            session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as exc:  # onnxruntime raises its own family, one class per status
            raise SurveyError(
                f"{folder}: not a readable Kokoro model ({type(exc).__name__}); run `shengwen models gather`"
            ) from exc
        return cls(session, styles, ids)

    def tokens(self, phonemes: str) -> list[int]:
        return [self._ids[p] for p in phonemes if p in self._ids]

    def run(self, tokens: list[int], style: NDArray[np.float32], speed: float) -> NDArray[np.float32]:
        row = style[min(len(tokens), MAX_TOKENS) - 1]
        (audio,) = self._session.run(
            ["audio"],
            {
                "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
                "style": row,
                "speed": np.array([speed], dtype=np.float32),
            },
        )
        return np.asarray(audio, dtype=np.float32).reshape(-1)


_TERM = re.compile(r"\s*([A-Za-z0-9_]+)\s*(?:\*\s*([0-9]*\.?[0-9]+)\s*)?")


def parse_blend(voice: str) -> dict[str, float]:
    """The weights of a voice, summing to 1. Raises SurveyError if it is not `name` or `name*w+name*w`."""
    weights: dict[str, float] = {}
    for term in voice.split("+"):
        found = _TERM.fullmatch(term)
        if found is None:
            raise SurveyError(
                f'voice "{voice}": "{term}" is not name*weight; write e.g. jf_alpha*0.6+jm_kumo*0.4'
            )
        weights[found[1]] = weights.get(found[1], 0.0) + float(found[2] or 1.0)
    total = sum(weights.values())
    if total <= 0:
        raise SurveyError(f'voice "{voice}": the weights sum to 0; give at least one a weight above 0')
    return {name: weight / total for name, weight in weights.items()}


def blend(styles: dict[str, NDArray[np.float32]], voice: str) -> NDArray[np.float32]:
    """The style table (510, 1, 256) of a voice or blend. Raises SurveyError listing the known names."""
    weights = parse_blend(voice)
    unknown = sorted(set(weights) - set(styles))
    if unknown:
        raise SurveyError(
            f'voice "{voice}": no style {", ".join(unknown)}; known: {", ".join(sorted(styles))}'
        )
    mixed = sum((np.float32(weight) * styles[name] for name, weight in weights.items()), np.float32(0))
    return np.asarray(mixed, dtype=np.float32)


def split_long(phonemes: str, limit: int) -> list[str]:
    """Cuts at sentence ends, then at commas, then anywhere, so that no piece is longer than `limit`."""
    if len(phonemes) <= limit:
        return [phonemes]
    head = phonemes[:limit]
    cut = max((head.rfind(mark) + 1 for mark in ".!?;"), default=0) or head.rfind(",") + 1
    cut = cut or head.rfind(" ") + 1 or limit
    return [phonemes[:cut], *split_long(phonemes[cut:], limit)]
