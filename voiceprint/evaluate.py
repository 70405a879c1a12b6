"""Error rates on a folder of known speakers: all pairs of files, and a watch list of half of the speakers."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from voiceprint.audio import RATE_HZ, Samples, read
from voiceprint.backend import Backend
from voiceprint.encoder.port import SpeakerEncoder
from voiceprint.metrics import cllr, equal_error_rate, missed_at
from voiceprint.quality import speech_only
from voiceprint.training import fit_calibration
from voiceprint.voiceprint import Vectors
from voiceprint.whitening import GALLERY_FROM

ENROLLED_FILES = 2
FALSE_ALARM_SHARES = ("0.1", "0.01", "0.001")
DURATIONS_S = (2.0, 5.0, 8.0, 20.0)
MIN_FILE_S = 2.0
RESAMPLES = 200
BATCH = 32

Matrix = NDArray[np.float64]


class Rates(TypedDict):
    """One way of scoring. Intervals are 95 %, over speakers; None: cannot be told from so few trials."""

    eer: float
    cllr: float
    rank1: float
    fnir: dict[str, float | None]
    ci95: dict[str, tuple[float, float]]


class Gain(TypedDict):
    """How much lower an error is. The interval draws speakers anew, the same for both."""

    value: float
    ci95: tuple[float, float]


class Report(TypedDict):
    speakers: int
    utterances: int
    encoder: str
    skipped: int  # files with under 2 s of speech
    raw: Rates
    backend: Rates
    gain: dict[str, "Gain"]  # raw minus back end: EER, and FNIR where both could be told
    by_duration: dict[str, dict[str, float | int]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spoken:
    """The files, and who speaks in them."""

    speakers: NDArray[np.int64]  # (n,)
    names: list[str]  # of the files
    speech: list[Samples]


def evaluate_folder(
    folder: Path, encoder: SpeakerEncoder, backend: Backend, *, seed: int, trials: Path | None
) -> Report:
    """Nothing is fitted on the folder; as in a search, the back end is centred on who is enrolled.

    Blocks, about 0.1 s per file. Raises SurveyError.
    """
    spoken, skipped = _gather(folder)
    rng = np.random.default_rng(seed)
    enrolled = _enrolled(spoken.speakers, rng)
    vectors = _embed(spoken.speech, encoder)
    gallery = np.concatenate([vectors[files] for files in enrolled.values()])
    centred = backend.centred_on(gallery) if len(enrolled) >= GALLERY_FROM else backend
    scorers = _scorers(centred)
    matrices = {name: scorer(vectors) for name, scorer in scorers.items()}
    # The plain cosine is no likelihood ratio: for Cllr only, it gets the best line through these very trials.
    mated, strangers = _pairs(matrices["raw"], spoken.speakers)
    scale, offset = fit_calibration(mated, strangers)
    speech_s = np.array([len(speech) / RATE_HZ for speech in spoken.speech])
    llrs = {
        "raw": matrices["raw"] * scale + offset,
        "backend": _calibrated(matrices["backend"], speech_s, backend),
    }
    if trials is not None:
        _write_trials(trials, spoken, matrices["raw"], llrs["backend"])
    samples = [_resample(spoken.speakers, rng) for _ in range(RESAMPLES)]
    rates = {name: _rates(matrices[name], llrs[name], spoken.speakers, enrolled, samples) for name in scorers}
    return Report(
        speakers=len(set(spoken.speakers.tolist())),
        utterances=len(spoken.names),
        encoder=str(encoder.id),
        skipped=skipped,
        raw=rates["raw"],
        backend=rates["backend"],
        gain=_gains(matrices, rates, spoken.speakers, enrolled, samples),
        by_duration=_by_duration(spoken, encoder, scorers),
    )


def _gather(folder: Path) -> tuple[Spoken, int]:
    if not folder.is_dir():
        raise SurveyError(f"{folder}: no such folder; pass one with a folder of recordings per speaker")
    speakers, names, speech, skipped = [], [], [], 0
    for number, voice in enumerate(sorted(path for path in folder.iterdir() if path.is_dir())):
        for file in sorted(path for path in voice.iterdir() if path.suffix.lower() in (".wav", ".flac")):
            samples = speech_only(read(file))
            if len(samples) < MIN_FILE_S * RATE_HZ:
                skipped += 1
                continue
            speakers.append(number)
            names.append(f"{voice.name}/{file.name}")
            speech.append(samples)
    counts = np.bincount(np.array(speakers, dtype=np.int64)) if speakers else np.zeros(0)
    if np.sum(counts > ENROLLED_FILES) < 2 or np.sum(counts > 0) < 4:
        raise SurveyError(
            f"{folder}: too few speakers with speech; at least 4, two of them with 3 files of 2 s, are needed"
        )
    return Spoken(speakers=np.array(speakers, dtype=np.int64), names=names, speech=speech), skipped


def _embed(speech: Sequence[Samples], encoder: SpeakerEncoder) -> Vectors:
    parts = [encoder.embed_many(speech[start : start + BATCH]) for start in range(0, len(speech), BATCH)]
    return np.concatenate(parts)


def _scorers(backend: Backend) -> dict[str, Callable[[Vectors], Matrix]]:
    def raw(vectors: Vectors) -> Matrix:
        matrix: Matrix = (vectors @ vectors.T).astype(np.float64)
        return matrix

    def fitted(vectors: Vectors) -> Matrix:
        whitened = backend.whitened(vectors)
        matrix: Matrix = (whitened @ whitened.T).astype(np.float64)
        return matrix

    return {"raw": raw, "backend": fitted}


def _calibrated(scores: Matrix, speech_s: NDArray[np.float64], backend: Backend) -> Matrix:
    shorter = np.minimum.outer(speech_s, speech_s)
    llrs: Matrix = np.vectorize(backend.llr, otypes=[np.float64])(scores, shorter)
    return llrs


def _pairs(matrix: Matrix, speakers: NDArray[np.int64]) -> tuple[Matrix, Matrix]:
    """Scores of all pairs of different files: of one speaker, and of two."""
    rows, columns = np.triu_indices(len(speakers), 1)
    same = speakers[rows] == speakers[columns]
    scores = matrix[rows, columns]
    return scores[same], scores[~same]


def _resample(speakers: NDArray[np.int64], rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Files by drawn speaker. A speaker drawn twice is two speakers whose files are never compared."""
    known = np.unique(speakers)
    return [np.flatnonzero(speakers == speaker) for speaker in rng.choice(known, len(known))]


