"""Lists and callers as the encoder would make them: drawn from the measured spread of voices."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voiceprint.filler import like_embeddings
from voiceprint.tables import VoiceprintTable
from voiceprint.voiceprint import Vectors

CHUNK = 50_000
WITHIN_ROWS = 64  # the last rows of the spread move recordings of one voice; the others, voices


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Population:
    """Whitened voiceprints of length 1, turned at random as the watch list turns them."""

    listed: NDArray[
        np.float16
    ]  # (n, d): ten million fit into one machine; everybody gets the same rounded rows
    probes: Vectors  # (q, d), mixed: half are other recordings of listed voices, the rest of strangers


def draw(table: VoiceprintTable, *, voices: int, probes: int, seed: int) -> Population:
    """About 2 s per 100,000 voices."""
    rng = np.random.default_rng(seed)
    mated = rng.choice(voices, size=probes // 2, replace=False)
    listed = np.zeros((voices, len(table.strangers_mean)), dtype=np.float16)
    turn = np.linalg.qr(rng.standard_normal((listed.shape[1], listed.shape[1])))[0].astype(np.float32)
    heard = []
    for start in range(0, voices, CHUNK):
        count = min(CHUNK, voices - start)
        centres = _centres(table, count, rng)
        listed[start : start + count] = _recorded(table, centres, rng) @ turn
        again = mated[(mated >= start) & (mated < start + count)] - start
        if len(again):
            heard.append(_recorded(table, centres[again], rng))
    strangers = _recorded(table, _centres(table, probes - probes // 2, rng), rng)
    probed = np.concatenate((*heard, strangers)) @ turn
    return Population(listed=listed, probes=probed[rng.permutation(len(probed))])


def _centres(table: VoiceprintTable, count: int, rng: np.random.Generator) -> Vectors:
    rows = table.strangers_spread[:-WITHIN_ROWS]
    centres: Vectors = table.strangers_mean + rng.standard_normal((count, len(rows)), dtype=np.float32) @ rows
    return centres


def _recorded(table: VoiceprintTable, centres: Vectors, rng: np.random.Generator) -> Vectors:
    rows = table.strangers_spread[-WITHIN_ROWS:]
    moved = centres + rng.standard_normal((len(centres), len(rows)), dtype=np.float32) @ rows
    return table.whitening.apply(like_embeddings(moved, table.strangers_mean))
