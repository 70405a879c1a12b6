import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from decision_hook.contract import Grade, SurveyError
from ivr.hearing.curve import accepting, draw, refusing
from ivr.hearing.evaluate import Heard
from ivr.hearing.manifest import Item
from ivr.hearing.marks import Errors, Found
from ivr.hearing.report import report
from ivr.hearing.table import tables

KEYS = {
    *("n", "cer", "cer_padded", "ser_sound", "grade_accuracy", "confusion", "wrongly_accepted"),
    *("wrongly_refused", "unclear", "near", "far", "onset_error_ms_p50", "offset_error_ms_p50"),
    *("pause_f1", "filler_f1", "f0_error_st_p50", "core_s_per_audio_s", "items"),
}


def heard(outcome: str | None, grade: Grade, **more: Any) -> Heard:
    item = Item.model_validate(
        {
            "audio": "a.wav",
            "text": "三七",
            "question": {"expects": "digits", "fact": "37"},
            "outcome": outcome,
            "group": more.pop("group", None),
        }
    )
    return Heard(line=1, item=item, grade=grade, **more)


def test_rates_by_their_definition() -> None:
    made = report(
        [
            heard("match", Grade.MATCH),
            heard("match", Grade.MISMATCH),
            heard("match", Grade.UNCLEAR),
            heard("match", Grade.PARTIAL),
            heard("mismatch", Grade.MATCH, near=True),
            heard("mismatch", Grade.MISMATCH, near=True),
            heard("mismatch", Grade.UNCLEAR, near=False),
            heard("mismatch", Grade.MISMATCH, near=False),
            heard("repeat", Grade.REPEAT),
            heard("human", Grade.UNCLEAR),
            heard(None, Grade.MATCH),
        ]
    )
    assert made["n"] == 11
    assert made["wrongly_accepted"] == 0.25
    assert made["wrongly_refused"] == 0.25
    assert made["unclear"] == 0.25
    assert made["grade_accuracy"] == 0.4
    assert made["confusion"] == {
        "human": {"unclear": 1},
        "match": {"match": 1, "mismatch": 1, "unclear": 1, "partial": 1},
        "mismatch": {"mismatch": 2, "match": 1, "unclear": 1},
        "repeat": {"repeat": 1},
    }
    near, far, others = made["near"], made["far"], made["other_grades"]
    assert isinstance(near, dict)
    assert isinstance(far, dict)
    assert isinstance(others, dict)
    assert (near["n"], near["wrongly_accepted"], near["unclear"], near["mismatch"]) == (2, 0.5, 0.0, 0.5)
    assert (far["n"], far["wrongly_accepted"], far["unclear"]) == (2, 0.0, 0.5)
    assert (others["n"], others["accuracy"]) == (2, 0.5)
    assert others["recall"]["human"] == {"n": 1, "right": 0.0}


def test_what_is_not_known_is_null_and_never_zero() -> None:
    made = json.loads(json.dumps(report([Heard(line=1, item=None, error="bad")])))
    assert set(made) >= KEYS
    unknown = KEYS - {"n", "confusion", "near", "far", "items"}
    assert {key: made[key] for key in unknown} == dict.fromkeys(unknown)
    assert made["near"]["wrongly_accepted"] is None
    assert made["confusion"] == {}
    assert made["errors"] == 1


def test_errors_are_over_all_that_was_said() -> None:
    rows = [
        heard("match", Grade.MATCH, characters=Errors(wrong=1, of=2), sounds=Errors(wrong=0, of=2)),
        heard("match", Grade.MATCH, characters=Errors(wrong=1, of=8), sounds=Errors(wrong=0, of=8)),
    ]
    made = report(rows)
    assert (made["cer"], made["ser_sound"], made["cer_padded"]) == (0.2, 0.0, None)
    assert made["cer_interval"] == [0.125, 0.5]


def test_medians_stretches_pitch_and_cost() -> None:
    rows = [
        heard("match", Grade.MATCH, onset_ms=-10.0, offset_ms=90.0, core_s=0.5, audio_s=2.0),
        heard("match", Grade.MATCH, onset_ms=30.0, pauses_found=Found(hits=1, reported=1, there=2)),
        heard("match", Grade.MATCH, onset_ms=20.0, fillers_found=Found(hits=0, reported=0, there=0)),
        heard("match", Grade.MATCH, pitch_off=np.array([0.1, 0.1, 3.0]), pitch_known=0.75),
    ]
    made = report(rows)
    assert (made["onset_error_ms_p50"], made["offset_error_ms_p50"]) == (20.0, 90.0)
    assert made["pause_f1"] == pytest.approx(0.6667)
    assert (made["pause_precision"], made["pause_recall"]) == (1.0, 0.5)
    assert made["filler_f1"] is None  # none there, none reported: nothing was tried
    assert (made["f0_error_st_p50"], made["f0_known"]) == (0.1, 0.75)
    assert made["core_s_per_audio_s"] == 0.25


def test_a_share_of_nothing_is_not_known() -> None:
    made = report([heard("match", Grade.MATCH)])
    assert made["wrongly_accepted"] is None
    assert made["wrongly_accepted_interval"] is None


def test_groups_are_counted_apart() -> None:
    made = report([heard("match", Grade.MATCH, group="clean"), heard("match", Grade.UNCLEAR, group="noisy")])
    groups = made["groups"]
    assert isinstance(groups, dict)
    assert groups["clean"]["unclear"] == 0.0
    assert groups["noisy"]["unclear"] == 1.0


SCORED = [
    heard("match", Grade.MATCH, score=3.0),
    heard("match", Grade.UNCLEAR, score=0.5),
    heard("mismatch", Grade.UNCLEAR, score=1.0),
    heard("mismatch", Grade.MISMATCH, score=-3.0),
]


def test_a_lower_bar_accepts_more_and_asks_less() -> None:
    points = {point.threshold: point for point in accepting(SCORED)}
    assert (points[2.0].wrong, points[2.0].unclear) == (0.0, 0.5)
    assert (points[0.0].wrong, points[0.0].unclear) == (0.5, 0.0)


def test_a_higher_bar_refuses_more_and_asks_less() -> None:
    points = {point.threshold: point for point in refusing(SCORED)}
    assert (points[-2.0].wrong, points[-2.0].unclear) == (0.0, 0.5)
    assert (points[1.0].wrong, points[1.0].unclear) == (0.5, 0.0)


@pytest.mark.parametrize("rows", [SCORED, []], ids=["scored", "nothing to draw"])
def test_the_curve_is_a_picture(tmp_path: Path, rows: list[Heard]) -> None:
    pytest.importorskip("matplotlib")
    draw(rows, report(rows), tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_without_a_place_is_a_clear_error(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(SurveyError, match=r"curve\.png: cannot be written"):
        draw(SCORED, report(SCORED), tmp_path / "nowhere" / "curve.png")


def test_a_person_can_read_it() -> None:
    console = Console(width=200, record=True, file=StringIO())
    console.print(tables(report([*SCORED, Heard(line=9, item=None, error="m.jsonl:9: not JSON")])))
    text = console.export_text()
    assert "wrong answers accepted" in text
    assert "m.jsonl:9: not JSON" in text
