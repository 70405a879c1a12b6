"""`bench paper`: ours, its rivals and the bound on the same people, in one run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from question_bank.bank import Bank
from question_bank.exposure import exposure_of
from question_bank.index import Floats
from question_bank.paper import PaperPolicy
from question_bank.simulate.attack import Ground, Ring, Success, attack, gain
from question_bank.simulate.bound import bound, counted_tables, true_tables
from question_bank.simulate.curves import ratios
from question_bank.simulate.figures import exposed, mean_error, of_method
from question_bank.simulate.hearing import load_ear
from question_bank.simulate.history import learnt
from question_bank.simulate.interview import Method, Played, Setting
from question_bank.simulate.people import EVERYTHING_LEAKS, Respondent
from question_bank.simulate.people_file import read_people
from question_bank.simulate.pictures import draw_pictures
from question_bank.simulate.rivals import ours, rivals
from question_bank.simulate.stream import draw_people, run_stream
from question_bank.simulate.textbook import textbook

Tell = Callable[[str, int, int], None]  # what, done, of
# Beliefs at which a paper may stop: (decided_at, doubted_at). Each curve has the policy's own besides.
THRESHOLDS = ((0.85, 0.85), (0.92, 0.9), (0.995, 0.99))
EXPOSURE_GOAL = 0.25  # highest share of the papers that a question or fact may be in
SHORT_FILE = 30  # facts on file
TEACHERS = 2_400  # labelled calls before the comparison
LEAST_TO_SPLIT = 400  # people of a file: fewer are not divided into teachers and callers
SEED_HISTORY, SEED_TRUE = 1_000_003, 1_000_033


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is played."""

    per_population: int = 150
    per_point: int = 60  # for the curves
    rings: int = 1_000
    rings_compared: int = 5_000  # of the two kinds of call that say what a ring gains
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """What all parts of the comparison share."""

    setting: Setting
    people: Sequence[Respondent]
    few: Sequence[Respondent]  # for the curves
    tables: Floats
    size: Size
    tell: Tell
    papers: dict[str, list[Played]] = field(default_factory=dict)


def bench_paper(
    bank: Bank, size: Size, tell: Tell, *, people_file: Path | None, pictures: Path | None
) -> dict[str, object]:
    """Raises SurveyError if the people's file cannot be used."""
    ear, policy = load_ear(), PaperPolicy()
    teachers, people, tables = _people(bank, size, people_file)
    taught = bank
    if teachers:
        thorough = Setting(bank=bank, policy=replace(policy, decided_at=0.99, doubted_at=0.99), ear=ear)
        taught = learnt(
            thorough,
            teachers,
            seed=SEED_HISTORY,
            tell=lambda done, of: tell("history", done, of),
        )
    stage = _Stage(
        setting=Setting(bank=taught, policy=policy, ear=ear),
        people=people,
        few=people if people_file else draw_people(bank, size.per_point, size.seed + 1),
        tables=tables,
        size=size,
        tell=tell,
    )
    methods = [ours(), *rivals(), *textbook(), bound(taught, tables)]
    reports = {method.name: _report(stage, method) for method in methods}
    curves = {method.name: _curve(stage, method) for method in methods}
    if pictures is not None:
        draw_pictures(pictures, taught, stage.papers["ours"], curves, policy.max_share)
    peers = {name: value for name, value in reports.items() if name not in ("ours", "bound")}
    return {
        "ours": reports["ours"],
        "peers": peers,
        "bound": reports["bound"],
        "ratios": ratios(curves, mean_error(stage.papers["ours"]), list(peers)),
        # Of those that wear no question out: the others could be learnt by heart.
        "ratios_exposed_alike": ratios(
            curves,
            mean_error(stage.papers["ours"]),
            [name for name, papers in stage.papers.items() if name in peers and _spared(taught, papers)],
        ),
        "curves": curves,
        **_attacks(stage),
        "statistics": {
            "source": "simulated" if teachers else "file",
            "labelled_calls": len(teachers),
            "file_only": _file_only(_with(stage, bank)) if teachers else None,
        },
        "everything_leaks": None if people_file else _everything_leaks(stage, bank),
        "short_files": None if people_file else _short_files(stage, bank),
        "people": {"n": len(people), "file": str(people_file) if people_file else None, "seed": size.seed},
        "bank": {"version": bank.version, "questions": len(bank.questions)},
        "policy": {
            "decided_at": policy.decided_at,
            "doubted_at": policy.doubted_at,
            "cap_s": policy.max_survey_s,
        },
    }


def _spared(bank: Bank, papers: Sequence[Played]) -> bool:
    shown = exposed(bank, papers)
    return max([*shown.questions.values(), *shown.facts.values()], default=0.0) <= EXPOSURE_GOAL


def _with(stage: _Stage, bank: Bank) -> _Stage:
    return replace(stage, setting=replace(stage.setting, bank=bank), people=stage.few)


