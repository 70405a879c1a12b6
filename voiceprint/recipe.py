"""From recordings of known speakers to the back end's numbers; everything reported is from voices left out.

A model tried on two speakers saw neither of them.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from voiceprint.filler import like_embeddings
from voiceprint.metrics import cllr, equal_error_rate
from voiceprint.tables import (
    MATED_PERCENT,
    DurationRow,
    Origin,
    ShortRow,
    TableFile,
    TailRow,
    VoiceprintTable,
)
from voiceprint.training import Scores, fit_calibration, fit_whitening, strangers_spread
from voiceprint.voiceprint import EncoderId, Vectors
from voiceprint.whitening import Whitening

# By error rates on voices left out: 0.1 to 3 were tried; less is worse on bad lines, 0.5 to 3 alike.
SHRINKAGE = 1.0
# So the nearest of n drawn strangers is as near as the nearest of n human ones (tests/voiceprint).
SPREAD = 0.9
# To this share the strangers' tail is counted on human pairs, beyond it has the drawn ones' shape.
JOIN_SHARE = 1e-3
MIN_SPEAKERS = 10
RESAMPLES = 100
RARER = (1e-4, 1e-5, 2e-6)

Compared = Callable[[str, str], bool]  # whether two voices surely are two persons


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Embeddings of one voice. Entries and probes share no recording."""

    train: Vectors  # (n, d), over as many lines as there are
    entries: Vectors  # (k, d) of about 20 s; none: the voice is fitted on, not tried
    probes: Mapping[float, Vectors]  # by seconds of speech: (m, d)
    shorts: Mapping[float, Vectors]  # by seconds: (2 c, d), two stretches of each of c calls in turn


