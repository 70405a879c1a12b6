"""The word and sound tables that people edit in config/tables. Read once, checked, then shared."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator

from config.document import check, read_document
from dialogue.answer.intent.intent import Intent
from dialogue.answer.side import Side


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


_T = TypeVar("_T", bound=BaseModel)
Words = tuple[Annotated[str, Field(min_length=1, max_length=40)], ...]
Cost = Annotated[float, Field(ge=0, le=1)]


class _YesFile(_File):
    states: Words
    affirms: Words = ()
    denies: Words = ()
    hums: Words = ()


class _YesNoFile(_File):
    yes: _YesFile
    no: _YesFile
    neither: Words


class PhoneTable(_File):
    """What may stand for a sound that was told by itself, as a weight of at most 1."""

    dialect: Annotated[float, Field(ge=0, lt=1)]
    dialect_up_to: Cost  # pairs of sounds that cost no more than this are dialects of each other
    tone: Annotated[float, Field(ge=0, lt=1)]
    around: Annotated[float, Field(ge=0)]  # nats for a sound outside the wording


class _SoundFile(_File):
    initial_weight: Cost
    final_weight: Cost
    tone_weight: Cost
    skip: Cost
    extra: Cost
    unlike: Cost = 1.0
    initials: Mapping[str, Cost]  # "n l": 0.15
    finals: Mapping[str, Cost]
    rhymes: Cost
    phones: PhoneTable

    def table(self) -> "SoundTable":
        """Every pair in both directions, so that a lookup is one step."""
        return SoundTable(
            initial_weight=self.initial_weight,
            final_weight=self.final_weight,
            tone_weight=self.tone_weight,
            skip=self.skip,
            extra=self.extra,
            unlike=self.unlike,
            rhymes=self.rhymes,
            initials=_both_ways(self.initials),
            finals=_both_ways(self.finals),
            phones=self.phones,
        )


def _both_ways(costs: Mapping[str, float]) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for pair, cost in costs.items():
        a, _, b = pair.replace('"', "").partition(" ")  # y "" is y against no initial at all
        found[a, b] = found[b, a] = cost
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTable:
    """Costs of confusing two sounds, 0 (the same) to 1 (unlike)."""

    initial_weight: float
    final_weight: float
    tone_weight: float
    skip: float  # a syllable of the expected words that was not heard
    extra: float  # a syllable heard between two expected ones
    unlike: float
    rhymes: float  # finals of which one ends in the other (ian, an)
    initials: Mapping[tuple[str, str], float]
    finals: Mapping[tuple[str, str], float]
    phones: PhoneTable


class TermTable(_File):
    """A small vocabulary: canonical word -> other wordings. Wordings may be shared."""

    members: Mapping[str, Words]
    # wordings that say too little to be right or wrong about any member they stand under
    loose: Words = ()
    closed: bool = False  # there are no other members: a reply that names none was not understood


class IntentTable(_File):
    """Phrases of one intent, matched by words and by sound."""

    phrases: Words
    alone: Words = ()  # phrases that mean it only if nothing else is said; told by sound
    # regular expressions over the simplified, upper-case text
    patterns: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()
    by_sound: bool = True

    @field_validator("patterns")
    @classmethod
    def _can_be_compiled(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as bad:
                raise ValueError(f"no regular expression ({bad}): {pattern}") from bad
        return patterns


class _TermsFile(RootModel[dict[str, TermTable]]):
    pass


class _IntentsFile(RootModel[dict[str, IntentTable]]):
    pass


class MatchFit(_File):
    """P(said the fact) = 1 / (1 + exp(-(bias + sum of weight * feature))) for one family of kinds."""

    source: str  # simulated, calls, expert
    n: Annotated[int, Field(ge=0)]  # answers it was fitted on; 0: an expert's guess
    bias: float
    weights: Mapping[str, float]
    text_equal: Annotated[float, Field(gt=0.5, lt=1)]  # P(right) if the words themselves say the fact
    match_above: Annotated[float, Field(gt=0.5, lt=1)]
    mismatch_below: Annotated[float, Field(gt=0, lt=0.5)]


class MatchTable(_File):
    """The fitted decision, by family (numbers, digits, words).

    `_phones`: from the sounds themselves; without an ending: from likelihoods of wordings; `_unscored`:
    from neither.
    """

    families: Mapping[str, MatchFit]


class IntentFit(_File):
    """log P(intent | reply) = sum of weight * feature, up to a constant; dialogue.answer.intent.witnesses."""

    source: str  # simulated, calls, expert
    n: Annotated[int, Field(ge=0)]
    weights: Mapping[str, float]
    sure_above: Annotated[float, Field(ge=0.5, lt=1)]  # from here on a reply is no answer
    # The same for what is off the topic, or asks for something, where hardly an answer is left.
    aside_above: Annotated[float, Field(ge=0.2, lt=1)]


class SideFit(_File):
    """log P(heard | side) = bias + sum of weight * feature, up to a constant."""

    bias: Mapping[Side, float]
    weights: Mapping[Side, Mapping[str, float]]


class ReplyTable(_File):
    """Replies to one of the script's own questions: usual wordings, and what their likelihoods say.

    `wordings`: of their likelihoods, `sounds`: of the sounds themselves; see dialogue.answer.closed.
    """

    source: str  # simulated, calls, expert
    n: Annotated[int, Field(ge=0)]  # replies it was fitted on
    no_twice: bool = False  # a no is asked for a second time even if the words say it
    examples: str  # such replies of every side, for the recogniser to expect
    families: Mapping[str, Words]  # "yes", "no", and the intents of what is neither
    wordings: SideFit
    sounds: SideFit

    @field_validator("families")
    @classmethod
    def _has_every_side(cls, families: Mapping[str, Words]) -> Mapping[str, Words]:
        others = set(families) - {Side.YES, Side.NO}
        if len(others) + 2 != len(families) or not others or not others <= {*Intent}:
            raise ValueError(f'needs "yes", "no" and at least one of {", ".join(Intent)}')
        return families


class _RequestsFile(RootModel[dict[Intent, Words]]):
    pass


class _RepliesFile(RootModel[dict[str, ReplyTable]]):
    pass


class SlotTable(_File):
    """P(the caller said what a follow-up would repeat), by what was heard."""

    source: str
    n: Annotated[int, Field(ge=0)]  # answers it was fitted on; 0: an expert's guess
    bias: float
    weights: Mapping[Literal["agreeing", "log_prob", "listed", "short"], float]


class CompanyTable(_File):
    """How firms, banks and schools are shortened."""

    legal: Words  # endings that nobody says
    trades: Words  # words after the brand that are often dropped
    known: Mapping[str, Words]  # full name -> short names
    generic: Words  # words that name no firm
    brands: Words  # invented and common brands, rivals for a firm's name


class PlaceTable(_File):
    suffixes: Words
    provinces: Words
    cities: Words
    districts: Words
    streets: Words
    communities: Words


class NameTable(_File):
    surnames: Words
    given: Words  # single characters of given names
    titles: Words  # 先生 女士 老师


class _FrameFile(_File):
    before: Words
    after: Words
    leads: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameTable:
    """Words around a value that are not the value, the longest first."""

    longest_before: tuple[str, ...]
    longest_after: tuple[str, ...]
    leads: tuple[str, ...]  # words behind which the value itself must follow; in no order


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNoTable:
    meanings: Mapping[str, tuple[str, int] | None]  # phrase -> (yes|no, strength); None: neither
    longest: int = 12

    def longest_at(self, text: str, at: int) -> tuple[str, tuple[str, int] | None]:
        """The longest phrase that starts at `at`, and its meaning; ("", None) if none does."""
        for size in range(min(self.longest, len(text) - at), 0, -1):
            phrase = text[at : at + size]
            if phrase in self.meanings:
                return phrase, self.meanings[phrase]
        return "", None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Everything the judge looks words up in."""

    yes_no: YesNoTable
    sound: SoundTable
    terms: Mapping[str, TermTable]
    companies: CompanyTable
    places: PlaceTable
    names: NameTable
    frames: FrameTable
    intents: Mapping[str, IntentTable]
    match: MatchTable
    replies: Mapping[str, ReplyTable]  # by the part of a script question's id before the dot
    requests: Mapping[Intent, Words]  # wordings of what is no answer
    heard_intents: IntentFit  # what kind of reply it is, by words and sounds
    slots: SlotTable
    # wording -> every (vocabulary, member) it may mean
    wordings: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def spoken_phrases(self) -> dict[Intent, tuple[str, ...]]:
        """By intent, everything that may be looked for by its sounds."""
        found = {
            Intent(name): (*table.phrases, *table.alone)
            for name, table in self.intents.items()
            if table.by_sound
        }
        for intent, wordings in self.requests.items():
            found[intent] = (*found.get(intent, ()), *wordings)
        return found


