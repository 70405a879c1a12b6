"""Ways of choosing side by side, attackers, figures."""

import random
from dataclasses import replace

import pytest

from decision_hook.contract import Grade, Hypothesis
from question_bank.bank import Bank
from question_bank.exposure import exposure_of
from question_bank.paper import PaperPolicy, Why
from question_bank.simulate.applicants import draw_application
from question_bank.simulate.attack import Ring, Success, gain, prepare
from question_bank.simulate.bound import bound, true_tables
from question_bank.simulate.figures import exposed, interval, is_error, is_undecided, of_method
from question_bank.simulate.hearing import load_ear
from question_bank.simulate.history import learnt
from question_bank.simulate.interview import Method, Moment, Played, Setting
from question_bank.simulate.people import Population, Respondent, draw_person
from question_bank.simulate.rivals import ours, rivals
from question_bank.simulate.stream import draw_people, run_stream


@pytest.fixture(scope="module")
def setting(bank: Bank) -> Setting:
    return Setting(bank=bank, policy=PaperPolicy(), ear=load_ear())


@pytest.fixture(scope="module")
def people(bank: Bank) -> list[Respondent]:
    return draw_people(bank, 12, 5)


@pytest.mark.parametrize("method", [ours(), *rivals()], ids=lambda method: method.name)
def test_every_way_keeps_the_terms(setting: Setting, people: list[Respondent], method: Method) -> None:
    papers = run_stream(setting, method, people, seed=1)
    assert len(papers) == len(people)
    for paper in papers:
        assert len(set(paper.asked)) == len(paper.asked) <= setting.policy.max_questions
        if paper.why is Why.DECIDED:
            assert paper.genuine >= setting.policy.decided_at or paper.genuine <= 0.05
    report = of_method(setting.bank, papers)
    assert {"seconds_mean", "max_exposure", "overlap", "choose_ms_p99"} <= set(report)


def test_catsims_selectors_choose_among_what_is_on_offer(setting: Setting, people: list[Respondent]) -> None:
    textbook = pytest.importorskip("question_bank.simulate.textbook")
    for method in textbook.textbook():
        papers = run_stream(setting, method, people[:6], seed=1)
        assert all(paper.asked and len(set(paper.asked)) == len(paper.asked) for paper in papers)


def test_papers_end_early_once_more_is_known(setting: Setting, people: list[Respondent]) -> None:
    def seconds(at: float) -> float:
        strict = replace(setting, policy=replace(setting.policy, decided_at=at, doubted_at=at))
        return sum(paper.seconds for paper in run_stream(strict, ours(), people, seed=1))

    assert seconds(0.8) < seconds(0.995)


def test_who_knows_the_true_model_is_quicker(setting: Setting, people: list[Respondent]) -> None:
    truth = bound(setting.bank, true_tables(setting.bank, 1, draws=25))
    known = run_stream(setting, truth, people, seed=1)
    for rival in rivals():
        if rival.name != "fixed_10":  # ten questions are soon over, decided or not
            guessed = run_stream(setting, rival, people, seed=1)
            assert sum(p.seconds for p in known) < sum(p.seconds for p in guessed)


def test_statistics_are_drawn_from_the_files_towards_what_was_counted(setting: Setting, bank: Bank) -> None:
    taught = learnt(setting, draw_people(bank, 15, 9), seed=9)
    changed = 0
    for question in taught.index.questions:
        for table in question.statistics_by_source.values():
            for hypothesis in Hypothesis:
                assert sum(table.table[hypothesis].values()) == pytest.approx(1, abs=0.01)
            changed += table.source == "simulated"
    assert changed > 20


def test_a_ring_looks_up_what_it_heard_most(bank: Bank) -> None:
    application = draw_application(bank, 1, random.Random(2))
    caller = draw_person(application, Population.IMPOSTOR_20, "ring")
    unknown = [
        q for q in bank.questions.values() if q.fact_keys and q.fact_keys[0] in application.facts
        and q.fact_keys[0] not in caller.has
    ][:2]  # fmt: skip
    ring = Ring(looked_up=2, found=1.0)
    prepared = prepare(bank, ring, caller, [tuple(q.id for q in unknown)] * 3, [], random.Random(1))
    assert prepared.has - caller.has == {q.fact_keys[0] for q in unknown}
    assert not prepare(bank, replace(ring, looked_up=0), caller, [], [], random.Random(1)).has - caller.has


def paper(truth: Hypothesis, genuine: float, *asked: str) -> Played:
    moments = tuple(
        Moment(question=q, grade=Grade.MATCH, elapsed_s=7.0, beliefs=(genuine, 1 - genuine, 0.0))
        for q in asked
    )
    return Played(
        population=truth.value,
        truth=truth,
        moments=moments,
        start=(genuine, 1 - genuine, 0.0),
        why=Why.DECIDED,
        net_speech_s=10.0,
        choose_ms=(0.1,),
    )


@pytest.mark.parametrize(
    ("truth", "genuine", "error", "undecided"),
    [
        (Hypothesis.GENUINE, 0.99, False, False),
        (Hypothesis.GENUINE, 0.5, False, True),
        (Hypothesis.GENUINE, 0.1, True, False),
        (Hypothesis.IMPOSTOR, 0.95, True, False),
        (Hypothesis.COACHED, 0.9, True, False),
        (Hypothesis.IMPOSTOR, 0.01, False, False),
    ],
)
def test_what_counts_as_an_error(truth: Hypothesis, genuine: float, error: bool, undecided: bool) -> None:
    one = paper(truth, genuine)
    assert (is_error(one), is_undecided(one)) == (error, undecided)


def test_exposure_counts_questions_and_the_facts_beneath(bank: Bank) -> None:
    papers = [
        paper(Hypothesis.GENUINE, 0.9, "identity.zodiac"),
        paper(Hypothesis.GENUINE, 0.9, "identity.star_sign"),
    ]
    shown = exposed(bank, papers)
    assert shown.questions == {"identity.zodiac": 0.5, "identity.star_sign": 0.5}
    assert shown.facts["birth_date"] == 1.0
    assert shown.overlap == 0.0
    assert shown.overlap_facts == 0.5


def test_intervals_hold_the_share() -> None:
    low, high = interval(3, 100)
    assert low < 0.03 < high < 0.1
    assert interval(0, 300)[0] == 0
    assert interval(0, 300)[1] < 0.02


def test_our_papers_wear_no_fact_out(bank: Bank) -> None:
    exposure = exposure_of(bank.index, {"identity.zodiac": 30, "identity.star_sign": 30}, 200)
    row = bank.index.row["identity.birth_date"]
    assert exposure.wear[row] == pytest.approx(0.3)


def successes(first: float, later: float) -> dict[str, dict[str, Success]]:
    return {
        "none": {"1": Success(approved=first, ci95=(0.0, 1.0), rings=1_000)},
        "half": {"20": Success(approved=later, ci95=(0.0, 1.0), rings=1_000)},
    }


def test_what_a_ring_gains_is_a_ratio_with_its_interval() -> None:
    found = gain(successes(0.05, 0.1))
    assert found is not None
    assert found[0] == pytest.approx(2.0)
    # ln 2 -+ 1.96 sqrt(0.95 / 50 + 0.9 / 100)
    assert found[1] == pytest.approx((1.441, 2.776), abs=0.001)
    assert gain(successes(0.0, 0.1)) is None
