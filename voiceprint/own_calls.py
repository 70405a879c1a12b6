"""Material for calibration from a bank's own recordings: FOLDER/<speaker>/<n>.wav, one call a file."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from voiceprint.audio import RATE_HZ, Samples
from voiceprint.encoder.port import SpeakerEncoder
from voiceprint.quality import LISTING_FROM_S
from voiceprint.recipe import Material
from voiceprint.speakers import SpeakerFolder, Unused, spoken
from voiceprint.voiceprint import Vectors

PROBE_S = (2.0, 5.0, 10.0, 20.0)
SHORT_S = (0.6, 1.0, 2.0, 3.0)
MIN_CALL_S = 2.0
MIN_CALLS = 4  # to be tried: two to enrol, two to probe


def material(
    speakers: Iterable[SpeakerFolder], encoder: SpeakerEncoder, unused: Unused, *, channel: int | None
) -> Iterator[tuple[str, Material]]:
    """One speaker after another; those with fewer than two calls of 2 s are left out. Blocks."""
    for speaker in speakers:
        heard = spoken(speaker, unused, channel=channel, min_samples=int(MIN_CALL_S * RATE_HZ))
        calls = [speech for _, speech in heard]
        if len(calls) >= 2:
            yield speaker.name, _of_one(calls, encoder)


def _of_one(calls: Sequence[Samples], encoder: SpeakerEncoder) -> Material:
    train = encoder.embed_many(calls)
    nothing = train[:0]
    if len(calls) < MIN_CALLS:
        return Material(train=train, entries=nothing, probes={}, shorts={})
    half = len(calls) // 2
    listed = np.concatenate(calls[:half])[: int(LISTING_FROM_S * RATE_HZ)]
    return Material(
        train=train,
        entries=encoder.embed_many([listed]),
        probes=_embedded({s: _cut(calls[half:], s) for s in PROBE_S}, encoder),
        shorts=_embedded({s: _two_of_each(calls, s) for s in SHORT_S}, encoder),
    )


def _embedded(cuts: dict[float, list[Samples]], encoder: SpeakerEncoder) -> dict[float, Vectors]:
    return {seconds: encoder.embed_many(pieces) for seconds, pieces in cuts.items() if pieces}


def _cut(calls: Sequence[Samples], seconds: float) -> list[Samples]:
    wanted = int(seconds * RATE_HZ)
    return [call[:wanted] for call in calls if len(call) >= 0.8 * wanted]


def _two_of_each(calls: Sequence[Samples], seconds: float) -> list[Samples]:
    wanted = int(seconds * RATE_HZ)
    return [piece for call in calls if len(call) >= 2 * wanted for piece in (call[:wanted], call[-wanted:])]
