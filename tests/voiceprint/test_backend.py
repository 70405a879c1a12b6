"""Scores, calibrated odds, thresholds, and the strangers that fill a list."""

from pathlib import Path

import numpy as np
import pytest

from voiceprint.backend import Backend
from voiceprint.filler import draw_strangers
from voiceprint.metrics import cllr, equal_error_rate, missed_at
from voiceprint.tables import VoiceprintTable
from voiceprint.training import fit_calibration, fit_whitening, strangers_spread

rng = np.random.default_rng(0)
HUMANS = np.load(Path(__file__).parent / "humans.npz")  # real voices; made by scripts/fit_voiceprint


def recordings(place: float) -> np.ndarray:
    line = rng.normal(0, 5, 40)
    return np.stack((place + rng.normal(0, 0.3, 40), line, rng.normal(0, 0.3, 40)), axis=1)


def test_directions_that_only_lines_move_count_little() -> None:
    voices = {str(i): recordings(place).astype(np.float32) for i, place in enumerate(rng.normal(0, 3, 30))}
    whitening = fit_whitening(voices, shrinkage=0.001)
    moved = whitening.projection.T @ np.diag([1.0, 1.0, 1.0])
    by_voice, by_line = np.linalg.norm(moved[:, 0]), np.linalg.norm(moved[:, 1])
    assert by_voice > 8 * by_line
    np.testing.assert_allclose(np.linalg.norm(whitening.apply(voices["3"]), axis=1), 1, atol=1e-5)


def test_what_all_listed_voices_share_is_taken_out() -> None:
    voices = {str(i): recordings(place).astype(np.float32) for i, place in enumerate(rng.normal(0, 3, 30))}
    whitening = fit_whitening(voices, shrinkage=0.1)
    shifted = np.concatenate([recordings(place)[:2] for place in rng.normal(0, 3, 400)])
    shifted[:, 2] += 40
    before = whitening.apply(shifted.astype(np.float32))
    after = whitening.centred_on(shifted.astype(np.float32)).apply(shifted.astype(np.float32))
    assert np.median(before @ before.T) > 0.8
    assert np.median(after @ after.T) < 0.5
    assert whitening.centred_on(shifted[:2].astype(np.float32)) is whitening


def test_drawn_strangers_have_the_spread_they_were_given() -> None:
    voices = {str(i): rng.normal(size=8) + rng.normal(0, 0.2, (20, 8)) for i in range(50)}
    spread = strangers_spread({k: v.astype(np.float32) for k, v in voices.items()}, 1.0)
    everything = np.concatenate(list(voices.values()))
    np.testing.assert_allclose(spread.T @ spread, np.cov(everything.T, bias=True), atol=0.02)


def test_calibration_recovers_known_odds() -> None:
    # For normal scores at +-2 with variance 4 the true log-likelihood ratio is the score itself.
    scale, offset = fit_calibration(rng.normal(2, 2, 40_000), rng.normal(-2, 2, 4_000))
    assert scale == pytest.approx(1, abs=0.05)
    assert offset == pytest.approx(0, abs=0.1)
    scale, _ = fit_calibration(np.array([5.0, 6.0]), np.array([-5.0, -6.0]))
    assert np.isfinite(scale)


def test_metrics() -> None:
    assert equal_error_rate(np.array([2.0, 3.0]), np.array([0.0, 1.0])) == 0
    assert equal_error_rate(rng.normal(1, 1, 20_000), rng.normal(-1, 1, 20_000)) == pytest.approx(
        0.159, abs=0.01
    )
    assert cllr(np.zeros(5), np.zeros(5)) == pytest.approx(1)
    assert cllr(np.full(5, 20.0), np.full(5, -20.0)) == pytest.approx(0, abs=1e-6)
    assert missed_at(np.array([9.0, -np.inf]), np.linspace(0, 1, 300), 0.1) == 0.5
    assert missed_at(np.array([9.0]), np.linspace(0, 1, 299), 0.1) is None


