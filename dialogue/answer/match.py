"""Did the reply say the fact? Match, partial, mismatch, or unclear, with a probability.

Two steps, so that the caller can ask the recogniser in between: `plan` reads the words and names the
wordings whose likelihood would help; `conclude` weighs words, sounds and likelihoods together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from decision_hook.contract import FactKind, Grade
from dialogue.answer.fold import bare, simplified
from dialogue.answer.forms import Sides, sides_of
from dialogue.answer.normalise import Reading, names_something, read
from dialogue.answer.phone_evidence import PhoneEvidence
from dialogue.answer.span import Candidate, candidates, rival_candidates
from dialogue.answer.tables import MatchFit, MatchTable, Tables
from dialogue.answer.truth import Truth
from dialogue.answer.values import Agreement, Judgement, Wording, WordingRole
from dialogue.hearing.context import copies
from dialogue.hearing.port import Transcript

FAMILIES: Mapping[FactKind, str] = {
    FactKind.AMOUNT: "numbers",
    FactKind.COUNT: "numbers",
    FactKind.YEAR: "numbers",
    FactKind.MONTH: "numbers",
    FactKind.DATE: "numbers",
    FactKind.DIGITS: "digits",
}  # the others: "words"
_SETTLED = {Agreement.EQUAL, Agreement.PART, Agreement.OPEN}
_UNLIKE = 0.45  # per syllable: from here on it does not sound like the fact
_ANOTHER_LEAD, _ANOTHER_FIT = -3.0, -2.0  # nats; per syllable: from here on another value was heard
_MAX_EXPECTED = 4
_MAX_RIVALS = 4
_MAX_BARE = 3
_ECHO_MARGIN = 3.0  # nats
_ECHO = 2  # characters
_COPIED = 3  # characters
_COPIED_SHARE = 0.6  # of the reading
_LIKELIHOOD_RANGE = (-12.0, 8.0)  # nats; beyond it one bad token decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the words say already, and what the recogniser should be asked."""

    truth: Truth
    sides: Sides
    heard: str
    reading: Reading  # of the best free reading
    agreeing: float  # share of all readings that say the fact
    opposing: float  # share that plainly say another value
    sound: float  # distance per syllable of the best expected form, 0..1
    sound_lead: float  # distance of the best rival minus that
    wordings: tuple[Wording, ...]  # first the free reading; () : nothing to ask
    by_sound: bool  # how they are to be scored: any writing of their sounds, or just this one
    echo: bool  # the reading only repeats what the recogniser was told to expect
    disputed: bool  # may be a misheard 就是, the question itself, or no value at all: no plain other value
    forms: tuple[str, ...]


def plan(
    truth: Truth, transcript: Transcript, tables: Tables, *, examples: str = "", asked: str = ""
) -> Plan:
    """Pure. At most eighteen wordings; none if the words themselves settle the matter.

    `examples`: answers the recogniser was given as a pattern, `asked`: the question's words. It sometimes
    repeats them instead of listening.
    """
    sides = sides_of(truth, tables)
    numeric = truth.kind in FAMILIES
    heard = transcript.text
    readings = [read(text, sides, tables) for text in (heard, *transcript.alternatives)]
    first = readings[0]
    share = 1.0 / len(readings)
    agreeing = sum(share for r in readings if r.agreement is Agreement.EQUAL)
    opposing = sum(share for r in readings if r.agreement is Agreement.OTHER)
    retold = _retold(heard) if numeric and first.agreement is not Agreement.EQUAL else ""
    helped = bool(retold) and read(retold, sides, tables).agreement is Agreement.EQUAL
    basis = retold if helped else heard
    best = candidates(basis, sides, tables)
    others = rival_candidates(basis, sides, best[0], tables) if best else ()
    sound = best[0].distance if best else 1.0
    rival_sound = others[0].distance if others else 1.0
    echo = truth.kind is not FactKind.YES_NO and _repeats(heard, examples)
    settled = (first.agreement in _SETTLED and not echo and not helped) or truth.kind is FactKind.YES_NO
    return Plan(
        truth=truth,
        sides=sides,
        heard=heard,
        reading=first,
        agreeing=agreeing,
        opposing=opposing,
        sound=sound,
        sound_lead=max(-1.0, min(1.0, rival_sound - sound)),
        wordings=() if settled or not best else _wordings(heard, retold if helped else "", best, others),
        # Names have many writings, numbers few; measured, each is told apart better this way.
        by_sound=not numeric,
        echo=echo,
        disputed=helped
        or (
            first.agreement is Agreement.NONE
            and (repeats_question(heard, asked) or not names_something(first.value, sides, tables))
        ),
        forms=tuple(c.form.text for c in best[:_MAX_EXPECTED]),
    )


