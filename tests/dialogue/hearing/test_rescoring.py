"""Readings against the sounds."""

import math
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from dialogue.hearing.phones import BLANK, HUM_IDS, PHONES, phone_ids
from dialogue.hearing.rescoring import Written, ranked, sound_log_likelihoods


def heard(text: str, *, frames: int = 3, sure: float = 0.9) -> NDArray[np.float32]:
    """Posteriors of these sounds, so many frames each with a blank one between."""
    rest = (1 - sure) / (len(PHONES) - 1)
    rows = []
    for phone in phone_ids(text):
        for path in (*[phone] * frames, BLANK):
            row = np.full(len(PHONES), rest)
            row[path] = sure
            rows.append(row)
    return np.log(np.array(rows, dtype=np.float32))


def written(text: str, total: float) -> Written:
    return Written(text=text, log_prob=total / (len(text) + 1), total=total)


def test_all_alignments_count() -> None:
    """Against the sum over every path of three frames."""
    rng = np.random.default_rng(4)
    rows = np.log(rng.dirichlet(np.ones(len(PHONES)), size=3)).astype(np.float32)
    target = phone_ids("一")
    hums = [BLANK, *HUM_IDS]
    p = np.exp(rows.astype(np.float64))
    p[:, BLANK] = p[:, hums].sum(axis=1)
    total = 0.0
    for path in product((BLANK, *target), repeat=3):
        said = [x for i, x in enumerate(path) if x != BLANK and (i == 0 or path[i - 1] != x)]
        if tuple(said) == target:
            total += math.prod(p[t, x] for t, x in enumerate(path))
    [found] = sound_log_likelihoods(["一"], rows)
    assert found == pytest.approx(math.log(total), rel=1e-4)


def test_what_was_heard_comes_before_what_the_decoder_likes() -> None:
    rows = heard("三七二九")
    readings = [written("三七二六", -1.0), written("三七二九", -3.0), written("三七", -0.5)]
    found = ranked(readings, rows)
    assert found.text == "三七二九"
    assert found.missing is not None
    assert found.missing < 1
    assert {r.text for r in found.readings} == {"三七二六", "三七二九", "三七"}


def test_among_homophones_the_decoder_decides() -> None:
    rows = heard("三七二九")
    found = ranked([written("三期二九", -4.0), written("三七二九", -1.0)], rows)
    assert found.text == "三七二九"


def test_a_text_that_was_read_twice_counts_once_as_the_better() -> None:
    rows = heard("三七")
    found = ranked([written("三七", -6.0), written("三七", -2.0)], rows)
    assert [r.total for r in found.readings] == [-2.0]


def test_a_runaway_leaves_something_to_explain() -> None:
    rows = heard("三七二九")
    found = ranked([written("痴痂痴痂", -2.0)], rows)
    assert found.missing is not None
    assert found.missing > 3


@pytest.mark.parametrize("text", ["三七二九" * 40, "hello", "。"])
def test_what_cannot_have_been_said_comes_last(text: str) -> None:
    rows = heard("三七")
    found = ranked([written(text, -0.1), written("三七", -20.0)], rows)
    assert found.text == "三七"


def test_impossible_ones_keep_the_decoders_order() -> None:
    long, longer = "三七二九" * 40, "三七二九" * 50
    found = ranked([written(longer, -2.0), written(long, -1.0)], heard("三"))
    assert [r.text for r in found.readings] == [long, longer]
    assert found.missing == float("inf")


def test_hums_may_be_written_or_not() -> None:
    rows = heard("嗯三七")
    plain, hummed = sound_log_likelihoods(["三七", "嗯三七"], rows)
    assert plain == pytest.approx(hummed)


def test_without_sounds_the_order_stays() -> None:
    readings = [written("三七二六", -1.0), written("三七二九", -3.0)]
    found = ranked(readings, None)
    assert found.readings == tuple(readings)
    assert found.missing is None


def test_nothing_to_choose_from() -> None:
    assert ranked([], heard("三")).missing == float("inf")
    assert ranked([], heard("三")).text == ""
    assert ranked([], None).text == ""
    assert sound_log_likelihoods([], heard("三")) == []
    assert sound_log_likelihoods(["三"], np.empty((0, len(PHONES)), dtype=np.float32)) == [float("-inf")]
