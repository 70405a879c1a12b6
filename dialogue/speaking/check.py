"""Listens to our own prompts once: what the recogniser does not hear as written, callers may not either."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from decision_hook.contract import SurveyError
from dialogue.hearing.port import RecognizerUnavailable, SpeechRecognizer, Utterance
from dialogue.line import Samples
from dialogue.speaking.lexicon import Lexicon, load_lexicon
from dialogue.speaking.port import SpeechSynthesizer
from dialogue.speaking.spoken_form import digit_by_digit, spoken_form

MAX_ERROR = 0.10  # of the syllables, tones aside: above it a prompt is listed
RESULTS_FILE = "heard.json"  # beside the cached prompts


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptCheck:
    """What the recogniser heard of one prompt."""

    text: str
    heard: str
    error: float  # wrong, missing and extra syllables over those that were to be said; may exceed 1

    @property
    def listed(self) -> bool:
        return self.error > MAX_ERROR


async def check_prompts(
    texts: Sequence[str],
    synthesizer: SpeechSynthesizer,
    recognizer: SpeechRecognizer,
    cache: Path,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[PromptCheck, ...]:
    """Renders and transcribes each text once ever; results stay in `cache`/heard.json. In the texts' order.

    A prompt whose sound changed is heard again. Texts of one person's facts do not belong here: they would
    be kept. Prompts the recogniser has no time for are left out and tried again the next time.
    """
    results = _Results(cache / RESULTS_FILE)
    lexicon = load_lexicon()
    checks: list[PromptCheck] = []
    wanted = list(dict.fromkeys(texts))
    for done, text in enumerate(wanted, start=1):
        samples = await synthesizer.render(text)
        heard = results.get(text, samples)
        if heard is None:
            try:
                heard = (await recognizer.transcribe(Utterance(samples=samples))).text
            except RecognizerUnavailable:
                continue
            results.put(text, samples, heard)
        checks.append(PromptCheck(text=text, heard=heard, error=syllable_error(text, heard, lexicon)))
        if on_progress is not None:
            on_progress(done, len(wanted))
    return tuple(checks)


def syllable_error(text: str, heard: str, lexicon: Lexicon) -> float:
    """Tone-blind syllable error, 0.0 = heard as written. Numbers compare as spoken, read either way."""
    from rapidfuzz.distance import Levenshtein

    wanted = syllables(spoken_form(text), lexicon)
    if not wanted:
        return 0.0 if not heard.strip() else 1.0
    readings = {spoken_form(heard), "".join(digit_by_digit(c) if c in "0123456789" else c for c in heard)}
    return min(Levenshtein.distance(wanted, syllables(r, lexicon)) for r in readings) / len(wanted)


def syllables(text: str, lexicon: Lexicon) -> list[str]:
    """Pinyin without tones; what is not spoken is left out. 幺 counts as 一, 俩 as 两."""
    from pypinyin import Style, lazy_pinyin

    said: list[str] = []
    for piece, forced in lexicon.split(text.translate(_SAME)):
        if forced is not None:
            said.extend(syllable[:-1] for syllable in forced)
        else:
            said.extend(lazy_pinyin(piece, style=Style.NORMAL, errors="ignore"))
    return [_MERGED.get(s, s) for s in said]


_SAME = str.maketrans({"幺": "一", "俩": "两"})
_MERGED = {"lve": "lue", "nve": "nue", "ng": "en", "n": "en"}  # spellings of one sound


class _Results:
    """What was heard, by text and sound."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._heard: dict[str, str] = {}
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            self._heard = {str(key): str(heard) for key, heard in stored.items()}
        except (OSError, ValueError, AttributeError):  # missing or damaged: a cache, heard again
            self._heard = {}

    def get(self, text: str, samples: Samples) -> str | None:
        return self._heard.get(_key(text, samples))

    def put(self, text: str, samples: Samples, heard: str) -> None:
        self._heard[_key(text, samples)] = heard
        aside = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(json.dumps(self._heard, ensure_ascii=False, indent=0), encoding="utf-8")
            os.replace(aside, self._path)
        except OSError as exc:
            raise SurveyError(f"{self._path}: cannot be written ({exc.strerror}); free space") from exc


def _key(text: str, samples: Samples) -> str:
    return hashlib.sha256(text.encode() + samples.tobytes()).hexdigest()[:40]
