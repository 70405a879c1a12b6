"""One paper put to one respondent, as in a call: asked again when not understood, then by keypad."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from decision_hook.contract import AnswerEvidence, Grade, Hypothesis
from question_bank.bank import Bank
from question_bank.belief import HYPOTHESES, update
from question_bank.follow_up import Due, Waiting, due, follow_up
from question_bank.paper import Ask, PaperPolicy, PaperState, Stop, Why
from question_bank.question import Question
from question_bank.simulate.hearing import Ear
from question_bank.simulate.people import Reply, Respondent

MAX_VOICE = 2  # tries before the keypad, as in InterviewSettings.max_attempts
AGAIN = 0.85  # a question put again takes this much of its seconds
KEYPAD_S = 8.0
USUAL_PAUSE_S = 0.8  # delay that a question's seconds include
WARM_UP_SPEECH_S = 6.0  # of two open questions before the survey

Choose = Callable[[Bank, PaperState, PaperPolicy, random.Random], Ask | Stop]
Believe = Callable[[PaperState], Mapping[Hypothesis, float]]


def as_in_calls(state: PaperState) -> Mapping[Hypothesis, float]:
    return state.beliefs.probabilities()


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A way of choosing, and of weighing the answers."""

    name: str
    choose: Choose
    believe: Believe = as_in_calls
    spares: bool = False  # looks at the exposure of questions and facts
    follows_up: bool = False  # asks because of what was just said, as calls do


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all papers of a run share."""

    bank: Bank
    policy: PaperPolicy
    ear: Ear


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """After one answer."""

    question: str
    grade: Grade
    elapsed_s: float
    beliefs: tuple[float, ...]  # probabilities, in the order of HYPOTHESES


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    population: str
    truth: Hypothesis
    moments: tuple[Moment, ...]
    start: tuple[float, ...]  # beliefs before the first question
    why: Why
    net_speech_s: float
    choose_ms: tuple[float, ...]  # CPU time of every choice

    @property
    def seconds(self) -> float:
        return self.moments[-1].elapsed_s if self.moments else 0.0

    @property
    def asked(self) -> tuple[str, ...]:
        return tuple(moment.question for moment in self.moments)

    @property
    def grades(self) -> tuple[Grade, ...]:
        return tuple(moment.grade for moment in self.moments)

    @property
    def genuine(self) -> float:
        """Belief at the end that the caller is the applicant."""
        return (self.moments[-1].beliefs if self.moments else self.start)[0]


def play(
    setting: Setting, method: Method, respondent: Respondent, state: PaperState, rng: random.Random
) -> Played:
    """Plays to the end. Pure but for `rng`."""
    bank, believe = setting.bank, method.believe
    start, usual = _believed(believe, state), 0.9
    moments: list[Moment] = []
    took: list[float] = []
    voices = 0
    waiting: Waiting | None = None
    state = replace(state, net_speech_s=WARM_UP_SPEECH_S)
    while True:
        began = time.thread_time_ns()
        step = method.choose(bank, state, setting.policy, rng)
        took.append((time.thread_time_ns() - began) / 1e6)
        if isinstance(step, Stop):
            break
        question, waiting = _next(setting, state, step, waiting)
        reply, spent, speech = put(respondent, question)
        fact = state.facts.get(question.fact_keys[0]) if question.fact_keys else None
        parts = setting.ear.parts(question, fact, reply, usual_s=usual, voices=voices)
        voices += reply.second_voice
        state = state.answered(
            question.id,
            reply.grade,
            update(
                state.beliefs,
                parts,
                fact_keys=question.fact_keys,
                grade=reply.grade,
                source=fact.source if fact else None,
            ),
            net_speech_s=state.net_speech_s + speech,
            elapsed_s=state.elapsed_s + spent,
        )
        if method.follows_up and waiting is None:
            waiting = _made(setting, respondent, state, question, reply)
        now = _believed(believe, state)
        moments.append(
            Moment(question=question.id, grade=reply.grade, elapsed_s=state.elapsed_s, beliefs=now)
        )
    return Played(
        population=respondent.population,
        truth=respondent.truth,
        moments=tuple(moments),
        start=start,
        why=step.why,
        net_speech_s=state.net_speech_s,
        choose_ms=tuple(took),
    )


def _next(
    setting: Setting, state: PaperState, step: Ask, waiting: Waiting | None
) -> tuple[Question, Waiting | None]:
    """The question chosen, or a follow-up in its place; and the follow-up that still waits."""
    when = None if waiting is None else due(waiting, setting.bank, state, setting.policy)
    if waiting is not None and when is Due.NOW:
        return waiting.prepared.question, None
    return setting.bank.questions[step.question_id], waiting if when is Due.LATER else None


def _made(
    setting: Setting, respondent: Respondent, state: PaperState, question: Question, reply: Reply
) -> Waiting | None:
    """What the answer gives rise to. Nobody says words here: rules that look at them never fire."""
    answer = AnswerEvidence(question=question.id, grade=reply.grade, started_ms=0, ended_ms=0)
    facts = respondent.application.facts
    found = follow_up(setting.bank, question, answer, state=state, policy=setting.policy, facts=facts)
    return None if found is None else Waiting(prepared=found, at_turn=len(state.asked))


def put(respondent: Respondent, question: Question) -> tuple[Reply, float, float]:
    """The reply that stands, the seconds all tries took, and what was spoken in them."""
    spent = speech = 0.0
    for attempt in range(1, MAX_VOICE + 1):
        reply = respondent.reply(question, attempt)
        spent += question.cost_s * (1.0 if attempt == 1 else AGAIN) + reply.delay_s - USUAL_PAUSE_S
        speech += reply.speech_s
        if reply.grade is not Grade.UNCLEAR:
            return reply, max(1.0, spent), speech
    if question.keypad is not None:
        reply = respondent.reply(question, 0)
        spent += KEYPAD_S
    return reply, max(1.0, spent), speech


def _believed(believe: Believe, state: PaperState) -> tuple[float, ...]:
    p = believe(state)
    return tuple(p[h] for h in HYPOTHESES)
