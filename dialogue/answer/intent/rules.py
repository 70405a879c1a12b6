"""Clear wordings, by words and then by sound. Tables: config/tables/intents.yaml, yes_no.yaml."""

import re
from functools import lru_cache

from dialogue.answer.content import mentions
from dialogue.answer.fold import bare, simplified, without_fillers
from dialogue.answer.intent.intent import Intent, IntentGuess
from dialogue.answer.sound import align, syllables
from dialogue.answer.tables import Tables
from dialogue.answer.yes_no import Polarity, read_yes_no

_SOUND_SYLLABLES = 3  # shorter phrases sound like too much else
_SOUND_LIMIT = 0.12  # per syllable
_WHOLE_REPLY = 0.5  # share of its characters from which a yes or no is all that was said


def by_rule(text: str, tables: Tables) -> IntentGuess | None:
    """The intent a wording plainly has, or something that sounds like one; None leaves it to the model."""
    return by_wording(text, tables) or _by_sound(mentions(text), tables)


def by_wording(text: str, tables: Tables) -> IntentGuess | None:
    """The intent a wording plainly has. Longer phrases win within the text."""
    words = mentions(text)
    if not words:
        # A bare 嗯 or 啊？ is nothing but fillers.
        hum = bare(simplified(text))
        if simplified(text).strip().endswith("？") and hum:
            return IntentGuess(intent=Intent.REPEAT, probability=None, source="words", phrase=hum)
        return _yes_no(text, tables) if hum else None
    return _by_words(text, words, tables) or _yes_no(text, tables)


def _by_words(text: str, words: str, tables: Tables) -> IntentGuess | None:
    whole = bare(simplified(text))
    cleaned = without_fillers(text)
    best: tuple[int, IntentGuess] | None = None
    for name, table in tables.intents.items():
        for phrase in table.phrases:
            if (phrase in words or phrase in whole) and (best is None or len(phrase) > best[0]):
                guess = IntentGuess(intent=Intent(name), probability=None, source="words", phrase=phrase)
                best = (len(phrase), guess)
        if best is None:
            for pattern in table.patterns:
                if _compiled(pattern).search(cleaned) or _compiled(pattern).search(simplified(text)):
                    return IntentGuess(intent=Intent(name), probability=None, source="words", phrase=pattern)
    return None if best is None else best[1]


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _yes_no(text: str, tables: Tables) -> IntentGuess | None:
    reply = read_yes_no(text, tables.yes_no)
    if reply is None or reply.share < _WHOLE_REPLY:
        return None
    intent = Intent.YES if reply.polarity is Polarity.YES else Intent.NO
    return IntentGuess(intent=intent, probability=None, source="words", phrase=reply.polarity)


def _by_sound(words: str, tables: Tables) -> IntentGuess | None:
    best: tuple[float, IntentGuess] | None = None
    heard = {(s.initial, s.final) for s in syllables(words)}
    for name, table in tables.intents.items():
        if not table.by_sound:
            continue
        for phrase in table.phrases:
            if len(syllables(phrase)) < _SOUND_SYLLABLES or len(words) < len(phrase) - 1:
                continue
            if len(phrase) == 3 and len(words) > 7:
                continue  # three syllables are found in any long answer
            wanted = syllables(phrase)
            if 2 * sum((s.initial, s.final) in heard for s in wanted) < len(wanted):
                continue  # cannot be close; aligning them all would take 20 ms
            distance = align(phrase, words, tables.sound).distance
            if distance <= _SOUND_LIMIT and (best is None or distance < best[0]):
                guess = IntentGuess(intent=Intent(name), probability=None, source="sound", phrase=phrase)
                best = (distance, guess)
    return None if best is None else best[1]