def _people(
    bank: Bank, size: Size, people_file: Path | None
) -> tuple[Sequence[Respondent], Sequence[Respondent], Floats]:
    """Who taught the statistics, who is called, and the true response model."""
    if people_file is None:
        teachers = draw_people(bank, TEACHERS // 6, SEED_HISTORY)
        return teachers, draw_people(bank, size.per_population, size.seed), true_tables(bank, SEED_TRUE)
    given: list[Respondent] = list(read_people(people_file, bank))
    order = np.random.default_rng(size.seed).permutation(len(given))
    mixed = [given[i] for i in order]
    half = len(mixed) // 2 if len(mixed) >= LEAST_TO_SPLIT else 0
    return mixed[:half], mixed[half:], counted_tables(bank, given)


def _report(stage: _Stage, method: Method) -> dict[str, object]:
    papers = _play(stage, method, stage.people, stage.setting.policy)
    stage.papers[method.name] = papers
    return of_method(stage.setting.bank, papers)


def _play(stage: _Stage, method: Method, people: Sequence[Respondent], policy: PaperPolicy) -> list[Played]:
    return run_stream(
        replace(stage.setting, policy=policy),
        method,
        people,
        seed=stage.size.seed,
        tell=lambda done, of: stage.tell(method.name, done, of),
    )


def _curve(stage: _Stage, method: Method) -> list[tuple[float, float]]:
    """(mean seconds, mean error), by rising thresholds."""
    points = []
    policy = stage.setting.policy
    for decided_at, doubted_at in (*THRESHOLDS, (policy.decided_at, policy.doubted_at)):
        papers = _play(
            stage, method, stage.few, replace(policy, decided_at=decided_at, doubted_at=doubted_at)
        )
        points.append(_point(papers))
    return sorted([*points, _point(stage.papers[method.name])])


def _point(papers: Sequence[Played]) -> tuple[float, float]:
    return float(np.mean([paper.seconds for paper in papers])), mean_error(papers)


def _attacks(stage: _Stage) -> dict[str, object]:
    """Of ours; and of the greedy rival without exposure control, for what that control is worth."""
    ring = Ring()
    found = {}
    for method in (ours(), next(rival for rival in rivals() if rival.name == "greedy_kl_per_s")):
        papers = stage.papers[method.name]
        asked: dict[str, int] = {}
        for paper in papers:
            for question_id in paper.asked:
                asked[question_id] = asked.get(question_id, 0) + 1
        exposure = exposure_of(stage.setting.bank.index, asked, len(papers)) if method.spares else None
        ground = Ground(setting=stage.setting, method=method, papers=papers, exposure=exposure)
        found[method.name] = attack(
            ground,
            ring,
            rings=stage.size.rings,
            compared=stage.size.rings_compared if method.spares else stage.size.rings,
            seed=stage.size.seed,
            tell=partial(stage.tell, f"attacks on {method.name}"),
        )
    mine = found["ours"]
    gained = gain(mine)
    return {
        "attack": _each(mine, lambda success: success.approved),
        # Budgets count persons and numbers; a ring that changes both with every call never meets them.
        "attack_budgets_off": _each(mine, lambda success: success.approved),
        "attack_ci95": _each(mine, lambda success: list(success.ci95)),
        "attack_factor_20_half": None if gained is None else round(gained[0], 3),
        "attack_factor_ci95": None if gained is None else [round(edge, 3) for edge in gained[1]],
        "attack_greedy_kl_per_s": _each(found["greedy_kl_per_s"], lambda success: success.approved),
        "attack_assumptions": asdict(ring),
    }


def _each(
    found: Mapping[str, Mapping[str, Success]], what: Callable[[Success], object]
) -> dict[str, dict[str, object]]:
    return {leak: {calls: what(success) for calls, success in row.items()} for leak, row in found.items()}


def _file_only(stage: _Stage) -> dict[str, object]:
    """The same with the statistics as the bank's files have them: before anything was learnt."""
    names = ("ours", "greedy_kl", "greedy_kl_per_s")
    methods = [method for method in (ours(), *rivals()) if method.name in names]
    return {
        method.name: of_method(stage.setting.bank, _play(stage, method, stage.people, stage.setting.policy))
        for method in methods
    }


def _short_files(stage: _Stage, bank: Bank) -> dict[str, object]:
    """Ours, where applications hold few facts: the same ones must be asked again and again."""
    people = draw_people(bank, stage.size.per_point, stage.size.seed + 3, at_most=SHORT_FILE)
    return of_method(bank, _play(stage, ours(), people, stage.setting.policy))


def _everything_leaks(stage: _Stage, bank: Bank) -> dict[str, object]:
    """Ours, if what only bank and bureau hold leaked as easily as a form: the limit of asking for facts."""
    people = draw_people(bank, stage.size.per_point, stage.size.seed + 2, leaks=EVERYTHING_LEAKS)
    return of_method(bank, _play(stage, ours(), people, stage.setting.policy))
