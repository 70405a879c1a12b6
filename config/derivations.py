"""`config/tables/derive.yaml`: places and trades from which facts are worked out."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from config.document import check, read_document
from decision_hook.contract import Application
from decision_hook.contract.derived import Around, Derivations, with_derived

FILE = Path(__file__).parent / "tables" / "derive.yaml"
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
Words = Annotated[tuple[Word, ...], Field(min_length=1, max_length=10)]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CityFile(Strict):
    province: Words
    area_code: Annotated[str, StringConstraints(pattern=r"^0\d{2,3}$")]
    airport: Words
    river: Words
    station: Words
    next: Words


class DerivationsFile(Strict):
    cities: dict[Word, CityFile]
    districts: dict[Word, Words]
    trades: dict[Word, Word]


def load_derivations(path: Path = FILE) -> Derivations:
    """Raises DocumentError with every problem of the file."""
    file = check(read_document(path), DerivationsFile)
    return Derivations(
        cities={
            name: Around(
                province=city.province,
                area_code=(city.area_code,),
                airport=city.airport,
                river=city.river,
                station=city.station,
                next_city=city.next,
            )
            for name, city in file.cities.items()
        },
        districts=file.districts,
        trades=file.trades,
    )


@lru_cache(maxsize=1)
def shipped() -> Derivations:
    """The shipped table, read once. Raises DocumentError."""
    return load_derivations()


def completed(application: Application) -> Application:
    """The application with all that follows from it, as of the day it was made.

    Without that day nothing is derived that changes with time. Raises DocumentError if the table is bad.
    """
    applied = application.applied_at
    return with_derived(application, shipped(), today=applied.date() if applied is not None else None)
