"""Learning: finds what the table does not know, admits when there is nothing to find."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from config.document import DocumentError
from decision_hook.contract import Application, Fact, FactSource, Grade, Hypothesis
from question_bank.bank import Bank, bank_for, build_bank
from question_bank.belief import HYPOTHESES
from question_bank.index import GRADES
from question_bank.load import inspect, load_bank
from question_bank.question import Statistics
from question_bank.responses.features import TEXT_SIZE, applicant_features, text_matrix
from question_bank.responses.file import RESPONSES, read_responses, write_responses
from question_bank.responses.history import PastAnswer
from question_bank.responses.model import ResponseModel
from question_bank.responses.train import MIN_CALLS, calibrate

SHIFTED = "vehicle"  # in this topic genuine callers forget far more than the table says
ODD = "income.pay_day"  # everybody is right about this one


def truth(bank: Bank, question_id: str, hypothesis: Hypothesis, age: float) -> dict[Grade, float]:
    question = bank.questions[question_id]
    row = dict(question.statistics_for(FactSource.BANK).table[hypothesis])
    if question.topic == SHIFTED and hypothesis is Hypothesis.GENUINE:
        row = {g: p * (6 if g is Grade.DONT_KNOW else 1) for g, p in row.items()}
    if question_id == ODD:
        row = {g: p * (8 if g is Grade.MATCH else 1) for g, p in row.items()}
    if hypothesis is Hypothesis.GENUINE and age > 0:
        row = {g: p * (3 if g is Grade.DONT_KNOW else 1) for g, p in row.items()}
    total = sum(row.values())
    return {g: p / total for g, p in row.items()}


def history(bank: Bank, calls: int, *, as_the_table: bool = False, seed: int = 1) -> list[PastAnswer]:
    rng = random.Random(seed)
    asked = [
        q.id for q in bank.questions.values() if q.fact_keys and q.topic in ("vehicle", "income", "phone")
    ]
    rows = []
    for call in range(calls):
        who = rng.choices(HYPOTHESES, weights=[6, 3, 1])[0]
        age = rng.choice([-0.5, 0.8])
        for question_id in dict.fromkeys((ODD, *rng.sample(asked, 9))):
            row = (
                bank.questions[question_id].statistics_for(FactSource.BANK).table[who]
                if as_the_table
                else truth(bank, question_id, who, age)
            )
            grade = rng.choices(list(row), weights=list(row.values()))[0]
            rows.append(
                PastAnswer(
                    call=f"c{call}",
                    question=question_id,
                    grade=grade,
                    source=FactSource.BANK,
                    who={who: 1.0},
                    applicant={"age": age},
                    simulated=True,
                )
            )
    return rows


@pytest.fixture(scope="module")
def learnt(bank: Bank) -> ResponseModel:
    found = calibrate(bank, history(bank, 900))
    assert found.better
    assert found.learnt.log_loss < found.table.log_loss - 0.01
    assert found.learnt.calibration_error < found.table.calibration_error
    return found.model


def p(bank: Bank, question_id: str, grade: Grade, who: Hypothesis = Hypothesis.GENUINE) -> float:
    return bank.questions[question_id].statistics_for(FactSource.BANK).table[who].get(grade, 0.0)


def applicant(year: int) -> Application:
    facts = {"birth_date": Fact(value=f"{year}-01-01", source=FactSource.FORM)}
    return Application(id="a", phone="13800000000", applied_at=datetime(2026, 10, 1, tzinfo=UTC), facts=facts)


def test_it_learns_topics_questions_and_applicants(bank: Bank, learnt: ResponseModel) -> None:
    tuned = bank_for(replace(bank, responses=learnt), applicant(1990))
    assert p(tuned, "vehicle.insurer", Grade.DONT_KNOW) > 2 * p(bank, "vehicle.insurer", Grade.DONT_KNOW)
    assert p(tuned, ODD, Grade.MATCH, Hypothesis.IMPOSTOR) > 3 * p(
        bank, ODD, Grade.MATCH, Hypothesis.IMPOSTOR
    )
    young, old = (bank_for(replace(bank, responses=learnt), applicant(year)) for year in (1996, 1968))
    assert p(old, "phone.since", Grade.DONT_KNOW) > 1.5 * p(young, "phone.since", Grade.DONT_KNOW)
    assert tuned.questions["vehicle.insurer"].statistics.source == "simulated"
    assert tuned.questions["vehicle.insurer"].statistics_for(FactSource.BANK).n > 50


def test_every_row_stays_a_distribution_and_the_index_follows(bank: Bank, learnt: ResponseModel) -> None:
    tuned = bank_for(replace(bank, responses=learnt), applicant(1975))
    for question in tuned.questions.values():
        for source in FactSource:
            for row in question.statistics_for(source).table.values():
                assert sum(row.values()) == pytest.approx(1)
                assert min(row.values()) > 0
    n = tuned.index.row["vehicle.insurer"]
    assert not np.allclose(tuned.index.likelihoods[:, n], bank.index.likelihoods[:, n])


def test_a_new_question_starts_with_its_topic(bank: Bank, learnt: ResponseModel) -> None:
    new = replace(bank.questions["vehicle.insurer"], id="vehicle.never_asked")
    grown = build_bank(
        version="x", questions=[*bank.questions.values(), new], script=bank.script, responses=learnt
    )
    tuned = bank_for(grown, applicant(1990))
    assert p(tuned, "vehicle.never_asked", Grade.DONT_KNOW) > 1.5 * p(
        bank, "vehicle.insurer", Grade.DONT_KNOW
    )
    assert tuned.questions["vehicle.never_asked"].statistics.n == 0


def test_nothing_is_found_where_the_table_is_right(bank: Bank) -> None:
    found = calibrate(bank, history(bank, 300, as_the_table=True, seed=4))
    assert not found.better
    assert abs(found.gain) < 0.02


def test_few_calls_are_not_enough(bank: Bank) -> None:
    found = calibrate(bank, history(bank, MIN_CALLS - 1))
    assert not found.better


def test_a_foreign_history_is_refused(bank: Bank) -> None:
    rows = [PastAnswer(call="1", question="x.y", grade=Grade.MATCH, who={Hypothesis.GENUINE: 1.0})]
    with pytest.raises(ValueError, match="no answer in the history"):
        calibrate(bank, rows)


def test_the_file_keeps_the_model_and_gives_the_bank_another_version(
    bank: Bank, learnt: ResponseModel, tmp_path: Path
) -> None:
    folder = tmp_path / "zh"
    folder.mkdir()
    for path in (Path(__file__).parents[3] / "config" / "banks" / "zh").glob("*.yaml"):
        (folder / path.name).write_bytes(path.read_bytes())
    before = load_bank(folder)
    assert before.responses is None
    write_responses(folder, learnt)
    after = load_bank(folder)
    assert after.version != before.version
    assert after.responses is not None
    assert after.responses.version == learnt.version
    questions, features = bank.index.questions, {"age": 0.3}
    assert after.responses.tuned(questions, features) == learnt.tuned(questions, features)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + b"\0" * 40])
def test_a_broken_file_is_a_problem_of_the_bank(folder: Path, content: bytes) -> None:
    (folder / RESPONSES).write_bytes(content)
    with pytest.raises(DocumentError, match="bank calibrate"):
        read_responses(folder)
    assert any(problem.file.name == RESPONSES for problem in inspect(folder).problems)


def test_a_file_damaged_anywhere_is_refused_and_nothing_else_is_raised(
    folder: Path, learnt: ResponseModel
) -> None:
    whole = write_responses(folder, learnt).read_bytes()
    rng = random.Random(3)
    refused = 0
    for cut in (0, 1, 40, len(whole) // 2, len(whole) - 30, *rng.sample(range(len(whole)), 60)):
        start = max(0, cut - 8)
        for damaged in (whole[:cut], whole[:start] + rng.randbytes(16) + whole[start + 16 :]):
            (folder / RESPONSES).write_bytes(damaged)
            try:
                read_responses(folder)
            except DocumentError:
                refused += 1
    assert refused > 60


def test_impossible_numbers_are_refused(folder: Path) -> None:
    shape = (len(HYPOTHESES), len(GRADES))
    bad = ResponseModel(
        version="v",
        source="calls",
        topics={"income": np.full(shape, np.nan)},
        questions={},
        answers={},
        text=np.zeros((shape[0], TEXT_SIZE, shape[1])),
        applicant=np.zeros((shape[0], 4, shape[1])),
    )
    write_responses(folder, bad)
    with pytest.raises(DocumentError, match="impossible numbers"):
        read_responses(folder)


def test_features_are_bounded_and_missing_ones_left_out() -> None:
    assert applicant_features(Application(id="a", phone="13800000000")) == {}
    facts = {"monthly_income": Fact(value="999999999", source=FactSource.FORM)}
    assert applicant_features(Application(id="a", phone="138", facts=facts, risk_score=1))["income"] == 3.0


def test_text_rows_have_length_one(bank: Bank) -> None:
    lengths = np.linalg.norm(text_matrix(bank.index.questions), axis=1)
    assert lengths == pytest.approx(np.ones(len(lengths)))


def test_a_tables_zeros_stay(bank: Bank, learnt: ResponseModel) -> None:
    question = bank.questions["phone.since"]
    rows = {h: {Grade.MATCH: 0.5, Grade.MISMATCH: 0.5} for h in Hypothesis}
    plain = replace(
        question, statistics=Statistics(table=rows, n=0, source="expert"), statistics_by_source={}
    )
    (tuned,) = learnt.tuned((plain,), {})
    assert set(tuned.statistics.table[Hypothesis.GENUINE]) == {Grade.MATCH, Grade.MISMATCH}
