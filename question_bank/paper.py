"""Which question next? The one that tells most about who is speaking, per second of call that it adds."""

import random
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from decision_hook.contract import Application, FactKind, FactSource, Grade, Hypothesis, kind_of
from question_bank.bank import Bank
from question_bank.belief import SOURCE_ROW, Beliefs, prior
from question_bank.content import content_of, rested
from question_bank.exposure import MAX_SHARE, Exposure
from question_bank.index import KIND_CODE, Flags, Floats, Integers, PaperIndex, information

LEAST_RATE = 0.003  # nats a second: below this nothing left tells anything, and seconds are all that counts


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPolicy:
    """When to stop, and what every paper must contain as far as the facts on file allow."""

    max_survey_s: float = 180.0
    min_net_speech_s: float = 10.0  # of the caller, for the voiceprint
    decided_at: float = 0.985  # belief in "genuine" at which the survey may stop
    # Not genuine sends the case to a person, who can put it right: less is needed than for an approval,
    # and still less between impostor and coached.
    doubted_at: float = 0.95
    which_other_at: float = 0.6
    min_hard_facts: int = 3  # of the bank's or bureau's
    # Of the form. They tell thief from owner little, but a prompter is heard only where he knows the answer.
    # Whom he helps fails at the bank's facts besides; once a second voice is heard the survey asks for more.
    min_form_facts: int = 2
    # Who is doubted was perhaps only prompted: that changes the advice, and only the form's facts can tell.
    min_form_facts_doubted: int = 4
    prompted_share: float = (
        0.1  # of the doubt: below it no prompter that may still be heard makes a difference
    )
    min_life: int = 1  # follow-ups among them; they decide nothing and take eleven seconds each
    min_topics: int = 3
    max_topic_run: int = 2
    max_share: float = MAX_SHARE  # of the calls that may ask a question, or about a fact
    # Applications with few facts on file need all of them: so many facts of bank or bureau are always to be
    # had in a paper, asked ones included; where fresh ones do not suffice, the least worn are asked again.
    enough_hard_facts: int = 6
    wear_s: float = 1.5  # seconds longer that a question may be before one asked at `max_share` is preferred
    give_away_s: float = 1.0  # how much worse than the best a choice may be, so that nobody can foretell it
    max_choices: int = 6  # among how many such ones
    max_questions: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class FactOnFile:
    source: FactSource
    kind: FactKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperState:
    """The survey so far. Frozen: each answer makes a new one."""

    beliefs: Beliefs
    facts: Mapping[str, FactOnFile]
    asked: tuple[str, ...] = ()  # question ids in order
    grades: tuple[Grade, ...] = ()  # of `asked`
    net_speech_s: float = 0.0
    elapsed_s: float = 0.0  # of the survey
    voice_consent: bool = False  # without it no speech is needed for the voiceprint
    seed: int = 0  # picks the wording of each question
    heard_before: frozenset[str] = frozenset()  # question ids not to be put: asked in other calls, or leaked
    exposure: Exposure | None = None  # of the same bank; None: no history, nothing is worn out

    def answered(
        self, question_id: str, grade: Grade, beliefs: Beliefs, *, net_speech_s: float, elapsed_s: float
    ) -> "PaperState":
        """The state after one more answer."""
        return replace(
            self,
            beliefs=beliefs,
            asked=(*self.asked, question_id),
            grades=(*self.grades, grade),
            net_speech_s=net_speech_s,
            elapsed_s=elapsed_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    question_id: str
    phrasing: int


class Why(StrEnum):
    DECIDED = "decided"
    TIME_UP = "time_up"
    NOTHING_LEFT = "nothing_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Offer:
    """Questions that may come next. k of them."""

    rows: Integers  # (k,) of the bank's index
    sources: Integers  # (k,) rows of SOURCES
    credit_s: Floats  # (k,) seconds of each that the paper would have to spend anyway
    speech_missing_s: float


def begin(
    application: Application,
    *,
    voice_consent: bool = False,
    seed: int = 0,
    heard_before: frozenset[str] = frozenset(),
    exposure: Exposure | None = None,
) -> PaperState:
    """The paper before its first question."""
    return PaperState(
        beliefs=prior(application.risk_score),
        facts={
            key: FactOnFile(source=fact.source, kind=kind_of(key, fact))
            for key, fact in application.facts.items()
        },
        voice_consent=voice_consent,
        seed=seed,
        heard_before=heard_before,
        exposure=exposure,
    )


def choose(bank: Bank, state: PaperState, policy: PaperPolicy, rng: random.Random) -> Ask | Stop:
    """The next question, or why there is none. Pure but for `rng`, which picks among the near-best."""
    found = _ranked(bank, state, policy)
    if isinstance(found, Stop):
        return found
    rows, weights = found
    return ask(bank.index, rng.choices(rows, weights=weights)[0], state)


def likely_next(bank: Bank, state: PaperState, policy: PaperPolicy, k: int) -> tuple[Ask, ...]:
    """The up to `k` questions `choose` is likeliest to pick now, for rendering ahead."""
    found = _ranked(bank, state, policy)
    if isinstance(found, Stop):
        return ()
    return tuple(ask(bank.index, row, state) for row in found[0][:k])


def ask(index: PaperIndex, row: int, state: PaperState) -> Ask:
    """The wording depends on call and question only, so that it is known before the turn comes."""
    question = index.questions[row]
    number = zlib.crc32(f"{state.seed}|{question.id}".encode())
    return Ask(question_id=question.id, phrasing=number % len(question.phrasings))


def offer(
    bank: Bank,
    state: PaperState,
    policy: PaperPolicy,
    believed: Mapping[Hypothesis, float] | None = None,
    *,
    mixed: bool = True,
) -> Offer | Stop:
    """What may come next, whatever way of choosing is used; or why the paper ends.

    `believed`: what another way of weighing makes of the answers; None: the state's beliefs.
    `mixed`: what the paper must contain comes between what decides; else when the rest is decided.
    """
    index = bank.index
    eligible, of_eligible = _eligible(index, state, policy)
    in_time = state.elapsed_s + index.costs_s[eligible] <= policy.max_survey_s
    rows, sources = eligible[in_time], of_eligible[in_time]
    content = content_of(index, state, policy, rows, sources)  # what no longer fits is not owed
    missing_s = policy.min_net_speech_s - state.net_speech_s if state.voice_consent else 0.0
    decided = is_decided(believed or state.beliefs.probabilities(), policy)
    if decided and not content.owed and missing_s <= 0:
        return Stop(why=Why.DECIDED)
    if eligible.size == 0:
        return Stop(why=Why.NOTHING_LEFT)
    if rows.size == 0 or len(state.asked) >= policy.max_questions:
        return Stop(why=Why.TIME_UP)
    kept = content.narrowed(decided=decided, mixed=mixed)
    return Offer(
        rows=rows[kept],
        sources=sources[kept],
        credit_s=content.credit_s[kept],
        speech_missing_s=max(0.0, missing_s),
    )


def fits(bank: Bank, state: PaperState, policy: PaperPolicy, question_id: str) -> bool:
    """The question may be put in this call: its facts are on file, and it is neither used up nor worn out."""
    row = bank.index.row.get(question_id)
    rows, _ = _eligible(bank.index, state, policy)
    return row is not None and row in rows


def may_ask(bank: Bank, state: PaperState, policy: PaperPolicy, question_id: str) -> bool:
    """It fits and could come next: there is time and room for it, and its topic has not had its run."""
    if len(state.asked) >= policy.max_questions or not fits(bank, state, policy, question_id):
        return False
    index, row = bank.index, bank.index.row[question_id]
    rows, sources = _eligible(index, state, policy)
    content = content_of(index, state, policy, rows, sources)
    allowed = content.off_topic & content.mild
    allowed &= state.elapsed_s + index.costs_s[rows] <= policy.max_survey_s
    return bool(allowed[rows == row].any())


def is_decided(p: Mapping[Hypothesis, float], policy: PaperPolicy) -> bool:
    genuine = p[Hypothesis.GENUINE]
    if genuine >= policy.decided_at:
        return True
    return genuine <= 1 - policy.doubted_at and max(p.values()) >= policy.which_other_at


def _ranked(bank: Bank, state: PaperState, policy: PaperPolicy) -> tuple[list[int], list[float]] | Stop:
    """Rows of the questions that may come next and how likely each, best first; or why none may."""
    found = offer(bank, state, policy)
    if isinstance(found, Stop):
        return found
    regret_s = _regret_s(bank.index, found, state, policy)
    order = np.argsort(regret_s, kind="stable")[: policy.max_choices]
    good = order[regret_s[order] <= policy.give_away_s]
    weights = np.exp(-regret_s[good] / max(policy.give_away_s, 1e-9))
    return [int(row) for row in found.rows[good]], [float(weight) for weight in weights]


def _regret_s(index: PaperIndex, found: Offer, state: PaperState, policy: PaperPolicy) -> Floats:
    """(k,) How many seconds of call each question is worse than the best; 0 for the best."""
    told = information(index, found.sources, found.rows, *state.beliefs.outlook())
    worth = worth_s(index, found, told)
    if state.exposure is not None:
        worth = worth - policy.wear_s * state.exposure.wear[found.rows] / policy.max_share
    regret: Floats = worth.max() - worth
    return regret


def worth_s(index: PaperIndex, found: Offer, told: Floats) -> Floats:
    """(k,) What each question is worth in seconds of call, given what it tells in nats.

    A question is worth the seconds it saves: its information at the best rate to be had now, less the
    seconds it adds. Seconds that the paper must spend anyway, for content or speech, add nothing.
    """
    rows = found.rows
    costs = index.costs_s[rows]
    rate = max(float((told / costs).max()), LEAST_RATE)
    credit = found.credit_s
    if found.speech_missing_s > 0:
        speech = np.minimum(index.speech_s[rows], found.speech_missing_s)
        per_s = float((index.speech_s[rows] / costs).max())
        credit = credit + speech / per_s
    worth: Floats = told / rate - np.maximum(costs - credit, 0.0) - 0.05 * costs
    return worth


def _eligible(index: PaperIndex, state: PaperState, policy: PaperPolicy) -> tuple[Integers, Integers]:
    """Rows not asked, their fact on file in the kind expected, nothing they rest on judged; and sources."""
    keys = len(index.key)
    source = np.full(keys + 1, -1, dtype=np.int64)
    kind = np.full(keys + 1, -1, dtype=np.int64)
    for name, fact in state.facts.items():
        if (f := index.key.get(name)) is not None:
            source[f], kind[f] = SOURCE_ROW[fact.source], KIND_CODE[fact.kind]
    sources = source[index.first]
    has_fact = index.first < keys
    fits: Flags = ~has_fact | ((sources >= 0) & (kind[index.first] == index.kinds))
    fits &= index.requires @ (source[:keys] < 0).astype(np.float32) == 0
    judged = [f for name in state.beliefs.judged if (f := index.key.get(name)) is not None]
    if judged:
        fits &= index.rests_on[:, judged].sum(axis=1) == 0
    for question_id in (*state.asked, *state.heard_before):
        if (row := index.row.get(question_id)) is not None:
            fits[row] = False
    sources = np.where(has_fact, sources, 0)
    if state.exposure is not None:
        fits = rested(index, state, policy, fits, sources)
    rows = np.flatnonzero(fits)
    return rows, sources[rows]
