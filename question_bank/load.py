"""A folder of YAML files becomes a Bank, or a list of everything that is wrong with them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.document import Document, DocumentError, Problem, check, read_document
from decision_hook.contract import FactKind, FactSource
from decision_hook.contract.application import FACT_KINDS
from question_bank.bank import Bank, build_bank
from question_bank.lint import lint
from question_bank.placed import Placed
from question_bank.question import FollowUp, KeypadForm, Question, Retired, Role, Statistics
from question_bank.responses.file import RESPONSES, read_responses
from question_bank.schema import ProfilesFile, QuestionFile, ScriptFile, StatisticsFile, TopicFile
from question_bank.script import NO_EVIDENCE, Script, script_of

PROFILES = "_profiles.yaml"
SCRIPT = "_script.yaml"
LIFE_PROFILE = "life"  # what a question without facts uses unless it says otherwise
MAX_FILES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A folder after a full look. `bank` is None as long as there is a problem."""

    bank: Bank | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What the questions of all topics draw on."""

    profiles: Mapping[str, Statistics]
    by_source: Mapping[FactSource, Statistics]
    luck: Mapping[FactKind, float]
    keypad_offers: Mapping[FactKind, tuple[str, ...]]
    joins: tuple[str, str]


def load_bank(folder: Path) -> Bank:
    """Reads and checks a bank. Raises DocumentError naming every problem: no call is placed with it."""
    inspection = inspect(folder)
    if inspection.bank is None:
        raise DocumentError(inspection.problems)
    return inspection.bank


def inspect(folder: Path) -> Inspection:
    """Looks at every file of a bank. Never raises for what the files say."""
    paths = sorted(folder.glob("*.yaml"))
    if not paths or len(paths) > MAX_FILES:
        what = f"holds {len(paths)} YAML files" if folder.is_dir() else "no such folder"
        problem = Problem(file=folder, line=None, where="", problem=what, fix="point at a bank's folder")
        return Inspection(bank=None, problems=(problem,))
    reader = _Reader()
    shared, script = reader.shared(folder)
    topics = [path for path in paths if not path.name.startswith("_")]
    placed = [question for path in topics for question in reader.topic(path, shared)]
    responses = None
    try:
        responses = read_responses(folder)
    except DocumentError as exc:
        reader.problems.extend(exc.problems)
    problems = (*reader.problems, *lint(placed))
    if problems or script is None:
        return Inspection(bank=None, problems=problems)
    bank = build_bank(
        version=_version(folder),
        questions=[one.question for one in placed if one.question.id not in reader.retired],
        script=script,
        retired=reader.retired,
        responses=responses,
    )
    return Inspection(bank=bank, problems=())


def files_of(folder: Path) -> list[Path]:
    """Every file a bank is made of, whether it is readable or not."""
    learned = folder / RESPONSES
    return [*sorted(folder.glob("*.yaml")), *([learned] if learned.exists() else [])]


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in files_of(folder):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


class _Reader:
    """Reads files one by one and keeps what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.retired: dict[str, Retired] = {}

    def shared(self, folder: Path) -> tuple[_Shared, Script | None]:
        profiles: Mapping[str, Statistics] = {}
        by_source: dict[FactSource, Statistics] = {}
        luck: Mapping[FactKind, float] = {}
        offers: Mapping[FactKind, tuple[str, ...]] = {}
        script = None
        joins = ("", "")
        try:
            document = read_document(folder / PROFILES)
            file = check(document, ProfilesFile)
            profiles = {name: _statistics(given) for name, given in file.profiles.items()}
            luck = file.luck
            for source, name in file.by_source.items():
                if name in profiles:
                    by_source[source] = profiles[name]
                else:
                    self.problems.append(
                        document.problem(
                            ("by_source", source), f'no profile "{name}"', f"known: {', '.join(profiles)}"
                        )
                    )
        except DocumentError as exc:
            self.problems.extend(exc.problems)
        try:
            script = script_of(script_file := check(read_document(folder / SCRIPT), ScriptFile))
            offers = script_file.keypad_offers
            joins = (script_file.choices.between, script_file.choices.before_last)
        except DocumentError as exc:
            self.problems.extend(exc.problems)
        shared = _Shared(profiles=profiles, by_source=by_source, luck=luck, keypad_offers=offers, joins=joins)
        return shared, script

    def topic(self, path: Path, shared: _Shared) -> list[Placed]:
        try:
            document = read_document(path)
            file = check(document, TopicFile)
        except DocumentError as exc:
            self.problems.extend(exc.problems)
            return []
        found = []
        for i, given in enumerate(file.questions):
            if given.id.partition(".")[0] != file.topic:
                self.problems.append(
                    document.problem(
                        ("questions", i, "id"),
                        f'"{given.id}" is of another topic',
                        f"begin it with {file.topic}.",
                    )
                )
            if given.retired is not None:
                self.retired[given.id] = Retired(since=given.retired.since, why=given.retired.why)
            if (question := self._question(document, i, given, file.topic, shared)) is not None:
                found.append(
                    Placed(
                        question=question,
                        document=document,
                        place=("questions", i),
                        retired=given.retired is not None,
                    )
                )
        return found

    def _question(
        self, document: Document, i: int, given: QuestionFile, topic: str, shared: _Shared
    ) -> Question | None:
        kind = given.kind or (
            FactKind.FREE if not given.facts else FACT_KINDS.get(given.facts[0], FactKind.TERM)
        )
        own = self._own_statistics(document, i, given, shared)
        statistics = own or next(iter(shared.by_source.values()), None)
        if statistics is None:
            if given.statistics_profile is None:  # a wrong name is reported already
                fix = "name a `statistics_profile`, or fill `by_source`"
                self.problems.append(document.problem(("questions", i), "has no statistics", fix))
            return None
        return Question(
            id=given.id,
            topic=topic,
            role=given.role,
            kind=kind,
            phrasings=given.phrasings,
            fact_keys=given.facts,
            requires=given.requires,
            said_phrasings=given.said_phrasings,
            follow_ups=tuple(
                FollowUp(
                    ask=rule.ask,
                    above=rule.above,
                    grades=frozenset(rule.grades),
                    among=rule.among,
                    at_least=rule.at_least,
                    at_most=rule.at_most,
                )
                for rule in given.follow_ups
            ),
            trap=given.trap,
            options=given.options,
            tolerance=given.tolerance,
            cost_s=given.cost_s,
            sensitivity=given.sensitivity,
            keypad=self._keypad(document, i, given, kind, shared),
            statistics=statistics,
            statistics_by_source={} if own is not None else _with_luck(shared, kind, given.options),
            wait_s=given.wait_s,
            exposure_cap=given.exposure_cap,
            joins=shared.joins,
        )

    def _own_statistics(
        self, document: Document, i: int, given: QuestionFile, shared: _Shared
    ) -> Statistics | None:
        """The question's own, or those of the profile it names; None: by the source of its fact."""
        if not shared.profiles:  # reported once; look at the rest of the question all the same
            return NO_EVIDENCE
        if given.statistics is not None:
            return _statistics(given.statistics)
        name = given.statistics_profile or (LIFE_PROFILE if given.role is not Role.FACT else None)
        if name is None:
            return None
        if (found := shared.profiles.get(name)) is not None:
            return found
        self.problems.append(
            document.problem(
                ("questions", i, "statistics_profile"),
                f'no profile "{name}"',
                f"known: {', '.join(shared.profiles) or 'none'}",
            )
        )
        return NO_EVIDENCE

    def _keypad(
        self, document: Document, i: int, given: QuestionFile, kind: FactKind, shared: _Shared
    ) -> KeypadForm | None:
        keypad = given.keypad
        if keypad is None:
            return None
        offers = shared.keypad_offers.get(kind, ())
        if keypad.ask is None and not offers and shared.keypad_offers:
            fix = f"write `ask`, or {SCRIPT}: keypad_offers"
            self.problems.append(document.problem(("questions", i, "keypad"), f"no words for {kind}", fix))
        return KeypadForm(
            ask=keypad.ask or next(iter(offers), ""),
            min_digits=keypad.min_digits,
            max_digits=keypad.max_digits,
            means=keypad.means,
        )


def _statistics(given: StatisticsFile) -> Statistics:
    return Statistics(table=given.table, n=given.n, source=given.source)


def _with_luck(shared: _Shared, kind: FactKind, options: Sequence[str]) -> Mapping[FactSource, Statistics]:
    """Tables by the source of the fact, for a question whose answer can be guessed."""
    luck = max(shared.luck.get(kind, 0.0), 1 / len(options) if options else 0.0)
    return {source: statistics.with_luck(luck) for source, statistics in shared.by_source.items()}
