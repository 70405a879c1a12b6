"""config/models.yaml: which files the models are made of, from which packages, with which checksums."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

import config
from config.load import check, read_yaml

MANIFEST_FILE = Path(config.__file__).parent / "models.yaml"

# A path below the model's folder: no leading slash, no "..", nothing hidden.
RelativePath = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$")
]
PackageName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
Bytes = Annotated[int, Field(ge=1, le=100_000_000_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Package(_Part):
    """A published package. `bytes`: size of its download, for the progress bar and the space check."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9A-Za-z.+!]*$")]
    bytes: Bytes


class Member(_Part):
    """One file inside a package."""

    package: PackageName
    member: str


class ModelFile(_Part):
    """One file of a model: `from` lists the members that are joined, in order, to make it."""

    path: RelativePath
    bytes: Bytes
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    parts: Annotated[tuple[Member, ...], Field(alias="from", min_length=1)]


class Model(_Part):
    """One folder below Settings.models."""

    purpose: str
    licence: str
    files: Annotated[tuple[ModelFile, ...], Field(min_length=1)]

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


class Manifest(_Part):
    """The whole file."""

    packages: dict[PackageName, Package]
    models: dict[RelativePath, Model]

    @model_validator(mode="after")
    def _packages_are_known(self) -> "Manifest":
        named = {
            part.package for model in self.models.values() for file in model.files for part in file.parts
        }
        unknown = sorted(named - set(self.packages))
        if unknown:
            raise ValueError(f"no version is given for {', '.join(unknown)}; add it below packages")
        return self


def load_manifest(path: Path = MANIFEST_FILE) -> Manifest:
    """Raises ConfigError naming every problem."""
    return check(Manifest, read_yaml(path), path)
