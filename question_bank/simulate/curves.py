"""Seconds against errors: what each way of choosing takes to err as seldom as another. Pure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

Curve = Sequence[tuple[float, float]]  # (mean seconds, mean error), at several thresholds


def seconds_at(curve: Curve, error: float) -> float | None:
    """Seconds at which a way of choosing errs so often, between its points; None: it never does.

    The curve is first made to fall: more seconds never err more, apart from the chance of the draw.
    """
    falling: list[tuple[float, float]] = []
    for seconds, value in sorted(curve):
        falling.append((seconds, min([value, *(e for _, e in falling)])))
    if falling[0][1] <= error:
        return falling[0][0]
    for (s0, e0), (s1, e1) in pairwise(falling):
        if e1 <= error:
            return s1 if e0 == e1 else s0 + (s1 - s0) * (e0 - error) / (e0 - e1)
    return None


def ratios(curves: Mapping[str, Curve], error: float, peers: Sequence[str]) -> dict[str, object]:
    """Our seconds against those of the best of `peers` and of the bound. `error`: ours, as the papers are."""
    at = {name: seconds_at(curve, error) for name, curve in curves.items()}
    mine = at["ours"] or curves["ours"][-1][0]
    rival = {name: at[name] for name in peers}
    reached = {name: seconds for name, seconds in rival.items() if seconds is not None}
    best = min(reached, key=lambda name: reached[name]) if reached else None
    # The bound asks so little that it may never err as seldom as ours: then where it errs least.
    within = max(error, min(e for _, e in curves["bound"]))
    near, limit = (seconds_at(curves[name], within) for name in ("ours", "bound"))
    return {
        "at_error": round(error, 4),
        "seconds": {name: None if s is None else round(s, 1) for name, s in at.items()},
        "best_rival": best,
        "to_best_rival": None if best is None else round(mine / reached[best], 3),
        "to_bound": None if near is None or limit is None else round(near / limit, 3),
        "to_bound_at_error": round(within, 4),
    }
