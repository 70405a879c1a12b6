"""The measured constants of the back end: config/tables/voiceprint.yaml and the arrays beside it."""

import hashlib
import io
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

import config
from config.document import check, read_document
from decision_hook.contract import SurveyError
from voiceprint.voiceprint import EncoderId
from voiceprint.whitening import Whitening

VOICEPRINT_TABLE = Path(config.__file__).parent / "tables" / "voiceprint.yaml"

Share = Annotated[float, Field(ge=0, le=1)]
Quantiles = Annotated[tuple[float, ...], Field(min_length=13, max_length=13)]
Seconds = Annotated[float, Field(gt=0, le=600)]


class Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Origin(Row):
    """What the numbers were measured on."""

    source: Literal["simulated", "calls"]  # simulated: human voices over simulated telephone lines
    voices: Annotated[int, Field(ge=1)]  # human, fitted on
    tried: Annotated[int, Field(ge=1)]  # of them with speech enough for trials
    note: str


class DurationRow(Row):
    """One length of probe, against entries of 20 s, on voices the back end was not fitted on."""

    speech_s: Seconds
    scale: Annotated[float, Field(gt=0)]  # llr = scale * score + offset
    offset: float
    n_mated: Annotated[int, Field(ge=1)]
    n_strangers: Annotated[int, Field(ge=1)]
    eer: Share
    raw_eer: Share  # of the plain cosine, for comparison
    cllr: Annotated[float, Field(ge=0)]
    # Scores of one voice against itself, at 1, 5, 10, 20 … 90, 95, 99 %; then the ends of the 95 %
    # intervals of these quantiles, by drawing speakers anew
    mated: Quantiles
    mated_low: Quantiles
    mated_high: Quantiles


class TailRow(Row):
    """Of all stranger pairs, this share scores at least so much."""

    share: Annotated[float, Field(gt=0, le=1)]
    score: float


class ShortRow(Row):
    """Two stretches of this length over one line: log-odds of one voice = scale * score + offset."""

    speech_s: Seconds
    scale: Annotated[float, Field(gt=0)]
    offset: float
    n_mated: Annotated[int, Field(ge=1)]
    n_strangers: Annotated[int, Field(ge=1)]
    eer: Share


class TableFile(Row):
    """voiceprint.yaml."""

    model: str
    version: str  # of what we do before and after the network
    checksum: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]  # of the encoder's weights
    arrays: Annotated[str, Field(pattern=r"^[a-z0-9_]+\.npz$")]
    arrays_checksum: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    origin: Origin
    durations: Annotated[tuple[DurationRow, ...], Field(min_length=2)]
    strangers: Annotated[tuple[TailRow, ...], Field(min_length=3)]
    shorts: Annotated[tuple[ShortRow, ...], Field(min_length=2)]


MATED_PERCENT = (1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99)


class VoiceprintTable:
    """The file and its arrays, checked against each other. Never changes."""

    def __init__(self, file: TableFile, arrays: dict[str, NDArray[np.float32]]) -> None:
        self.file = file
        self._arrays = arrays

    @classmethod
    def load(cls, path: Path = VOICEPRINT_TABLE) -> "VoiceprintTable":
        """Raises SurveyError if a file is missing, changed, or does not fit the other."""
        file = check(read_document(path), TableFile)
        beside = path.with_name(file.arrays)
        try:
            content = beside.read_bytes()
        except OSError as exc:
            raise SurveyError(f"{beside}: cannot be read; restore it from the release") from exc
        if hashlib.sha256(content).hexdigest() != file.arrays_checksum:
            raise SurveyError(f"{beside}: does not belong to {path.name}; restore both from the release")
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            return cls(file, {name: stored[name] for name in stored.files})

    def save(self, path: Path) -> None:
        """Both files; each is written aside and then put in place. Blocks."""
        buffer = io.BytesIO()
        np.savez(buffer, **self._arrays)  # type: ignore[arg-type]  # numpy's stub takes options by name
        content = buffer.getvalue()
        described = self.file.model_dump(mode="json") | {
            "arrays": f"{path.stem}.npz",
            "arrays_checksum": hashlib.sha256(content).hexdigest(),
        }
        head = "# The voiceprint back end's numbers, made from recordings; do not edit by hand.\n"
        text = head + yaml.safe_dump(described, sort_keys=False, width=110)
        for target, data in ((path.with_suffix(".npz"), content), (path, text.encode())):
            aside = target.with_name(f".{target.name}.new")
            aside.write_bytes(data)
            aside.replace(target)

    @cached_property
    def whitening(self) -> Whitening:
        return Whitening(mean=self._arrays["mean"], projection=self._arrays["projection"])

    @property
    def strangers_mean(self) -> NDArray[np.float32]:
        """(d,): where voices lie, over telephone lines."""
        return self._arrays["mean"]

    @property
    def strangers_spread(self) -> NDArray[np.float32]:
        """(k, d): standard normal weights on these rows give strangers' deviations from the mean."""
        return self._arrays["spread"]

    def fits(self, encoder: EncoderId) -> None:
        """Raises SurveyError if the numbers were measured with other weights."""
        measured = EncoderId(model=self.file.model, version=self.file.version, checksum=self.file.checksum)
        if encoder != measured:
            raise SurveyError(
                f"{VOICEPRINT_TABLE.name}: was measured with {measured}, the encoder is {encoder}; "
                'run "shengwen models gather", or "shengwen voiceprint calibrate" for other weights'
            )
