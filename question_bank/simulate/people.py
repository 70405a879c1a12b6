"""Drawn people who answer: what they remember, what they stole, how they bluff, how well they are heard.

A response model of another family than the chooser's tables: every fact has a memory strength, normally
distributed around what is usual for its source, and right, nearly, not known and wrong are its thresholds;
whether a reply is understood at all is the line's affair and not the person's.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from decision_hook.contract import Application, FactKind, FactSource, Grade, Hypothesis
from question_bank.question import Question, Role


class Population(StrEnum):
    GENUINE = "genuine"
    FORGETFUL = "forgetful_honest"
    IMPOSTOR_20 = "impostor_20"
    IMPOSTOR_50 = "impostor_50"
    IMPOSTOR_80 = "impostor_80"
    COACHED = "coached"


TRUTH: Mapping[Population, Hypothesis] = {
    Population.GENUINE: Hypothesis.GENUINE,
    Population.FORGETFUL: Hypothesis.GENUINE,
    Population.IMPOSTOR_20: Hypothesis.IMPOSTOR,
    Population.IMPOSTOR_50: Hypothesis.IMPOSTOR,
    Population.IMPOSTOR_80: Hypothesis.IMPOSTOR,
    Population.COACHED: Hypothesis.COACHED,
}
STOLEN: Mapping[Population, float] = {
    Population.IMPOSTOR_20: 0.2,
    Population.IMPOSTOR_50: 0.5,
    Population.IMPOSTOR_80: 0.8,
}  # of what stands on the form
# What only bank or bureau hold leaks this much more rarely than what stands on a form.
LEAKS: Mapping[FactSource, float] = {
    FactSource.FORM: 1.0,
    FactSource.DERIVED: 1.0,
    FactSource.BANK: 0.4,
    FactSource.BUREAU: 0.4,
}
EVERYTHING_LEAKS: Mapping[FactSource, float] = dict.fromkeys(FactSource, 1.0)
# What a prompter has before him.
PROMPTED: Mapping[FactSource, float] = {
    FactSource.FORM: 0.92,
    FactSource.DERIVED: 0.7,
    FactSource.BANK: 0.2,
    FactSource.BUREAU: 0.2,
}
# Memory strength of one's own facts, in standard deviations above forgetting.
STRENGTH: Mapping[FactSource, float] = {
    FactSource.FORM: 2.2,
    FactSource.DERIVED: 2.2,
    FactSource.BANK: 1.1,
    FactSource.BUREAU: 1.1,
}
FORGETFUL_BY = 0.6
NEARLY = 0.3  # so far below knowing, an answer is nearly right
BARELY = 0.5  # around that strength one has to think
# A value made up is right so often.
LUCK: Mapping[FactKind, float] = {
    FactKind.YES_NO: 0.5,
    FactKind.COUNT: 0.2,
    FactKind.TERM: 0.15,
    FactKind.YEAR: 0.12,
    FactKind.MONTH: 0.1,
    FactKind.PLACE: 0.06,
    FactKind.COMPANY: 0.06,
    FactKind.AMOUNT: 0.04,
}
UNCLEAR = (0.15, 0.30)  # of the replies about facts, by line
UNCLEAR_KIND: Mapping[FactKind, float] = {FactKind.DIGITS: 1.2, FactKind.YES_NO: 0.7}
UNCLEAR_TALK = 0.3  # open answers: nothing has to be matched


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply as the interview heard it."""

    grade: Grade
    delay_s: float  # from the question's end to speech
    speech_s: float  # net
    second_voice: bool = False  # somebody prompted, and was heard


