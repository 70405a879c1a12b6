"""Which of a recogniser's readings the sounds bear out. Pure.

An encoder-decoder continues a text and may leave what it hears; a connectionist temporal classification
(Graves et al., 2006) hears sounds and knows no words. Readings are put in order by both, as where the two
decode jointly (Watanabe et al., 2017).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from dialogue.hearing.phones import BLANK, HUM_IDS, phone_ids

# Of the sounds' nats against the decoder's. From 0.2 to 1 the characters wrong of three sets of recordings
# (seeds 81, 105, 117) differ by less than half a point.
SOUND_WEIGHT = 0.5
_IMPOSSIBLE = -1e6  # nats: in place of minus infinity, so that the decoder orders what has no such sounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One reading of an utterance."""

    text: str
    log_prob: float  # mean natural log per token
    total: float  # natural log of all tokens, the end included


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """The readings of one utterance, best first."""

    readings: tuple[Written, ...]
    # Nats per sound that the best of them explains worse than any sounds could; infinite: there is none.
    # None: the engine tells no sounds.
    missing: float | None

    @property
    def text(self) -> str:
        """Of the best; "" if there is none."""
        return self.readings[0].text if self.readings else ""


def ranked(readings: Iterable[Written], log_posteriors: NDArray[np.float32] | None) -> Ranked:
    """Each text once. `log_posteriors`: (frames, phones); None: the decoder's order stays. Blocks 3 ms."""
    found: dict[str, Written] = {}
    for reading in readings:
        if reading.text not in found or reading.total > found[reading.text].total:
            found[reading.text] = reading
    if log_posteriors is None:
        return Ranked(readings=tuple(found.values()), missing=None)
    if not found:
        return Ranked(readings=(), missing=float("inf"))
    sounds = dict(zip(found, sound_log_likelihoods(list(found), log_posteriors), strict=True))
    best, *others = sorted(
        found.values(), key=lambda r: r.total + SOUND_WEIGHT * max(sounds[r.text], _IMPOSSIBLE), reverse=True
    )
    free = float(log_posteriors.max(axis=1).sum())
    missing = (free - sounds[best.text]) / max(1, len(_sounds(best.text)))
    return Ranked(readings=(best, *others), missing=missing)


def sound_log_likelihoods(texts: Sequence[str], log_posteriors: NDArray[np.float32]) -> list[float]:
    """Natural log of P(the sounds of each text), over all alignments; -inf: more sounds than frames."""
    if not texts or not len(log_posteriors):
        return [float("-inf")] * len(texts)
    rows = torch.from_numpy(np.array(log_posteriors, dtype=np.float32))
    rows[:, BLANK] = torch.logsumexp(rows[:, [BLANK, *HUM_IDS]], dim=1)  # hums are written or not
    wanted = [_sounds(text) for text in texts]
    targets = torch.full((len(texts), max(1, *map(len, wanted))), BLANK, dtype=torch.long)
    for row, ids in zip(targets, wanted, strict=True):
        row[: len(ids)] = torch.tensor(ids, dtype=torch.long)
    losses = functional.ctc_loss(
        rows[:, None].expand(-1, len(texts), -1),
        targets,
        torch.full((len(texts),), len(rows)),
        torch.tensor([len(ids) for ids in wanted]),
        blank=BLANK,
        reduction="none",
    )
    return [-float(loss) for loss in losses]


def _sounds(text: str) -> tuple[int, ...]:
    return tuple(phone for phone in phone_ids(text) if phone not in HUM_IDS)