def _eer(matrix: Matrix, speakers: NDArray[np.int64], chosen: list[NDArray[np.int64]]) -> float:
    mated, strangers = [], []
    for i, files in enumerate(chosen):
        mated.append(matrix[np.ix_(files, files)][np.triu_indices(len(files), 1)])
        for others in chosen[i + 1 :]:
            if speakers[files[0]] != speakers[others[0]]:
                strangers.append(matrix[np.ix_(files, others)].ravel())
    if not strangers or not sum(map(len, mated)):
        return 0.5
    return equal_error_rate(np.concatenate(mated), np.concatenate(strangers))


def _enrolled(speakers: NDArray[np.int64], rng: np.random.Generator) -> dict[int, NDArray[np.int64]]:
    """Half of the speakers that have files to spare, each with two of them."""
    able = [int(speaker) for speaker in np.unique(speakers) if np.sum(speakers == speaker) > ENROLLED_FILES]
    chosen = rng.permutation(able)[: max(1, len(np.unique(speakers)) // 2)]
    return {
        int(speaker): rng.permutation(np.flatnonzero(speakers == speaker))[:ENROLLED_FILES]
        for speaker in chosen
    }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Searched:
    """What a list of the enrolled answers to every other file."""

    found: Matrix  # best score of listed speakers' probes; minus infinity where another entry was nearer
    found_speakers: NDArray[np.int64]
    unlisted: Matrix  # best score of the others' probes
    unlisted_speakers: NDArray[np.int64]


def _searched(
    matrix: Matrix, speakers: NDArray[np.int64], enrolled: Mapping[int, NDArray[np.int64]]
) -> _Searched:
    listed = np.array(list(enrolled))
    probes = np.setdiff1d(np.arange(len(speakers)), np.concatenate(list(enrolled.values())))
    against = np.stack([matrix[probes][:, files].mean(axis=1) for files in enrolled.values()], axis=1)
    best, winner = against.max(axis=1), listed[against.argmax(axis=1)]
    mated = np.isin(speakers[probes], listed)
    right = winner[mated] == speakers[probes][mated]
    return _Searched(
        found=np.where(right, best[mated], -np.inf),
        found_speakers=speakers[probes][mated],
        unlisted=best[~mated],
        unlisted_speakers=speakers[probes][~mated],
    )


def _rates(
    matrix: Matrix,
    llrs: Matrix,
    speakers: NDArray[np.int64],
    enrolled: Mapping[int, NDArray[np.int64]],
    samples: Sequence[list[NDArray[np.int64]]],
) -> Rates:
    searched = _searched(matrix, speakers, enrolled)
    fnir: dict[str, float | None] = {
        share: missed_at(searched.found, searched.unlisted, float(share)) for share in FALSE_ALARM_SHARES
    }
    same, different = _pairs(llrs, speakers)
    ci95 = {"eer": _interval([_eer(matrix, speakers, chosen) for chosen in samples])}
    for share, value in fnir.items():
        if value is not None:
            ci95[f"fnir@{share}"] = _interval(_drawn_fnir(searched, float(share)))
    return Rates(
        eer=round(equal_error_rate(*_pairs(matrix, speakers)), 4),
        cllr=round(cllr(same, different), 4),
        rank1=round(float(np.isfinite(searched.found).mean()), 4),
        fnir={share: None if value is None else round(value, 4) for share, value in fnir.items()},
        ci95=ci95,
    )


def _gains(
    matrices: Mapping[str, Matrix],
    rates: Mapping[str, Rates],
    speakers: NDArray[np.int64],
    enrolled: Mapping[int, NDArray[np.int64]],
    samples: Sequence[list[NDArray[np.int64]]],
) -> dict[str, Gain]:
    raw, backend = matrices["raw"], matrices["backend"]
    drawn = [_eer(raw, speakers, chosen) - _eer(backend, speakers, chosen) for chosen in samples]
    gains = {
        "eer": Gain(value=round(rates["raw"]["eer"] - rates["backend"]["eer"], 4), ci95=_interval(drawn))
    }
    before, after = (_searched(matrix, speakers, enrolled) for matrix in (raw, backend))
    for share in FALSE_ALARM_SHARES:
        first, second = rates["raw"]["fnir"][share], rates["backend"]["fnir"][share]
        if first is None or second is None:
            continue
        pairs = zip(_drawn_fnir(before, float(share)), _drawn_fnir(after, float(share)), strict=True)
        gains[f"fnir@{share}"] = Gain(
            value=round(first - second, 4), ci95=_interval([one - other for one, other in pairs])
        )
    return gains


def _drawn_fnir(searched: _Searched, share: float) -> list[float]:
    """FNIR with speakers drawn anew; the same draws whatever the scores."""
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(RESAMPLES):
        listed = _draw_by_speaker(searched.found, searched.found_speakers, rng)
        strangers = _draw_by_speaker(searched.unlisted, searched.unlisted_speakers, rng)
        drawn.append(float(np.mean(listed < np.quantile(strangers, 1 - share))))
    return drawn


def _draw_by_speaker(scores: Matrix, speakers: NDArray[np.int64], rng: np.random.Generator) -> Matrix:
    known = np.unique(speakers)
    return np.concatenate([scores[speakers == speaker] for speaker in rng.choice(known, len(known))])


def _by_duration(
    spoken: Spoken, encoder: SpeakerEncoder, scorers: Mapping[str, Callable[[Vectors], Matrix]]
) -> dict[str, dict[str, float | int]]:
    """EER with every file cut to so much speech; lengths that too few files have are left out."""
    rates: dict[str, dict[str, float | int]] = {}
    for seconds in DURATIONS_S:
        long_enough = [i for i, speech in enumerate(spoken.speech) if len(speech) >= 0.8 * seconds * RATE_HZ]
        speakers = spoken.speakers[long_enough]
        if len(np.unique(speakers)) < 2 or np.bincount(speakers).max() < 2:
            continue
        vectors = _embed([spoken.speech[i][: int(seconds * RATE_HZ)] for i in long_enough], encoder)
        rates[f"{seconds:.0f}"] = {
            f"{name}_eer": round(equal_error_rate(*_pairs(scorer(vectors), speakers)), 4)
            for name, scorer in scorers.items()
        } | {"utterances": len(long_enough)}
    return rates


def _interval(values: Sequence[float]) -> tuple[float, float]:
    low, high = np.percentile(values, (2.5, 97.5))
    return round(float(low), 4), round(float(high), 4)


def _write_trials(path: Path, spoken: Spoken, raw: Matrix, llrs: Matrix) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("first", "second", "same_speaker", "cosine", "llr"))
        for i, j in zip(*np.triu_indices(len(spoken.names), 1), strict=True):
            same = int(spoken.speakers[i] == spoken.speakers[j])
            writer.writerow((spoken.names[i], spoken.names[j], same, f"{raw[i, j]:.4f}", f"{llrs[i, j]:.3f}"))
