"""Somebody edits while calls go on."""

import os
from pathlib import Path

import numpy as np
import pytest

from question_bank.belief import HYPOTHESES
from question_bank.index import GRADES
from question_bank.live import LiveBank
from question_bank.load import load_bank
from question_bank.responses.features import APPLICANT, TEXT_SIZE
from question_bank.responses.file import RESPONSES, write_responses
from question_bank.responses.model import ResponseModel
from tests.question_bank.test_load import GOOD


@pytest.fixture
def live(folder: Path) -> LiveBank:
    (folder / "income.yaml").write_text(GOOD, encoding="utf-8")
    bank = LiveBank(folder, load_bank(folder))
    bank.refresh()
    return bank


def write(live: LiveBank, text: str, turn: int) -> None:
    path = live.folder / "income.yaml"
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(turn * 10**9, turn * 10**9))  # coarse clocks must not hide an edit from the test


def test_a_good_edit_is_picked_up_and_a_running_call_keeps_its_bank(live: LiveBank) -> None:
    running = live.newest
    write(live, GOOD.replace("cost_s: 5", "cost_s: 9"), 1)
    assert live.refresh()
    assert live.newest.questions["income.pay_day"].cost_s == 9
    assert running.questions["income.pay_day"].cost_s == 5
    assert live.newest.version != running.version
    assert not live.refresh()


def test_a_bad_edit_never_replaces_the_bank(live: LiveBank, caplog: pytest.LogCaptureFixture) -> None:
    before = live.newest
    write(live, GOOD.replace("发薪日", "密码"), 1)
    assert not live.refresh()
    assert live.newest is before
    assert "asks for a secret" in live.problems[0].problem
    assert "1 problems" in caplog.text
    caplog.clear()
    assert not live.refresh()
    assert caplog.text == ""  # said once
    write(live, GOOD.replace("cost_s: 5", "cost_s: 7"), 2)
    assert live.refresh()
    assert live.problems == ()


def test_deleted_files_are_a_bad_edit(live: LiveBank) -> None:
    before = live.newest
    for path in live.folder.glob("*.yaml"):
        path.unlink()
    assert not live.refresh()
    assert live.newest is before


def test_touching_a_file_changes_nothing(live: LiveBank) -> None:
    before = live.newest
    write(live, GOOD, 5)
    assert not live.refresh()
    assert live.newest is before


def test_a_half_copied_file_of_what_was_learnt_is_a_bad_edit(live: LiveBank) -> None:
    before = live.newest
    shape = (len(HYPOTHESES), len(GRADES))
    model = ResponseModel(
        version="v", source="calls", topics={"income": np.zeros(shape)}, questions={}, answers={},
        text=np.zeros((shape[0], TEXT_SIZE, shape[1])),
        applicant=np.zeros((shape[0], len(APPLICANT), shape[1])),
    )  # fmt: skip
    path = write_responses(live.folder, model)
    whole = path.read_bytes()
    for size in (len(whole) // 3, len(whole) - 10):
        path.write_bytes(whole[:size])
        assert not live.refresh()
        assert live.newest is before
        assert live.problems[0].file.name == RESPONSES
    path.write_bytes(whole)
    assert live.refresh()
