"""What a stretch of audio is worth for a voiceprint: net speech, noise, clipping."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from voiceprint.audio import FULL_SCALE, RATE_HZ, Samples, checked

FRAME = 160  # 20 ms
MIN_LEVEL_DBFS = -55.0  # quieter than this is no speech on a telephone line
MIN_RANGE_DB = 8.0  # speech moves by more within a sentence; a hum or hiss does not
BRIDGE_FRAMES = 10  # 200 ms: gaps inside and between words stay in
MIN_RUN_FRAMES = 4  # 80 ms: shorter is a click

MIN_SNR_DB = 10.0
MAX_CLIPPED = 0.005
MIN_BANDWIDTH_HZ = 2_500.0  # a telephone line carries 3,400
BANDS_HZ = 125.0
BAND_RANGE_DB = 35.0

LOW_CONFIDENCE_BELOW_S = 10.0
LISTING_FROM_S = 20.0  # an entry lives for years, so it starts from enough speech


class Confidence(StrEnum):
    """How far a voiceprint of so much speech can be relied on."""

    NONE = "none"  # too little speech: no score
    LOW = "low"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """One stretch of audio, measured."""

    net_speech_s: float
    snr_db: float | None  # speech over the pauses around it; None: no speech, or no pause to compare with
    clipped: float  # share of samples at full scale, 0..1
    bandwidth_hz: (
        float | None
    )  # up to where the speech is within 35 dB of its strongest band; None: no speech

    def complaints(self) -> list[str]:
        """What makes a voiceprint of it worse, for staff; [] if nothing does."""
        found = []
        if self.snr_db is not None and self.snr_db < MIN_SNR_DB:
            found.append(f"noisy: speech only {self.snr_db:.0f} dB above the pauses")
        if self.clipped > MAX_CLIPPED:
            found.append(f"clipped: {100 * self.clipped:.1f} % of the samples are at full scale")
        if self.bandwidth_hz is not None and self.bandwidth_hz < MIN_BANDWIDTH_HZ:
            found.append(f"muffled: nothing above {self.bandwidth_hz:.0f} Hz")
        return found


def confidence(net_speech_s: float, *, min_speech_s: float) -> Confidence:
    if net_speech_s < min_speech_s:
        return Confidence.NONE
    return Confidence.LOW if net_speech_s < LOW_CONFIDENCE_BELOW_S else Confidence.NORMAL


def speech_frames(samples: Samples) -> NDArray[np.bool_]:
    """(len // 160,) bool: which 20 ms frames hold speech, by energy. Silence, hum and hiss give none.

    Meant for answers that voice activity detection has cut already: it takes the longer pauses out.
    """
    levels = _levels_dbfs(samples)
    if len(levels) == 0:
        return np.zeros(0, dtype=np.bool_)
    floor, peak = np.percentile(levels, (10, 95))
    if peak < MIN_LEVEL_DBFS or levels.max() - levels.min() < MIN_RANGE_DB:
        return np.zeros(len(levels), dtype=np.bool_)
    # A clip without a pause has no noise floor to measure: then only what is 18 dB under its peaks goes.
    threshold = np.clip(floor + 8.0, peak - 32.0, peak - 18.0)
    return _without_clicks(_bridged(levels > max(threshold, MIN_LEVEL_DBFS)))


def speech_only(samples: Samples) -> Samples:
    """The samples of the speech frames, joined, without their constant part: encoders level by power."""
    frames = speech_frames(samples)
    whole = samples[: len(frames) * FRAME].reshape(-1, FRAME)
    joined = whole[frames].reshape(-1)
    offset = round(float(joined.mean())) if len(joined) else 0
    centred: Samples = np.clip(joined.astype(np.int32) - offset, -32_768, 32_767).astype(np.int16)
    return centred


def measure(samples: Samples) -> Quality:
    """Raises SurveyError for audio of the wrong kind."""
    frames = speech_frames(samples)
    levels = _levels_dbfs(samples)
    snr_db: float | None = None
    if frames.any() and not frames.all():
        speech = 10 * np.log10(np.mean(10 ** (levels[frames] / 10)))
        noise = 10 * np.log10(np.mean(10 ** (levels[~frames] / 10)))
        snr_db = round(float(speech - noise), 1)
    at_full_scale = np.abs(samples.astype(np.int32)) >= FULL_SCALE * 0.999
    return Quality(
        net_speech_s=round(float(frames.sum()) * FRAME / RATE_HZ, 2),
        snr_db=snr_db,
        clipped=float(at_full_scale.mean()) if len(samples) else 0.0,
        bandwidth_hz=_bandwidth_hz(speech_only(samples)),
    )


def _bandwidth_hz(speech: Samples) -> float | None:
    size = int(RATE_HZ / BANDS_HZ)
    usable = len(speech) // size * size
    if usable == 0:
        return None
    spectra = np.abs(np.fft.rfft(speech[:usable].reshape(-1, size) * np.hanning(size), axis=1)) ** 2
    levels = 10 * np.log10(spectra.mean(axis=0) + 1e-9)
    return float(np.flatnonzero(levels > levels.max() - BAND_RANGE_DB)[-1] * BANDS_HZ)


def _levels_dbfs(samples: Samples) -> NDArray[np.float64]:
    usable = len(checked(samples)) // FRAME * FRAME
    framed = samples[:usable].reshape(-1, FRAME).astype(np.float64) / FULL_SCALE
    framed -= framed.mean() if framed.size else 0.0
    levels: NDArray[np.float64] = 10 * np.log10(np.mean(framed**2, axis=1) + 1e-10)
    return levels


def _runs(frames: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and end (exclusive) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], frames.astype(np.int8), [0]))))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _bridged(frames: NDArray[np.bool_]) -> NDArray[np.bool_]:
    bridged = frames.copy()
    runs = _runs(frames)
    for (_, end), (start, _) in pairwise(runs):
        if start - end <= BRIDGE_FRAMES:
            bridged[end:start] = True
    return bridged


def _without_clicks(frames: NDArray[np.bool_]) -> NDArray[np.bool_]:
    kept = frames.copy()
    for start, end in _runs(frames):
        if end - start < MIN_RUN_FRAMES:
            kept[start:end] = False
    return kept
