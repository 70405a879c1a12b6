"""The measured constants of the back end: config/tables/voiceprint.yaml and the arrays beside it."""

import hashlib
import io
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

import config
from config.document import check, read_document
from decision_hook.contract import SurveyError
from voiceprint.plda import Plda
from voiceprint.voiceprint import EncoderId

VOICEPRINT_TABLE = Path(config.__file__).parent / "tables" / "voiceprint.yaml"

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(gt=0, le=600)]


class Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Origin(Row):
    """What the numbers were measured on."""

    source: Literal["simulated", "calls"]  # simulated: human voices over simulated telephone lines
    human_voices: Annotated[int, Field(ge=0)]
    synthetic_voices: Annotated[int, Field(ge=0)]
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
    # Scores of one voice against itself, at 1, 5, 10, 20 … 90, 95, 99 %
    mated: Annotated[tuple[float, ...], Field(min_length=13, max_length=13)]


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

    @cached_property
    def plda(self) -> Plda:
        return Plda(
            mean=self._arrays["mean"], projection=self._arrays["projection"], between=self._arrays["between"]
        )

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
        if (encoder.model, encoder.checksum) != (self.file.model, self.file.checksum):
            raise SurveyError(
                f"{VOICEPRINT_TABLE.name}: was measured with {self.file.model} {self.file.checksum[:12]}, "
                f"the encoder is {encoder.model} {encoder.checksum[:12]}; "
                'run "shengwen models gather", or scripts/fit_voiceprint for other weights'
            )
