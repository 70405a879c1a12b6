"""The report of an evaluation: rates with intervals, and every item. Pure; what is not known is None."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import Grade
from ivr.bench.figures import wilson
from ivr.hearing.evaluate import Heard
from ivr.hearing.marks import Errors, Found

RESAMPLES = 1_000
_SETTLED = (Grade.MATCH, Grade.MISMATCH)

Report = dict[str, object]
Rows = NDArray[Any]  # one answer a row; statistics of (draws, n) or (draws, n, k) give (draws,)


def report(found: Sequence[Heard]) -> Report:
    """Every key of the documented report; intervals beside, 95 %."""
    told = [h for h in found if h.item is not None and h.item.outcome is not None]
    others = [h for h in told if _outcome(h) not in _SETTLED]
    made: Report = {
        "n": len(found),
        "errors": sum(h.error is not None for h in found),
        **_edits("cer", [h.characters for h in found]),
        **_edits("cer_padded", [h.characters_padded for h in found]),
        **_edits("ser_sound", [h.sounds for h in found]),
        **_share("grade_accuracy", [h.grade is _outcome(h) for h in told]),
        "confusion": _confusion(told),
        **_decisions(told),
        "near": _wrong_ones([h for h in told if h.near is True]),
        "far": _wrong_ones([h for h in told if h.near is False]),
        "other_grades": {
            "n": len(others),
            **_share("accuracy", [h.grade is _outcome(h) for h in others]),
            "recall": _recall(others),
        },
        **_median("onset_error_ms_p50", [abs(h.onset_ms) for h in found if h.onset_ms is not None], digits=1),
        **_median(
            "offset_error_ms_p50", [abs(h.offset_ms) for h in found if h.offset_ms is not None], digits=1
        ),
        **_stretches("pause", [h.pauses_found for h in found]),
        **_stretches("filler", [h.fillers_found for h in found]),
        **_pitch(found),
        "core_s_per_audio_s": _cost(found),
    }
    groups = _groups(told)
    if groups:
        made["groups"] = {
            name: {"n": len(members), **_decisions(members), **_share("grade_accuracy", _right(members))}
            for name, members in sorted(groups.items())
        }
    made["items"] = [_item(h) for h in found]
    return made


def _outcome(heard: Heard) -> Grade | None:
    return heard.item.outcome if heard.item is not None else None


def _right(found: Iterable[Heard]) -> list[bool]:
    return [h.grade is _outcome(h) for h in found]


def _groups(told: Sequence[Heard]) -> dict[str, list[Heard]]:
    groups: defaultdict[str, list[Heard]] = defaultdict(list)
    for heard in told:
        if heard.item is not None and heard.item.group is not None:
            groups[heard.item.group].append(heard)
    return dict(groups)


def _confusion(told: Sequence[Heard]) -> dict[str, dict[str, int]]:
    """{truth: {graded as: how often}}."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for heard in told:
        outcome = _outcome(heard)
        if outcome is not None and heard.grade is not None:
            counts[outcome.value][heard.grade.value] += 1
    return {truth: dict(row.most_common()) for truth, row in sorted(counts.items())}


def _recall(found: Sequence[Heard]) -> dict[str, dict[str, object]]:
    grouped: defaultdict[str, list[bool]] = defaultdict(list)
    for heard in found:
        outcome = _outcome(heard)
        if outcome is not None:
            grouped[outcome.value].append(heard.grade is outcome)
    return {
        name: {"n": len(right), **_share("right", right, interval=False)}
        for name, right in sorted(grouped.items())
    }


def _decisions(told: Sequence[Heard]) -> Report:
    wrong = [h for h in told if _outcome(h) is Grade.MISMATCH]
    right = [h for h in told if _outcome(h) is Grade.MATCH]
    return {
        **_share("wrongly_accepted", [h.grade is Grade.MATCH for h in wrong]),
        **_share("wrongly_refused", [h.grade is Grade.MISMATCH for h in right]),
        **_share("unclear", [h.grade is Grade.UNCLEAR for h in (*wrong, *right)]),
    }


def _wrong_ones(wrong: Sequence[Heard]) -> Report:
    return {
        "n": len(wrong),
        **_share("wrongly_accepted", [h.grade is Grade.MATCH for h in wrong]),
        **_share("unclear", [h.grade is Grade.UNCLEAR for h in wrong]),
        **_share("mismatch", [h.grade is Grade.MISMATCH for h in wrong]),
    }


def _share(name: str, hits: Sequence[bool], *, interval: bool = True) -> Report:
    """A proportion with Wilson's interval; None without cases."""
    made: Report = {name: round(sum(hits) / len(hits), 4) if hits else None}
    if interval:
        made[f"{name}_interval"] = wilson(sum(hits), len(hits)) if hits else None
    return made


