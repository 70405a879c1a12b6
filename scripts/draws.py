"""Embeddings of every voice over many random lines: what the back end is fitted on and tried on."""

import sys
from collections.abc import Sequence

import numpy as np
from telephone import RATE_HZ, TelephoneLine, Wave

from voiceprint.audio import Samples
from voiceprint.encoder.port import SpeakerEncoder
from voiceprint.quality import speech_only
from voiceprint.recipe import Material

ENTRY_S = 20.0
PROBE_S = (2.0, 5.0, 10.0, 20.0)
SHORT_S = (0.6, 1.0, 2.0, 3.0)
TRAIN_S = (8.0,) * 12
ENTRIES = PROBES = 4
TRIED_FROM_S = 40.0  # of speech; a voice with less is fitted on but not tried
CALLS = 4  # lines per voice for comparing short stretches of one call


def draw(clips: Sequence[Wave], encoder: SpeakerEncoder, *, seed: int) -> Material:
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(clips))
    half = len(clips) // 2
    first, second = [clips[i] for i in order[:half]], [clips[i] for i in order[half:]]
    everything = [*first, *second]

    def embedded(source: Sequence[Wave], seconds: float) -> Samples:
        return _spoken(source, seconds, TelephoneLine.drawn(rng), rng)

    train = encoder.embed_many([embedded(everything, s) for s in TRAIN_S])
    if sum(map(len, clips)) < TRIED_FROM_S * RATE_HZ:
        return Material(train=train, entries=train[:0], probes={}, shorts={})
    # The same lines for every voice, so that strangers too can be compared over one line.
    lines = [TelephoneLine.drawn(np.random.default_rng(call)) for call in range(CALLS)]
    return Material(
        train=train,
        entries=encoder.embed_many([embedded(first, ENTRY_S) for _ in range(ENTRIES)]),
        probes={s: encoder.embed_many([embedded(second, s) for _ in range(PROBES)]) for s in PROBE_S},
        shorts={
            s: encoder.embed_many(
                [_spoken(source, s, line, rng) for line in lines for source in (first, second)]
            )
            for s in SHORT_S
        },
    )


def draw_all(voices: dict[str, list[Wave]], encoder: SpeakerEncoder) -> dict[str, Material]:
    draws = {}
    for seed, (name, clips) in enumerate(sorted(voices.items())):
        print(f"\rembedding {seed + 1} of {len(voices)} voices", end="", file=sys.stderr)
        draws[name] = draw(clips, encoder, seed=seed)
    print(file=sys.stderr)
    return draws


def _spoken(clips: Sequence[Wave], seconds: float, line: TelephoneLine, rng: np.random.Generator) -> Samples:
    """So much speech over this line, less if the voice has less: clips in random order, from any point on."""
    wanted = int(seconds * RATE_HZ)
    joined = np.concatenate([clips[i] for i in rng.permutation(len(clips))])
    start = int(rng.integers(0, max(1, len(joined) - wanted + 1)))
    heard = line.carry(joined[start : start + wanted], rng)
    speech = speech_only(heard)
    enough = max(RATE_HZ * 0.55, 0.7 * min(wanted, len(heard)))
    return speech if len(speech) >= enough else heard
