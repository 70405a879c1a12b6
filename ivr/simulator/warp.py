"""Another person from the same synthesiser: pitch and vocal-tract length changed with the WORLD vocoder."""

import importlib.machinery
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from ivr.simulator.persona import Warp

HOP_MS = 5.0


def warped(samples: NDArray[np.float32], rate_hz: int, warp: Warp) -> NDArray[np.float32]:
    """The same words by somebody else; same length to within one hop. Blocks for about 0.3 x real time."""
    if warp == Warp():
        return samples
    world = vocoder()
    sound = samples.astype(np.float64)
    pitch, times = world.dio(sound, rate_hz, frame_period=HOP_MS)
    pitch = world.stonemask(sound, pitch, times, rate_hz)
    envelope = world.cheaptrick(sound, pitch, times, rate_hz)
    aperiodicity = world.d4c(sound, pitch, times, rate_hz)
    if warp.formant_ratio != 1.0:
        bins = np.arange(envelope.shape[1], dtype=np.float64)
        source = np.minimum(bins / warp.formant_ratio, bins[-1])
        envelope = _stretched(np.log(envelope + 1e-16), bins, source, exp=True)
        aperiodicity = _stretched(aperiodicity, bins, source, exp=False)
    pitch = pitch * 2.0 ** (warp.pitch_semitones / 12.0)
    spoken = world.synthesize(pitch, envelope, np.clip(aperiodicity, 0.0, 1.0), rate_hz, HOP_MS)
    return np.asarray(spoken, dtype=np.float32)


def _stretched(
    rows: NDArray[np.float64], bins: NDArray[np.float64], source: NDArray[np.float64], *, exp: bool
) -> NDArray[np.float64]:
    """Every row read at `source` instead of at `bins`; `exp` undoes a logarithm."""
    low = np.floor(source).astype(int)
    high = np.minimum(low + 1, bins.size - 1)
    share = source - low
    mixed = rows[:, low] * (1 - share) + rows[:, high] * share
    return np.ascontiguousarray(np.exp(mixed) if exp else mixed)


@cache
def vocoder() -> Any:
    """The compiled part of pyworld. Its package cannot be imported where setuptools >= 82 is installed: it
    asks pkg_resources, which is gone, for nothing but its own version number."""
    package = importlib.util.find_spec("pyworld")
    for folder in (package.submodule_search_locations or []) if package else []:
        for suffix in importlib.machinery.EXTENSION_SUFFIXES:
            file = Path(folder) / f"pyworld{suffix}"
            if file.exists():
                spec = importlib.util.spec_from_file_location("pyworld.pyworld", file)
                assert spec is not None
                assert spec.loader is not None
                module = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(module)
                return module
    raise SurveyError("pyworld: not installed; install the extra `speech`")