def test_a_longer_list_and_fewer_reviewers_mean_a_higher_threshold(backend: Backend) -> None:
    thresholds = [
        backend.operating_point(size, 20).threshold for size in (1, 100, 1_000, 100_000, 10_000_000)
    ]
    assert thresholds == sorted(thresholds)
    assert backend.operating_point(1_000, 5).threshold > backend.operating_point(1_000, 50).threshold


@pytest.mark.parametrize("size", [0, 1, 1_000, 5_000])
def test_the_threshold_yields_the_candidates_people_can_review(backend: Backend, size: int) -> None:
    point = backend.operating_point(size, 20)
    assert backend.false_alarms(point.threshold, size) == pytest.approx(20 if size else 0, rel=0.01)


def test_odds_stay_within_what_was_measured(backend: Backend, table: VoiceprintTable) -> None:
    most = max(np.log(row.n_strangers) for row in table.file.durations)
    assert backend.llr(1e6, 20) <= most
    assert backend.llr(-1e6, 20) >= -most
    assert backend.llr(0.3, 0.1) == backend.llr(0.3, 2)  # outside the table: its end
    assert backend.llr(0.3, 1e4) == backend.llr(0.3, 20)
    ends = (backend.llr(0.3, 5), backend.llr(0.3, 10))
    assert min(ends) <= backend.llr(0.3, 7) <= max(ends)


def test_more_speech_finds_more(backend: Backend) -> None:
    threshold = backend.operating_point(1_000, 20).threshold
    shares = [backend.found_share(threshold, seconds) for seconds in (2, 5, 10, 20)]
    found = [share.share for share in shares]
    assert found == sorted(found)
    assert 0.01 <= found[0] < found[-1] <= 0.99
    assert all(share.low <= share.share <= share.high for share in shares)


def test_a_target_fpir_gives_the_threshold_that_so_few_unlisted_callers_reach(backend: Backend) -> None:
    for size in (1, 100, 10_000):
        point = backend.point_at_fpir(size, 0.01)
        # So rare, each false alarm is another caller's.
        assert point.expected_candidates == pytest.approx(10, rel=0.05)


def _nearest(scores: np.ndarray, group: int) -> np.ndarray:
    """Best score in each group of entries, for every probe: (n // group, m) flattened."""
    usable = len(scores) // group * group
    best: np.ndarray = scores[:usable].reshape(-1, group, scores.shape[1]).max(axis=1)
    return best.ravel()


def test_drawn_strangers_are_as_near_to_a_real_probe_as_real_ones(table: VoiceprintTable) -> None:
    """Nearest impostor of human probes: among the other humans, and among as many drawn strangers."""
    persons, entries, probes = (HUMANS[name] for name in ("persons", "entries", "probes"))
    entries, probes = entries.astype(np.float32), probes.astype(np.float32)
    drawn = draw_strangers(table, 1_100, np.random.default_rng(5))
    apply = table.whitening.apply
    real: dict[str, list[np.ndarray]] = {"cosine": [], "score": []}
    filler: dict[str, list[np.ndarray]] = {"cosine": [], "score": []}
    for person, probe in zip(persons, probes, strict=True):
        others = entries[persons != person]
        for kind, against in ((real, others), (filler, drawn)):
            kind["cosine"].append(_nearest(against @ probe.T, len(others)))
            kind["score"].append(_nearest(apply(against) @ apply(probe).T, len(others)))
    for name, tolerance in (("cosine", 0.03), ("score", 0.09)):
        for percent in (50, 90):
            difference = np.percentile(np.concatenate(filler[name]), percent) - np.percentile(
                np.concatenate(real[name]), percent
            )
            # Nearer than real ones is on the safe side: it makes the list harder to search, not easier.
            assert -0.03 < difference < tolerance, (name, percent, difference)


def test_drawn_strangers_look_like_embeddings(table: VoiceprintTable) -> None:
    drawn = draw_strangers(table, 500, np.random.default_rng(5))
    assert drawn.dtype == np.float32
    assert (drawn >= 0).all()
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), 1, atol=1e-5)
    cosines = (drawn @ drawn.T)[np.triu_indices(500, 1)]
    low, high = np.percentile(cosines, (5, 99.5))
    assert 0.5 < low < 0.65  # as strangers on the telephone are: alike, not orthogonal
    assert 0.75 < high < 0.92