class Respondent(Protocol):
    """Somebody who can be asked. The same question at the same try always gets the same reply."""

    @property
    def application(self) -> Application: ...

    @property
    def population(self) -> str: ...

    @property
    def truth(self) -> Hypothesis: ...

    def reply(self, question: Question, attempt: int) -> Reply:
        """`attempt`: 1 is the first; 0: on the keypad."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Implements Respondent by drawing."""

    seed: str
    application: Application
    population: str
    truth: Hypothesis
    has: frozenset[str]  # facts stolen or prompted; unused for honest people
    shift: float  # of the memory, in standard deviations; honest people
    bluffs: float  # share of unknown facts answered with an invention
    unclear: float  # share of replies not understood
    pace_s: float  # usual delay

    def reply(self, question: Question, attempt: int) -> Reply:
        rng = random.Random(f"{self.seed}|{question.id}|{attempt}")
        if question.role is not Role.FACT:
            return self._talk(rng)
        said, delay, voice = self._say(question)
        delay *= self.pace_s * rng.lognormvariate(0, 0.4)
        speech = rng.lognormvariate(0.2, 0.35)
        grade = said if attempt == 0 else self._heard(said, question, rng)
        return Reply(grade=grade, delay_s=delay + (1.9 if voice else 0), speech_s=speech, second_voice=voice)

    def _talk(self, rng: random.Random) -> Reply:
        silent = 0.06 if self.truth is Hypothesis.GENUINE else 0.15
        if rng.random() < silent:
            grade = rng.choices(
                [Grade.DONT_KNOW, Grade.REFUSAL, Grade.OFF_TOPIC, Grade.NO_ANSWER], weights=[5, 3, 2, 1]
            )[0]
        else:
            grade = Grade.UNCLEAR if rng.random() < UNCLEAR_TALK * self.unclear else Grade.FREE
        return Reply(
            grade=grade,
            delay_s=self.pace_s * rng.lognormvariate(0.1, 0.45),
            speech_s=rng.lognormvariate(1.4, 0.4) if grade in (Grade.FREE, Grade.UNCLEAR) else 0.8,
        )

    def _say(self, question: Question) -> tuple[Grade, float, bool]:
        """What is said to any question about this fact, how long it takes (1: usual), whether one prompts."""
        key = question.fact_keys[0]
        rng = random.Random(f"{self.seed}|fact|{key}")
        if self.truth is Hypothesis.GENUINE:
            return *self._remember(self.application.facts[key].source, key, rng), False
        held = key in self.has
        prompted = self.truth is Hypothesis.COACHED and held and rng.random() < 0.3
        if held and rng.random() < 0.95:
            works_out = self.application.facts[key].source is FactSource.DERIVED
            return Grade.MATCH, 1.9 if works_out else 1.1, prompted
        if rng.random() < self.bluffs:
            luck = 1 / 3 if is_choice(question) else LUCK.get(question.kind, 0.0)
            return (Grade.MATCH if rng.random() < luck else Grade.MISMATCH), 1.35, False
        evasion = [Grade.DONT_KNOW, Grade.REFUSAL, Grade.DENIAL, Grade.OFF_TOPIC]
        return rng.choices(evasion, weights=[76, 12, 8, 4])[0], 1.5, False

    def _remember(self, source: FactSource, key: str, rng: random.Random) -> tuple[Grade, float]:
        usual = random.Random(f"fact|{key}").gauss(0, 0.5)  # some facts are harder for everybody
        strength = rng.gauss(STRENGTH[source] + self.shift + usual, 0.9)
        delay = 1.8 if abs(strength) < BARELY else 1.0 if strength > 0 else 1.6
        if strength > 0:
            return Grade.MATCH, delay
        if strength > -NEARLY:
            return Grade.PARTIAL, delay
        return rng.choices([Grade.DONT_KNOW, Grade.MISMATCH, Grade.REFUSAL], weights=[62, 31, 7])[0], delay

    def _heard(self, said: Grade, question: Question, rng: random.Random) -> Grade:
        if rng.random() < self.unclear * UNCLEAR_KIND.get(question.kind, 1.0):
            return Grade.UNCLEAR
        slip = rng.random()
        if said is Grade.MATCH:
            wrong = 0.02 + 0.1 * (self.unclear - UNCLEAR[0])
            return Grade.MISMATCH if slip < wrong else Grade.PARTIAL if slip < wrong + 0.02 else said
        return Grade.MATCH if said is Grade.MISMATCH and slip < 0.012 else said


def is_choice(question: Question) -> bool:
    return any("choices" in phrasing for phrasing in question.phrasings)


def draw_person(
    application: Application,
    population: Population,
    seed: str,
    *,
    leaks: Mapping[FactSource, float] = LEAKS,
) -> Person:
    rng = random.Random(f"{seed}|person")
    share = STOLEN.get(population, 0.0)
    if population is Population.COACHED:
        held = {key for key, fact in application.facts.items() if rng.random() < PROMPTED[fact.source]}
    else:
        held = {key for key, fact in application.facts.items() if rng.random() < share * leaks[fact.source]}
    return Person(
        seed=seed,
        application=application,
        population=population.value,
        truth=TRUTH[population],
        has=frozenset(held),
        shift=(-FORGETFUL_BY if population is Population.FORGETFUL else 0.0) + rng.gauss(0, 0.2),
        bluffs=rng.betavariate(3, 3) if population is not Population.COACHED else rng.betavariate(2, 4),
        unclear=rng.uniform(*UNCLEAR),
        pace_s=rng.lognormvariate(-0.2, 0.3),
    )