def _retold(heard: str) -> str:
    """九十一万七千 may have been 就是一万七千, 十两万 是两万; "" if nothing of the kind."""
    folded = simplified(heard)
    for sounds_like, words in (
        ("九十", "就是"),
        ("九四", "就是"),
        ("九是", "就是"),
        ("十", "是"),
        ("四", "是"),
    ):
        if folded.startswith(sounds_like) and len(folded) > len(sounds_like):
            return words + folded[len(sounds_like) :]
    return ""


def _repeats(text: str, told: str) -> bool:
    words = bare(text)
    return len(words) >= _ECHO and words in bare(told)


def repeats_question(text: str, asked: str) -> bool:
    """Whether the recogniser wrote the question it was told instead of a reply it could not make out."""
    return copies(bare(text), bare(asked), least=_COPIED, share=_COPIED_SHARE)


def _wordings(
    heard: str, retold: str, best: Sequence[Candidate], others: Sequence[Candidate]
) -> tuple[Wording, ...]:
    """The free reading; each form in its place; and alone, as its surroundings may be garbled."""
    found = [Wording(text=heard, role=WordingRole.FREE)]
    if retold:
        found.append(Wording(text=retold, role=WordingRole.EXPECTED))
    for role, placed, most in (
        (WordingRole.EXPECTED, best, _MAX_EXPECTED),
        (WordingRole.RIVAL, others, _MAX_RIVALS),
    ):
        found += [Wording(text=c.wording, role=role, form=c.form) for c in placed[:most]]
        found += [Wording(text=c.form.text, role=role, form=c.form) for c in placed[:_MAX_BARE]]
    unique: dict[str, Wording] = {}
    for wording in found:
        unique.setdefault(wording.text, wording)
    return tuple(unique.values())


def features(made: Plan, scores: Sequence[float]) -> dict[str, float]:
    """The numbers the decision rests on; without scores only those of words and sounds."""
    found = {
        "sound": made.sound,
        "sound_lead": made.sound_lead,
        "agreeing": made.agreeing,
        "stated_other": 1.0 if made.reading.agreement is Agreement.OTHER else 0.0,
    }
    if scores:
        by_role: dict[WordingRole, float] = {}
        for wording, score in zip(made.wordings, scores, strict=True):
            by_role[wording.role] = max(score, by_role.get(wording.role, float("-inf")))
        ours = by_role.get(WordingRole.EXPECTED, by_role[WordingRole.FREE])
        rival = by_role.get(WordingRole.RIVAL, by_role[WordingRole.FREE])
        found["gain"] = _clipped(ours - by_role[WordingRole.FREE])
        if made.reading.agreement is Agreement.OTHER:
            rival = max(rival, by_role[WordingRole.FREE])  # what was read is itself another value
        found["over_rival"] = _clipped(ours - rival)
    return found


def _clipped(nats: float) -> float:
    return max(_LIKELIHOOD_RANGE[0], min(_LIKELIHOOD_RANGE[1], nats))


