"""Error rates on a folder of known speakers: all pairs of files, and a watch list of half of the speakers."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from voiceprint.audio import RATE_HZ, Samples
from voiceprint.backend import Backend
from voiceprint.encoder.port import SpeakerEncoder
from voiceprint.lengths import of_length
from voiceprint.metrics import cllr, equal_error_rate, missed_at
from voiceprint.open_set import Searched, drawn_eers, search
from voiceprint.speakers import Unused, speaker_folders, spoken
from voiceprint.training import fit_calibration
from voiceprint.voiceprint import Vectors
from voiceprint.whitening import GALLERY_FROM

ENROLLED_FILES = 2
ENROLMENTS = 100  # random halves of the speakers, pooled: which half is enrolled moves FNIR by many percent
FALSE_ALARM_SHARES = ("0.1", "0.01", "0.001")
DURATIONS_S = (2.0, 5.0, 8.0, 20.0)
MIN_FILE_S = 2.0
RESAMPLES = 200
BATCH = 32

Matrix = NDArray[np.float64]
Speakers = NDArray[np.int64]  # shape (n,): who speaks in each file
Enrolled = dict[int, NDArray[np.int64]]  # files by speaker


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
    unreadable: list[str]  # files that hold no audio; left out
    raw: Rates
    backend: Rates
    gain: dict[str, Gain]  # raw minus back end: EER, and FNIR where both could be told
    by_duration: dict[str, dict[str, float | int]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spoken:
    """The files, and who speaks in them."""

    speakers: Speakers
    names: list[str]  # of the files
    speech: list[Samples]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """The report, and the scores behind it for pictures."""

    report: Report
    llrs: tuple[Matrix, Matrix]  # of pairs of one speaker, of two; by the back end


@dataclass(frozen=True, slots=True, kw_only=True)
class _Errors:
    """Of one scorer, with the errors of every resample in the same order."""

    eer: float
    drawn_eer: list[float]
    fnir: dict[str, float | None]
    drawn_fnir: dict[str, list[float]]
    rank1: float


def evaluate_folder(
    folder: Path,
    encoder: SpeakerEncoder,
    backend: Backend,
    *,
    seed: int,
    trials: Path | None,
    channel: int | None,
    tell: Callable[[str, int, int], None],
) -> Evaluation:
    """Nothing is fitted on the folder; as in a search, the back end is centred on who is enrolled.

    `tell`: what is being done, how many of it are done, of how many. Blocks, about 0.2 s per file.
    Raises SurveyError.
    """
    heard, unused = _gather(folder, channel, tell)
    speakers, rng = heard.speakers, np.random.default_rng(seed)
    enrolments = [_enrolled(speakers, rng) for _ in range(ENROLMENTS)]
    vectors = _embed(heard.speech, encoder, _telling(tell, "embedding", len(heard.speech)))
    first = _centred(backend, vectors, enrolments[0])
    cosines, scores = _cosines(vectors), _cosines(first.whitened(vectors))
    searches: dict[str, list[Searched]] = {"raw": [], "backend": []}
    for done, enrolled in enumerate(enrolments, 1):
        searches["raw"].append(search(cosines, speakers, enrolled))
        whitened = _centred(backend, vectors, enrolled).whitened(vectors)
        searches["backend"].append(search(_cosines(whitened), speakers, enrolled))
        tell("searching", done, len(enrolments))
    samples = [_counts(speakers, rng) for _ in range(RESAMPLES)]
    errors = {
        "raw": _errors(cosines, searches["raw"], speakers, samples),
        "backend": _errors(scores, searches["backend"], speakers, samples),
    }
    # The plain cosine is no likelihood ratio: for Cllr only, it gets the best line through these very trials.
    scale, offset = fit_calibration(*_pairs(cosines, speakers))
    speech_s = np.array([len(speech) / RATE_HZ for speech in heard.speech])
    llrs = _calibrated(scores, speech_s, first)
    if trials is not None:
        _write_trials(trials, heard, cosines, llrs)
    report = Report(
        speakers=len(np.unique(speakers)),
        utterances=len(heard.names),
        encoder=str(encoder.id),
        skipped=len(unused.short),
        unreadable=[str(file) for file in unused.unreadable],
        raw=_rates(errors["raw"], cllr(*_pairs(cosines * scale + offset, speakers))),
        backend=_rates(errors["backend"], cllr(*_pairs(llrs, speakers))),
        gain=_gains(errors["raw"], errors["backend"]),
        by_duration=_by_duration(heard, vectors, encoder, first, tell),
    )
    return Evaluation(report=report, llrs=_pairs(llrs, speakers))


def _centred(backend: Backend, vectors: Vectors, enrolled: Enrolled) -> Backend:
    if len(enrolled) < GALLERY_FROM:
        return backend
    return backend.centred_on(np.concatenate([vectors[files] for files in enrolled.values()]))


def _gather(
    folder: Path, channel: int | None, tell: Callable[[str, int, int], None]
) -> tuple[Spoken, Unused]:
    speakers, names, speech, unused = [], [], [], Unused()
    folders = speaker_folders(folder)
    for number, speaker in enumerate(folders):
        min_samples = int(MIN_FILE_S * RATE_HZ)
        for file, samples in spoken(speaker, unused, channel=channel, min_samples=min_samples):
            speakers.append(number)
            names.append(f"{speaker.name}/{file.name}")
            speech.append(samples)
        tell("reading", number + 1, len(folders))
    counts = np.bincount(np.array(speakers, dtype=np.int64)) if speakers else np.zeros(0)
    if np.sum(counts > ENROLLED_FILES) < 2 or np.sum(counts > 0) < 4:
        raise SurveyError(
            f"{folder}: {np.sum(counts > 0)} speakers with speech, {np.sum(counts > ENROLLED_FILES)} of them "
            f"with 3 files of 2 s ({len(unused.short)} files are shorter, {len(unused.unreadable)} hold no "
            "audio); too few: pass at least 4 speakers, 2 of them with 3 files"
        )
    return Spoken(speakers=np.array(speakers, dtype=np.int64), names=names, speech=speech), unused


def _embed(speech: Sequence[Samples], encoder: SpeakerEncoder, tell: Callable[[int], None]) -> Vectors:
    made = []
    for start in range(0, len(speech), BATCH):
        made.append(encoder.embed_many(speech[start : start + BATCH]))
        tell(min(len(speech), start + BATCH))
    return np.concatenate(made)


def _cosines(vectors: Vectors) -> Matrix:
    matrix: Matrix = (vectors @ vectors.T).astype(np.float64)
    return matrix


def _calibrated(scores: Matrix, speech_s: NDArray[np.float64], backend: Backend) -> Matrix:
    shorter = np.minimum.outer(speech_s, speech_s)
    return backend.llrs(scores, shorter)


def _pairs(matrix: Matrix, speakers: NDArray[np.int64]) -> tuple[Matrix, Matrix]:
    """Scores of all pairs of different files: of one speaker, and of two."""
    rows, columns = np.triu_indices(len(speakers), 1)
    same = speakers[rows] == speakers[columns]
    scores = matrix[rows, columns]
    return scores[same], scores[~same]


def _counts(speakers: Speakers, rng: np.random.Generator) -> NDArray[np.int64]:
    """(highest speaker + 1,): how often each speaker is drawn, as many draws as there are speakers."""
    known = np.unique(speakers)
    return np.bincount(rng.choice(known, len(known)), minlength=int(known.max()) + 1)


def _enrolled(speakers: Speakers, rng: np.random.Generator) -> Enrolled:
    """Half of the speakers that have files to spare, each with two of them."""
    able = [int(speaker) for speaker in np.unique(speakers) if np.sum(speakers == speaker) > ENROLLED_FILES]
    chosen = rng.permutation(able)[: max(1, len(np.unique(speakers)) // 2)]
    return {
        int(speaker): rng.permutation(np.flatnonzero(speakers == speaker))[:ENROLLED_FILES]
        for speaker in chosen
    }


def _errors(
    matrix: Matrix, searches: Sequence[Searched], speakers: Speakers, samples: Sequence[NDArray[np.int64]]
) -> _Errors:
    searched = Searched.pooled(searches)
    fnir = {share: missed_at(searched.found, searched.unlisted, float(share)) for share in FALSE_ALARM_SHARES}
    return _Errors(
        eer=equal_error_rate(*_pairs(matrix, speakers)),
        drawn_eer=drawn_eers(matrix, speakers, samples),
        fnir=fnir,
        drawn_fnir={
            share: searched.drawn_fnirs(float(share), samples)
            for share, rate in fnir.items()
            if rate is not None
        },
        rank1=float(np.isfinite(searched.found).mean()),
    )


def _rates(errors: _Errors, cost: float) -> Rates:
    drawn = {"eer": errors.drawn_eer} | {f"fnir@{share}": rates for share, rates in errors.drawn_fnir.items()}
    return Rates(
        eer=round(errors.eer, 4),
        cllr=round(cost, 4),
        rank1=round(errors.rank1, 4),
        fnir={share: None if rate is None else round(rate, 4) for share, rate in errors.fnir.items()},
        ci95={name: _interval(rates) for name, rates in drawn.items()},
    )


def _gains(raw: _Errors, backend: _Errors) -> dict[str, Gain]:
    gains = {"eer": _gain(raw.eer, backend.eer, raw.drawn_eer, backend.drawn_eer)}
    for share, before in raw.fnir.items():
        after = backend.fnir[share]
        if before is not None and after is not None:
            gains[f"fnir@{share}"] = _gain(before, after, raw.drawn_fnir[share], backend.drawn_fnir[share])
    return gains


def _gain(before: float, after: float, drawn_before: Sequence[float], drawn_after: Sequence[float]) -> Gain:
    drawn = [one - other for one, other in zip(drawn_before, drawn_after, strict=True)]
    return Gain(value=round(before - after, 4), ci95=_interval(drawn))


def _by_duration(
    heard: Spoken,
    whole: Vectors,
    encoder: SpeakerEncoder,
    backend: Backend,
    tell: Callable[[str, int, int], None],
) -> dict[str, dict[str, float | int]]:
    """EER with so much speech a recording: files are cut to it, and a speaker's shorter ones joined in turn.

    `whole` (n, d): the files' own embeddings. A length is left out where fewer than two speakers have a
    recording of it, or nobody has two.
    """
    rates: dict[str, dict[str, float | int]] = {}
    for seconds in DURATIONS_S:
        recordings = list(of_length(heard.speakers, heard.speech, int(seconds * RATE_HZ)))
        speakers = np.array([recording.speaker for recording in recordings], dtype=np.int64)
        if len(np.unique(speakers)) < 2 or np.bincount(speakers).max() < 2:
            continue
        vectors = np.stack([whole[recording.file] for recording in recordings])
        changed = [i for i, recording in enumerate(recordings) if recording.changed]
        if changed:
            telling = _telling(tell, f"embedding {seconds:.0f} s of each", len(changed))
            vectors[changed] = _embed([recordings[i].speech for i in changed], encoder, telling)
        rates[f"{seconds:.0f}"] = {
            "raw_eer": round(equal_error_rate(*_pairs(_cosines(vectors), speakers)), 4),
            "backend_eer": round(equal_error_rate(*_pairs(_cosines(backend.whitened(vectors)), speakers)), 4),
            "utterances": len(recordings),
        }
    return rates


def _telling(tell: Callable[[str, int, int], None], what: str, of: int) -> Callable[[int], None]:
    return lambda done: tell(what, done, of)


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