@dataclass(kw_only=True)
class Trials:
    """Scores of each voice against itself and against strangers, by seconds of speech."""

    mated: dict[float, dict[str, list[Scores]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    strangers: dict[float, list[Scores]] = field(default_factory=lambda: defaultdict(list))

    def note(self, seconds: float, first: str, second: str, scores: NDArray[np.float32]) -> None:
        values = scores.ravel().astype(np.float64)
        if first == second:
            self.mated[seconds][first].append(values)
        else:
            self.strangers[seconds].append(values)

    def at(self, seconds: float) -> tuple[Scores, Scores]:
        mated = [scores for of_voice in self.mated[seconds].values() for scores in of_voice]
        return np.concatenate(mated), np.concatenate(self.strangers[seconds])


def make_table(
    voices: Mapping[str, Material], persons: Mapping[str, str], encoder: EncoderId, *, source: str, note: str,
    compared: Compared,
) -> VoiceprintTable:  # fmt: skip
    """`persons`: who or what must be left out together, by voice. Raises SurveyError for too few speakers."""
    tried = [name for name, voice in voices.items() if len(voice.entries)]
    if len({persons[name] for name in tried}) < MIN_SPEAKERS:
        raise SurveyError(
            f"calibration: {len(tried)} speakers have enough speech, {MIN_SPEAKERS} are needed; "
            "add speakers with at least 4 recordings of 10 s"
        )
    probes, shorts = _held_out(voices, persons, tried, compared)
    whitening = fit_whitening({name: voice.train for name, voice in voices.items()}, shrinkage=SHRINKAGE)
    spread = strangers_spread({name: voice.train for name, voice in voices.items()}, SPREAD)
    counted = np.concatenate([probes.at(seconds)[1] for seconds in probes.strangers])
    durations = tuple(_duration_row(voices, tried, probes, s, compared) for s in sorted(probes.mated))
    arrays = {"mean": whitening.mean, "projection": whitening.projection, "spread": spread}
    file = TableFile(
        model=encoder.model,
        version=encoder.version,
        checksum=encoder.checksum,
        arrays="voiceprint.npz",
        arrays_checksum="0" * 64,  # until it is saved
        origin=Origin.model_validate(
            {"source": source, "voices": len(voices), "tried": len(tried), "note": note}
        ),
        durations=durations,
        strangers=tuple(_tail_rows(counted, whitening, spread)),
        shorts=tuple(_short_row(shorts, s) for s in sorted(shorts.mated)),
    )
    return VoiceprintTable(file, arrays)


def _held_out(
    voices: Mapping[str, Material], persons: Mapping[str, str], tried: list[str], compared: Compared
) -> tuple[Trials, Trials]:
    probes, shorts = Trials(), Trials()
    people = sorted({persons[name] for name in tried})
    pairs: Iterable[tuple[str, str]] = itertools.combinations_with_replacement(people, 2)
    for pair in pairs:
        model = fit_whitening(
            {name: voice.train for name, voice in voices.items() if persons[name] not in pair},
            shrinkage=SHRINKAGE,
        )
        both = [name for name in tried if persons[name] in pair]
        for first, second in itertools.product(both, both):
            # Each pair of persons once; a person against himself only in the pair of himself.
            alone = pair[0] == pair[1]
            if (persons[first] == persons[second]) != alone or (
                first != second and not compared(first, second)
            ):
                continue
            listed = model.apply(voices[first].entries)
            for seconds, vectors in voices[second].probes.items():
                probes.note(seconds, first, second, listed @ model.apply(vectors).T)
            for seconds, vectors in voices[second].shorts.items():  # both over the same line
                one, other = voices[first].shorts[seconds][0::2], vectors[1::2]
                calls = min(len(one), len(other))
                scores = np.sum(model.apply(one[:calls]) * model.apply(other[:calls]), axis=1)
                shorts.note(seconds, first, second, scores)
    return probes, shorts


def _duration_row(
    voices: Mapping[str, Material], tried: list[str], trials: Trials, seconds: float, compared: Compared
) -> DurationRow:
    mated, strangers = trials.at(seconds)
    scale, offset = fit_calibration(mated, strangers)
    same, different = _raw(voices, tried, seconds, compared)
    by_voice = [np.concatenate(scores) for scores in trials.mated[seconds].values()]
    rng = np.random.default_rng(0)
    drawn = [
        np.percentile(
            np.concatenate([by_voice[i] for i in rng.integers(0, len(by_voice), len(by_voice))]),
            MATED_PERCENT,
        )
        for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(drawn, (2.5, 97.5), axis=0)
    return DurationRow(
        speech_s=seconds,
        scale=round(scale, 4),
        offset=round(offset, 3),
        n_mated=len(same),
        n_strangers=len(different),
        eer=round(equal_error_rate(mated, strangers), 4),
        raw_eer=round(equal_error_rate(same, different), 4),
        cllr=round(cllr(mated * scale + offset, strangers * scale + offset), 4),
        mated=_rounded(np.percentile(mated, MATED_PERCENT)),
        mated_low=_rounded(low),
        mated_high=_rounded(high),
    )


def _raw(
    voices: Mapping[str, Material], tried: list[str], seconds: float, compared: Compared
) -> tuple[Scores, Scores]:
    """Plain cosines of the same trials."""
    mated, strangers = [], []
    for entry, probe in itertools.product(tried, tried):
        if seconds not in voices[probe].probes:
            continue
        scores = (voices[entry].entries @ voices[probe].probes[seconds].T).ravel().astype(np.float64)
        if entry == probe:
            mated.append(scores)
        elif compared(entry, probe):
            strangers.append(scores)
    return np.concatenate(mated), np.concatenate(strangers)


def _tail_rows(counted: Scores, whitening: Whitening, spread: NDArray[np.float32]) -> list[TailRow]:
    """Counted on pairs of humans as far as these go; then the drawn strangers' tail, shifted to meet."""
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((6_000, len(spread)), dtype=np.float32)
    latents = whitening.apply(like_embeddings(whitening.mean + weights @ spread, whitening.mean))
    scores = (latents[:4_000] @ latents[4_000:].T).ravel()
    shift = float(np.quantile(counted, 1 - JOIN_SHARE) - np.quantile(scores, 1 - JOIN_SHARE))
    shares = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, JOIN_SHARE)
    rows = [(share, float(np.quantile(counted, 1 - share))) for share in shares]
    rows += [(share, float(np.quantile(scores, 1 - share)) + shift) for share in RARER]
    return [TailRow(share=share, score=round(score, 4)) for share, score in rows]


def _short_row(trials: Trials, seconds: float) -> ShortRow:
    same, different = trials.at(seconds)
    scale, offset = fit_calibration(same, different)
    return ShortRow(
        speech_s=seconds,
        scale=round(scale, 4),
        offset=round(offset, 3),
        n_mated=len(same),
        n_strangers=len(different),
        eer=round(equal_error_rate(same, different), 4),
    )


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)
