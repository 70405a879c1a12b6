import json
from pathlib import Path

import pytest

from decision_hook.contract import Grade, SurveyError
from ivr.hearing.manifest import BadLine, Line, read_manifest

GOOD = {
    "audio": "a.wav",
    "text": "二零零九年",
    "question": {"expects": "year", "fact": "2009"},
    "outcome": "match",
}


def lines(folder: Path, *rows: object) -> list[Line | BadLine]:
    text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    (folder / "m.jsonl").write_text(text, encoding="utf-8")
    return list(read_manifest(folder / "m.jsonl"))


def test_a_full_line(tmp_path: Path) -> None:
    known = {
        **GOOD,
        "speech_start_ms": 300,
        "speech_end_ms": 1_800.5,
        "pauses_ms": [[700, 1_000]],
        "fillers_ms": [],
        "f0_ref": [[310, 221.5], [320, 0], [330, None]],
        "prompt_end_ms": 0,
        "their_own_key": 1,
    }
    [line] = lines(tmp_path, known)
    assert isinstance(line, Line)
    assert line.audio == tmp_path / "a.wav"
    assert line.item.outcome is Grade.MATCH
    assert line.item.pauses_ms == ((700.0, 1_000.0),)
    assert line.item.fillers_ms == ()
    assert line.item.f0_ref == ((310.0, 221.5), (320.0, 0.0), (330.0, None))


def test_what_is_not_known_is_none(tmp_path: Path) -> None:
    [line] = lines(tmp_path, {"audio": "a.wav", "text": None, "question": {"expects": "free"}})
    assert isinstance(line, Line)
    item = line.item
    assert item.text == ""
    assert (item.outcome, item.near, item.speech_start_ms, item.pauses_ms, item.f0_ref) == (None,) * 5


@pytest.mark.parametrize(
    ("fact", "written"),
    [(15_000, "15000"), (15_000.0, "15000"), (True, "yes"), (False, "no"), ("一万五", "一万五")],
)
def test_facts_in_any_json_type(tmp_path: Path, fact: object, written: str) -> None:
    [line] = lines(tmp_path, {**GOOD, "question": {"expects": "amount", "fact": fact}})
    assert isinstance(line, Line)
    assert line.item.question.fact == written


@pytest.mark.parametrize(
    ("row", "says"),
    [
        pytest.param("{", "not JSON", id="half a line"),
        pytest.param("[1, 2]", "valid dictionary", id="no object"),
        pytest.param({**GOOD, "outcome": "correct"}, "outcome", id="unknown grade"),
        pytest.param({**GOOD, "question": {"expects": "colour"}}, "question.expects", id="unknown kind"),
        pytest.param({"text": "x", "question": {"expects": "free"}}, "audio", id="no audio"),
        pytest.param({**GOOD, "speech_start_ms": -5}, "speech_start_ms", id="before the beginning"),
        pytest.param({**GOOD, "pauses_ms": [[1, 2, 3]]}, "pauses_ms", id="no pair"),
        pytest.param("[" * 100_000, "not JSON", id="nested without end"),
    ],
)
def test_a_bad_line_says_what_is_wrong_and_the_others_are_read(
    tmp_path: Path, row: object, says: str
) -> None:
    first, bad, last = lines(tmp_path, GOOD, row, GOOD)
    assert isinstance(first, Line)
    assert isinstance(last, Line)
    assert isinstance(bad, BadLine)
    assert bad.problem.startswith(f"{tmp_path}/m.jsonl:2: ")
    assert says in bad.problem


def test_empty_lines_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\r\n\r\n")
    [line] = read_manifest(tmp_path / "m.jsonl")
    assert isinstance(line, Line)


def test_no_manifest_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match=r"nowhere\.jsonl: cannot be read"):
        list(read_manifest(tmp_path / "nowhere.jsonl"))