def conclude(
    made: Plan, scores: Sequence[float], table: MatchTable, phones: PhoneEvidence | None = None
) -> Judgement:
    """The judgement. `scores`: one per wording of the plan, or () if the engine cannot score.

    `phones`: what the sounds say; scores are not looked at beside them. A mismatch needs a plain other value
    or sounds far from the fact: a false accusation is worse than asking again.
    """
    family = FAMILIES.get(made.truth.kind, "words")
    fit = table.families[family + ("_phones" if phones is not None else "" if scores else "_unscored")]
    source = f"match.yaml:{fit.source}"

    def judged(grade: Grade, p: float, why: str) -> Judgement:
        unsure = grade is Grade.UNCLEAR
        return Judgement(
            grade=grade,
            confidence=None if unsure else p if grade is not Grade.MISMATCH else 1 - p,
            score=log(p / (1 - p)),
            stated=made.reading.value,
            forms=made.forms,
            why=why,
            source=source,
            n=fit.n,
        )

    agreement = made.reading.agreement
    if phones is not None and made.truth.kind is not FactKind.YES_NO and agreement is not Agreement.OPEN:
        return _by_sound(made, phones, fit, judged)
    if made.echo:
        return _echoed(made, scores, judged)
    if agreement is Agreement.EQUAL:
        if made.opposing >= 0.5:
            return judged(Grade.UNCLEAR, 0.5, "the words fit, most other readings do not")
        return judged(Grade.MATCH, fit.text_equal, "said in these words")
    if agreement is Agreement.PART:
        return judged(Grade.PARTIAL, fit.text_equal, "part of it was said")
    if agreement is Agreement.OPEN:
        return judged(Grade.UNCLEAR, 0.5, "too vague to compare")
    if made.truth.kind is FactKind.YES_NO:
        return _yes_no(made, judged)
    if not made.heard:
        return judged(Grade.UNCLEAR, 0.5, "no words were recognised")
    found = features(made, scores)
    p = probability(fit.bias, fit.weights, found)
    if p >= fit.match_above:
        return judged(Grade.MATCH, p, "misheard, but sounds like it")
    plain = not made.disputed and (agreement is Agreement.OTHER or made.sound >= _UNLIKE)
    if p <= fit.mismatch_below and plain:
        return judged(Grade.MISMATCH, p, "says something else")
    return judged(Grade.UNCLEAR, p, "between right and wrong")


def phone_features(made: Plan, phones: PhoneEvidence) -> dict[str, float]:
    """The numbers the decision rests on where sounds were told. What repeats the context is no word."""
    agreement = Agreement.NONE if made.echo else made.reading.agreement
    return {
        **phones.features(),
        "agreeing": 0.0 if made.echo else made.agreeing,
        "opposing": 0.0 if made.echo else made.opposing,
        "sound": made.sound,
        "equal": float(agreement is Agreement.EQUAL),
        "part": float(agreement is Agreement.PART),
        "stated_other": float(agreement is Agreement.OTHER),
    }


def _by_sound(
    made: Plan,
    phones: PhoneEvidence,
    fit: MatchFit,
    judged: Callable[[Grade, float, str], Judgement],
) -> Judgement:
    agreement = Agreement.NONE if made.echo else made.reading.agreement
    p = probability(fit.bias, fit.weights, phone_features(made, phones))
    if p >= fit.match_above:
        said = agreement is Agreement.EQUAL
        return judged(Grade.MATCH, p, "said in these words" if said else "misheard, but sounds like it")
    if agreement is Agreement.PART:
        grade = Grade.PARTIAL if p > fit.mismatch_below else Grade.UNCLEAR
        return judged(grade, p, "part of it was said")
    if agreement is Agreement.EQUAL:
        return judged(Grade.UNCLEAR, p, "the words fit, the sounds do not")
    another = phones.lead <= _ANOTHER_LEAD and phones.rival_fit >= _ANOTHER_FIT
    plain = another or (not made.disputed and (agreement is Agreement.OTHER or made.sound >= _UNLIKE))
    if p <= fit.mismatch_below and plain:
        return judged(Grade.MISMATCH, p, "says something else")
    return judged(Grade.UNCLEAR, p, "between right and wrong")


def _echoed(
    made: Plan, scores: Sequence[float], judged: Callable[[Grade, float, str], Judgement]
) -> Judgement:
    """Words that were put into the recogniser's mouth count only if the sound prefers them to all rivals."""
    over = features(made, scores).get("over_rival", 0.0) if scores else 0.0
    if made.reading.agreement is Agreement.EQUAL and over >= _ECHO_MARGIN:
        return judged(Grade.MATCH, 0.85, "said in these words, and sounds like it")
    return judged(Grade.UNCLEAR, 0.5, "repeats what the recogniser was told")


def _yes_no(made: Plan, judged: Callable[[Grade, float, str], Judgement]) -> Judgement:
    if made.reading.agreement is Agreement.OTHER and made.agreeing == 0:
        return judged(Grade.MISMATCH, 0.06, "says the opposite")
    return judged(Grade.UNCLEAR, 0.5, "neither yes nor no, or both")


def probability(bias: float, weights: Mapping[str, float], found: Mapping[str, float]) -> float:
    """The logistic of the weighted features, kept within 0.005..0.995."""
    z = bias + sum(weight * found.get(name, 0.0) for name, weight in weights.items())
    return min(0.995, max(0.005, 1 / (1 + exp(-max(-30.0, min(30.0, z))))))
