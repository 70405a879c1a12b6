"""Everything the sounds of one reply say: about the fact, and about what is no answer. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.answer.content import mentions
from dialogue.answer.corrections import final_claim
from dialogue.answer.fold import simplified, without_fillers
from dialogue.answer.heard_phrases import HeardPhrase, Phrases, hear_phrase
from dialogue.answer.intent.intent import Intent, IntentGuess
from dialogue.answer.match import Plan
from dialogue.answer.phone_evidence import PhoneEvidence, weigh_phones
from dialogue.answer.sayable import sayable
from dialogue.answer.tables import Tables
from dialogue.answer.tolerance import tolerance_of

_SAYS_LITTLE = frozenset(
    {Intent.ANSWER, Intent.YES, Intent.NO}
)  # 您答错了 is read as a no, 你打错了 was said
_POSSIBLE = 0.3  # P(phrase) from which words that only resemble one are believed
_LONG_REPLY = 8  # characters; a longer open answer may hold a phrase and still be one
_MOST_OF_IT = 0.5  # share of its syllables


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounds:
    fact: PhoneEvidence | None  # None: no fact, none that can be said, or something was taken back
    phrase: HeardPhrase | None  # the phrase that explains the reply best; None: nothing was heard
    said: float  # probability that it was said
    said_above: float  # from here on it counts
    length: int  # characters written down, without fillers

    def corrected(self, guess: IntentGuess, *, open_answer: bool) -> IntentGuess:
        """What the words seemed to mean, made right by what was heard."""
        if guess.source == "words" and guess.intent not in _SAYS_LITTLE:
            return guess
        phrase = self.phrase
        if phrase is not None and self.said >= self.said_above and self._explains(phrase, open_answer):
            return IntentGuess(
                intent=phrase.intent, probability=self.said, source="sounds", phrase=phrase.phrase
            )
        believed = phrase is not None and phrase.intent is guess.intent and self.said >= _POSSIBLE
        if guess.source == "sound" and not believed:
            return IntentGuess(intent=Intent.ANSWER, probability=None, source="sounds")
        return guess

    def _explains(self, phrase: HeardPhrase, open_answer: bool) -> bool:
        """Better than any value of the fact's kind; a long story is one, whatever it holds."""
        if open_answer and self.length >= _LONG_REPLY and phrase.share < _MOST_OF_IT:
            return False
        return self.fact is None or phrase.score > self.fact.score


class Listener:
    """Shared by all calls; holds nothing of any. Blocks for some 50 ms an answer."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._phrases = Phrases.of(tables.spoken_phrases())
        self._tolerance = tolerance_of(tables.sound)

    def listen(self, made: Plan | None, text: str, log_posteriors: NDArray[np.float32]) -> Sounds:
        """`made`: what the words say about the fact, None if there is none; `text`: those words."""
        fact: PhoneEvidence | None = None
        if made is not None and not final_claim(without_fillers(simplified(text))).retracted:
            fact = weigh_phones(sayable(made.sides, self._tables), log_posteriors, self._tolerance)
        phrase = hear_phrase(self._phrases, log_posteriors, self._tolerance)
        fit = self._tables.phrases
        return Sounds(
            fact=fact,
            phrase=phrase,
            said=phrase.probability(fit) if phrase is not None else 0.0,
            said_above=fit.said_above,
            length=len(mentions(text)),
        )