def read_tables(folder: Path) -> Tables:
    """Reads and checks every table of a folder. Raises DocumentError naming the file and the place."""
    yes_no = _read(folder / "yes_no.yaml", _YesNoFile)
    terms = _read(folder / "terms.yaml", _TermsFile).root
    wordings: dict[str, list[tuple[str, str]]] = {}
    for vocabulary, table in terms.items():
        for member, others in table.members.items():
            for wording in (member, *others):
                wordings.setdefault(wording, []).append((vocabulary, member))
    return Tables(
        yes_no=_yes_no(yes_no),
        sound=_read(folder / "sound.yaml", _SoundFile).table(),
        terms=terms,
        companies=_read(folder / "companies.yaml", CompanyTable),
        places=_read(folder / "places.yaml", PlaceTable),
        names=_read(folder / "names.yaml", NameTable),
        frames=_frames(_read(folder / "frames.yaml", _FrameFile)),
        intents=_read(folder / "intents.yaml", _IntentsFile).root,
        match=_read(folder / "match.yaml", MatchTable),
        requests=_read(folder / "requests.yaml", _RequestsFile).root,
        replies=_read(folder / "replies.yaml", _RepliesFile).root,
        heard_intents=_read(folder / "heard_intents.yaml", IntentFit),
        slots=_read(folder / "slots.yaml", SlotTable),
        wordings={wording: tuple(where) for wording, where in wordings.items()},
    )


def _frames(read: _FrameFile) -> FrameTable:
    return FrameTable(
        longest_before=tuple(sorted(read.before, key=len, reverse=True)),
        longest_after=tuple(sorted(read.after, key=len, reverse=True)),
        leads=read.leads,
    )


def _yes_no(read: _YesNoFile) -> YesNoTable:
    meanings: dict[str, tuple[str, int] | None] = {}
    for name, side in (("yes", read.yes), ("no", read.no)):
        for strength, phrases in ((3, side.states), (2, side.affirms + side.denies), (1, side.hums)):
            for phrase in phrases:
                meanings[phrase.upper()] = (name, strength)
    for phrase in read.neither:
        meanings[phrase.upper()] = None
    return YesNoTable(meanings=meanings, longest=max(map(len, meanings)))


def _read(path: Path, model: type[_T]) -> _T:
    return check(read_document(path), model)
