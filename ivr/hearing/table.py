"""A report as a person reads it."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

WORST = 15
_ROWS = (
    ("cer", "characters wrong", "%"),
    ("cer_padded", "  in a padded 30 s window", "%"),
    ("ser_sound", "syllables wrong, tones ignored", "%"),
    ("grade_accuracy", "grades right", "%"),
    ("wrongly_accepted", "wrong answers accepted", "%"),
    ("wrongly_refused", "right answers refused", "%"),
    ("unclear", "right and wrong ones asked again", "%"),
    ("onset_error_ms_p50", "onset off, median", "ms"),
    ("offset_error_ms_p50", "end off, median", "ms"),
    ("pause_f1", "pauses, F1", ""),
    ("filler_f1", "filled pauses, F1", ""),
    ("f0_error_st_p50", "pitch off, median", "semitones"),
    ("core_s_per_audio_s", "core-seconds per second of sound", ""),
)


def tables(report: Mapping[str, Any]) -> RenderableType:
    """Figures with intervals, the confusion, and the items that went wrong."""
    return Group(_figures(report), _confusion(report["confusion"]), _worst(report["items"]))


def _figures(report: Mapping[str, Any]) -> Table:
    table = Table(title=f"{report['n']} recordings, {report['errors']} unusable")
    for heading in ("", "value", "95 % interval"):
        table.add_column(heading)
    for key, words, unit in _ROWS:
        table.add_row(words, _number(report[key], unit), _interval(report.get(f"{key}_interval"), unit))
    for name in ("near", "far"):
        part = report[name]
        if part["n"]:
            words = f"{name} wrong answers accepted, of {part['n']}"
            table.add_row(
                words,
                _number(part["wrongly_accepted"], "%"),
                _interval(part["wrongly_accepted_interval"], "%"),
            )
    others = report["other_grades"]
    if others["n"]:
        words = f"replies that are neither, of {others['n']}"
        table.add_row(words, _number(others["accuracy"], "%"), _interval(others["accuracy_interval"], "%"))
    return table


def _confusion(confusion: Mapping[str, Mapping[str, int]]) -> Table:
    graded = sorted({grade for row in confusion.values() for grade in row})
    table = Table(title="truth (rows) and grade")
    for heading in ("", *graded):
        table.add_column(heading)
    for truth, row in confusion.items():
        table.add_row(truth, *(str(row.get(grade, "")) for grade in graded))
    return table


def _worst(items: Sequence[Mapping[str, Any]]) -> Table:
    wrong = [i for i in items if i["error"] or (i.get("outcome") and i["grade"] != i["outcome"])]
    table = Table(title=f"the first {min(WORST, len(wrong))} of {len(wrong)} that went wrong")
    for heading in ("line", "said", "heard", "fact", "truth", "grade", "why"):
        table.add_column(heading, overflow="fold")
    wrong.sort(key=lambda i: (i["grade"] != "match", i["grade"] != "mismatch", i["line"]))
    for item in wrong[:WORST]:
        cells = (item["line"], item.get("said"), item["heard"], item.get("fact"), item.get("outcome"))
        shown = [str(cell or "–") for cell in cells]
        table.add_row(*shown, str(item["grade"] or "–"), str(item["error"] or item["why"]))
    return table


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:.1%}" if unit == "%" else f"{value:g} {unit}".strip()


def _interval(value: Sequence[float] | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{_number(value[0], unit)} to {_number(value[1], unit)}"
