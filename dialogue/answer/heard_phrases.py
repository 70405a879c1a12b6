"""Replies that are no answers, told by their sounds: 我要转人工 that was written down as 我要专人攻. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.answer.intent.intent import Intent
from dialogue.answer.spotting import Tolerance, Wordings, best_path, spot, syllable_scores
from dialogue.hearing.phones import FIRST_FINAL, ends_syllable, phone_ids

SHORTEST = 3  # syllables; shorter phrases are found in anything, and must be all that is said
_WORST = -12.0  # nats
_FURTHEST = 30.0  # nats


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Every phrase by its sounds, and what it means. Made once."""

    sounds: tuple[tuple[int, ...], ...]
    wordings: Wordings  # the same, to be spotted
    syllables: tuple[int, ...]  # of each
    intents: tuple[Intent, ...]

    @classmethod
    def of(cls, phrases: Mapping[Intent, Sequence[str]]) -> "Phrases":
        found: dict[tuple[int, ...], Intent] = {}
        for intent, texts in phrases.items():
            for text in texts:
                sounds = phone_ids(text)
                if sounds:
                    found.setdefault(sounds, intent)
        syllables = tuple(sum(phone >= FIRST_FINAL for phone in sounds) for sounds in found)
        return cls(
            sounds=tuple(found),
            wordings=Wordings.of(tuple(found)),
            syllables=syllables,
            intents=tuple(found.values()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardPhrase:
    """The phrase that explains a reply best."""

    intent: Intent
    score: float  # nats against the best path of any sounds, what is heard around it included
    fit: float  # per syllable
    worst: float  # of its worst syllable
    lead: float  # over the best phrase of another meaning
    share: float  # of the syllables heard


def hear_phrase(
    phrases: Phrases, log_posteriors: NDArray[np.float32], tolerance: Tolerance
) -> HeardPhrase | None:
    """None: there are no phrases, or nothing was heard. Blocks for some 5 ms with 440 phrases and 2 s."""
    heard = sum(ends_syllable(phone) for phone, _, _ in best_path(log_posteriors))
    chosen = [i for i, count in enumerate(phrases.syllables) if count >= min(heard, SHORTEST)]
    if not chosen or not heard:
        return None
    fits = dict(zip(chosen, spot(phrases.wordings.only(chosen), log_posteriors, tolerance), strict=True))
    best = max(fits, key=lambda i: fits[i].score)
    others = [fit.score for i, fit in fits.items() if phrases.intents[i] is not phrases.intents[best]]
    scores = [
        max(score, _WORST)
        for score in syllable_scores(phrases.sounds[best], log_posteriors, tolerance, fits[best])
    ] or [_WORST]
    return HeardPhrase(
        intent=phrases.intents[best],
        score=fits[best].score,
        fit=sum(scores) / len(scores),
        worst=min(scores),
        lead=min(_FURTHEST, fits[best].score - max(others, default=-_FURTHEST)),
        share=min(1.0, len(scores) / heard),
    )
