"""Two questions that share most of their characters sound alike, and leak alike."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from config.document import Problem
from question_bank.placed import Placed

MAX_SHARED = 0.6  # of the characters of two questions


def near_identical(questions: Sequence[Placed]) -> Iterator[Problem]:
    """Two questions that share most of their characters sound alike, and leak alike."""
    texts = [
        (owner, i, tokens(text), f"{placed.question.id}, phrasing {i}")
        for owner, placed in enumerate(questions)
        for i, text in enumerate((*placed.question.phrasings, *placed.question.said_phrasings))
    ]
    if not texts:
        return
    counts, alphabet = _count_matrix(text for _, _, text, _ in texts)
    lengths = counts.sum(axis=1)
    owners = np.array([owner for owner, *_ in texts])
    reported: set[tuple[int, int]] = set()
    for row, (owner, *_) in enumerate(texts):
        later = np.flatnonzero(owners > owner)
        if not alphabet or not later.size:
            continue
        shared = np.minimum(counts[row], counts[later]).sum(axis=1)
        ratio = 2 * shared / np.maximum(lengths[row] + lengths[later], 1)
        for column in np.flatnonzero(ratio > MAX_SHARED):
            twin_owner, twin_i, *_ = texts[later[column]]
            if (owner, twin_owner) in reported:
                continue
            reported.add((owner, twin_owner))
            yield questions[twin_owner].problem(
                ("phrasings", twin_i),
                f"shares {ratio[column]:.0%} of its characters with {texts[row][3]}",
                "word it differently",
            )


def _count_matrix(
    texts: Iterable[tuple[str, ...]],
) -> tuple["np.ndarray[tuple[int, int], np.dtype[np.int32]]", list[str]]:
    """(texts, tokens) occurrences."""
    counters = [Counter(text) for text in texts]
    alphabet = sorted(set().union(*counters))
    column = {letter: i for i, letter in enumerate(alphabet)}
    matrix = np.zeros((len(counters), len(alphabet)), dtype=np.int32)
    for row, counter in enumerate(counters):
        for letter, n in counter.items():
            matrix[row, column[letter]] = n
    return matrix, alphabet


def tokens(text: str) -> tuple[str, ...]:
    """What is heard: characters of languages written without spaces, words of the others. No marks."""
    plain = re.sub(r"{[{%].*?[}%]}", "", text).lower()
    return tuple(re.findall(r"[a-z\u00c0-\u024f0-9']+|\w", plain))