def _edits(name: str, errors: Sequence[Errors | None]) -> Report:
    """Errors over all that was said; answers are drawn anew for the interval."""
    rows = np.array([(e.wrong, e.of) for e in errors if e is not None and e.of > 0])
    if not len(rows):
        return {name: None, f"{name}_interval": None}
    return {
        name: round(float(rows[:, 0].sum() / rows[:, 1].sum()), 4),
        f"{name}_interval": _resampled(rows, lambda some: some[..., 0].sum(-1) / some[..., 1].sum(-1), 4),
    }


def _stretches(name: str, counts: Sequence[Found | None]) -> Report:
    """F1 over all stretches of all answers, with precision and recall; None where there are none at all."""
    rows = np.array([(f.hits, f.reported, f.there) for f in counts if f is not None])
    names = (f"{name}_f1", f"{name}_f1_interval", f"{name}_precision", f"{name}_recall")
    if not len(rows) or rows[:, 1:].sum() == 0:
        return dict.fromkeys(names)
    hits, reported, there = rows.sum(axis=0)

    def f1(some: Rows) -> Rows:
        return np.asarray(2 * some[..., 0].sum(-1) / np.maximum(some[..., 1:].sum((-2, -1)), 1))

    values = (
        round(float(2 * hits / (reported + there)), 4),
        _resampled(rows, f1, 4),
        round(float(hits / reported), 4) if reported else None,
        round(float(hits / there), 4) if there else None,
    )
    return dict(zip(names, values, strict=True))


def _median(name: str, values: Sequence[float], *, digits: int) -> Report:
    if not values:
        return {name: None, f"{name}_interval": None}
    rows = np.array(values, dtype=np.float64)
    return {
        name: round(float(np.median(rows)), digits),
        f"{name}_interval": _resampled(rows, lambda some: np.asarray(np.median(some, axis=-1)), digits),
    }


def _pitch(found: Sequence[Heard]) -> Report:
    """Over all frames whose pitch both know; and how much of the reference's voice that is."""
    known = [h.pitch_off for h in found if h.pitch_off is not None and h.pitch_off.size]
    shares = [h.pitch_known for h in found if h.pitch_known is not None]
    medians = [float(np.median(off)) for off in known]
    return {
        "f0_error_st_p50": round(float(np.median(np.concatenate(known))), 3) if known else None,
        # Frames of one answer err alike: answers are drawn anew, not frames.
        "f0_error_st_p50_interval": _median("m", medians, digits=3)["m_interval"],
        "f0_known": round(float(np.mean(shares)), 3) if shares else None,
    }


def _cost(found: Sequence[Heard]) -> float | None:
    audio_s = sum(h.audio_s for h in found if h.audio_s is not None and h.core_s is not None)
    core_s = sum(h.core_s for h in found if h.core_s is not None)
    return round(core_s / audio_s, 3) if audio_s else None


def _resampled(
    rows: Rows,
    statistic: Callable[[Rows], Rows],
    digits: int,
) -> list[float] | None:
    """95 % bootstrap interval; always the same draws. None: one case says nothing about others."""
    if len(rows) < 2:
        return None
    rng = np.random.default_rng(0)
    values = np.concatenate(
        [statistic(rows[rng.integers(0, len(rows), (100, len(rows)))]) for _ in range(RESAMPLES // 100)]
    )
    low, high = np.nanpercentile(values, (2.5, 97.5))
    return [round(float(low), digits), round(float(high), digits)]


def _item(heard: Heard) -> Report:
    item = heard.item
    made: Report = {"line": heard.line}
    if item is not None:
        made |= {
            "audio": item.audio,
            "said": item.text,
            "expects": item.question.expects.value,
            "fact": item.question.fact,
            "outcome": item.outcome.value if item.outcome else None,
            "group": item.group,
        }
    off = heard.pitch_off
    made |= {
        "grade": heard.grade.value if heard.grade else None,
        "error": heard.error,
        "heard": heard.text,
        "heard_padded": heard.padded,
        "stated": heard.stated,
        "score": heard.score,
        "confidence": heard.confidence,
        "why": heard.why,
        "near": heard.near,
        "cer": heard.characters.rate if heard.characters else None,
        "cer_padded": heard.characters_padded.rate if heard.characters_padded else None,
        "ser_sound": heard.sounds.rate if heard.sounds else None,
        "segments_ms": [list(s) for s in heard.segments],
        "latency_ms": heard.latency_ms,
        "onset_error_ms": heard.onset_ms,
        "offset_error_ms": heard.offset_ms,
        "pauses_ms": [list(p) for p in heard.pauses],
        "fillers_ms": [list(f) for f in heard.fillers],
        "f0_error_st": round(float(np.median(off)), 3) if off is not None and off.size else None,
        "f0_known": heard.pitch_known,
        "core_s": heard.core_s,
        "audio_s": heard.audio_s,
        "measures": heard.measures or {},
    }
    return made
