"""Everything the sounds of one reply say: about the fact, and about what is no answer."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import FactKind
from dialogue.answer.content import mentions
from dialogue.answer.corrections import final_claim
from dialogue.answer.fold import simplified, without_fillers
from dialogue.answer.heard_phrases import HeardPhrase, Phrases, hear_phrase
from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.intent.intent import ANSWERED, Intent, IntentGuess
from dialogue.answer.intent.witnesses import Witnesses
from dialogue.answer.match import Plan
from dialogue.answer.phone_evidence import PhoneEvidence, weigh_phones
from dialogue.answer.sayable import sayable
from dialogue.answer.spotting import best_path
from dialogue.answer.tables import Tables
from dialogue.answer.tolerance import tolerance_of
from dialogue.hearing.phones import HUM_IDS

_LONG_REPLY = 8  # characters; a longer open answer may hold a phrase and still be one
_STORY = 0.95  # P from which even such an answer is none
# Nats of the likeliest value: of 151 recorded replies that were no answers 2 % fit one better, of 180 right
# answers on bad lines 75 %. And per syllable, whatever is heard around it: 33 and 95 %.
_EXPLAINED, _HOLDS_ONE = -12.0, -3.0
_CERTAIN = 0.9  # P of an intent: enough to end a call ...
_CERTAIN_IN_WORDS, _AHEAD = 0.8, 8.0  # ... or this, where a phrase leads any value by so many nats
_HARDLY = 0.05  # P of an answer below which a value among other sounds is chance
# These count against the caller.
_AGAINST = frozenset({Intent.DENIAL, Intent.NOT_APPLIED, Intent.REFUSAL})
# Taken for one another they cost a sentence; taken for an answer they may cost the caller.
_ASIDES = frozenset({Intent.OFF_TOPIC, Intent.REPEAT, Intent.SLOWER, Intent.WHO_ARE_YOU})
# Not undone by a value: who is unsure may name one, and a machine speaks of numbers.
_WHATEVER_FITS = ANSWERED | {Intent.DONT_KNOW, Intent.ANNOUNCEMENT, Intent.VOICEMAIL}


class PhoneIntents(Protocol):
    """dialogue.answer.intent.phone_model.PhoneIntentModel, or another."""

    def log_probabilities(self, log_posteriors: NDArray[np.float32], kind: FactKind) -> dict[Intent, float]:
        """Natural logs. `log_posteriors`: (frames, phones); `kind`: what was asked for."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounds:
    fact: PhoneEvidence | None  # None: no fact, none that can be said, or something was taken back
    intents: dict[Intent, float]  # P of each, words and sounds together
    sure_above: float  # from here on a reply is no answer
    aside_above: float  # the same where it is plainly none, and harmless
    length: int  # characters written down, without fillers
    phrase_score: float | None = None  # nats of the phrase that explains it best; None: none was looked for

    def guess(self, *, open_answer: bool) -> IntentGuess:
        """What kind of reply it is; an answer unless the contrary is plain."""
        intent = max(self.intents, key=lambda i: self.intents[i])
        sure = _STORY if open_answer and self.length >= _LONG_REPLY else self.sure_above
        if intent in _AGAINST and self.may_hold_a_value():
            sure = max(sure, _CERTAIN)
        if intent in _ASIDES and not open_answer and self._no_answer() >= _CERTAIN:
            sure = min(sure, self.aside_above)
        if self.intents[intent] < sure or (self._explained() and intent not in _WHATEVER_FITS):
            intent = Intent.ANSWER  # 一共三口人 resembles 找个真人
        return IntentGuess(intent=intent, probability=self.intents[intent], source="sounds")

    def certain(self, guess: IntentGuess) -> bool:
        """Enough to end the call; else, and where a value may be in it, it is asked about again."""
        p = guess.probability or 0.0
        return (
            p >= _CERTAIN_IN_WORDS if self._said_plainly() else p >= _CERTAIN and not self.may_hold_a_value()
        )

    def hardly_an_answer(self) -> bool:
        """A value that is found in it may be there by chance: 看电视呢 holds something like 一四年."""
        return self.intents[Intent.ANSWER] < _HARDLY and not self._explained()

    def rather_no_answer(self) -> bool:
        """Taken for an answer only because a value may be in it."""
        others = [p for intent, p in self.intents.items() if intent not in ANSWERED]
        return max(others) >= self.sure_above

    def may_hold_a_value(self) -> bool:
        """Some value of the fact's kind, right or wrong, fits a part of the reply."""
        return self.fact is not None and self.fact.best_fit > _HOLDS_ONE

    def _no_answer(self) -> float:
        """P that it is none, whatever else it is."""
        return 1.0 - sum(self.intents[intent] for intent in ANSWERED)

    def _said_plainly(self) -> bool:
        """A phrase explains the reply far better than any value: 你打错了 holds something like 七年."""
        if self.fact is None or self.phrase_score is None:
            return False
        return self.phrase_score >= self.fact.score + _AHEAD

    def _explained(self) -> bool:
        """A value is all that was said, and no phrase explains it better: 你是谁 is not 二十."""
        if self.fact is None or self.fact.score <= _EXPLAINED:
            return False
        return self.phrase_score is None or self.fact.score >= self.phrase_score


class Listener:
    """Shared by all calls; holds nothing of any. Blocks for some 50 ms an answer."""

    def __init__(self, tables: Tables, words: IntentClassifier, phones: PhoneIntents) -> None:
        """`words`, `phones`: what tells intents by what was written down, and by its sounds."""
        self._tables = tables
        self._words, self._phones = words, phones
        self._phrases = Phrases.of(tables.spoken_phrases())
        self._tolerance = tolerance_of(tables.sound)

    def listen(
        self, made: Plan | None, text: str, log_posteriors: NDArray[np.float32], kind: FactKind
    ) -> Sounds:
        """`made`: what the words say about the fact, None if there is none; `text`: those words.

        `kind`: what was asked for.
        """
        fact: PhoneEvidence | None = None
        if made is not None and not final_claim(without_fillers(simplified(text))).retracted:
            fact = weigh_phones(sayable(made.sides, self._tables), log_posteriors, self._tolerance)
        fit = self._tables.heard_intents
        intents = {intent: float(intent is Intent.ANSWER) for intent in Intent}
        phrase: HeardPhrase | None = None
        if any(phone not in HUM_IDS for phone, _, _ in best_path(log_posteriors)):  # a 嗯 says nothing
            witnesses = self.witnesses(fact, text, log_posteriors, kind)
            intents, phrase = witnesses.posterior(fit.weights), witnesses.phrase
        return Sounds(
            fact=fact,
            intents=intents,
            sure_above=fit.sure_above,
            aside_above=fit.aside_above,
            length=len(mentions(text)),
            phrase_score=phrase.score if phrase is not None else None,
        )

    def witnesses(
        self, fact: PhoneEvidence | None, text: str, log_posteriors: NDArray[np.float32], kind: FactKind
    ) -> Witnesses:
        """What the weights are applied to; scripts/fit_intents.py fits them."""
        return Witnesses(
            phones=self._phones.log_probabilities(log_posteriors, kind),
            words=self._words.probabilities(text),
            wording=self._words.wording(text),
            phrase=hear_phrase(self._phrases, log_posteriors, self._tolerance),
            fact_score=fact.score if fact is not None else None,
        )
