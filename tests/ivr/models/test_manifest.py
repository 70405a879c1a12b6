import json
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from config.load import ConfigError
from config.settings import Settings
from ivr.models.manifest import Manifest, load_manifest
from ivr.models.state import FileState, check_models
from ivr.models_cli import app


def test_our_manifest_names_every_model_of_the_layout() -> None:
    manifest = load_manifest()
    assert set(manifest.models) == {"whisper-base", "kokoro", "ge2e", "smart-turn", "silero", "vosk-ko"}
    used = {part.package for m in manifest.models.values() for f in m.files for part in f.parts}
    assert used == set(manifest.packages)


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../b", ".hidden", "a//b", ""])
def test_no_file_lands_outside_the_models_folder(path: str) -> None:
    file = {"path": path, "bytes": 1, "sha256": "0" * 64, "from": [{"package": "p", "member": "m"}]}
    with pytest.raises(ValidationError, match="path"):
        Manifest.model_validate(
            {
                "packages": {"p": {"version": "1.0", "bytes": 1}},
                "models": {"m": {"purpose": "", "licence": "", "files": [file]}},
            }
        )


def test_a_package_without_version_is_named(tmp_path: Path) -> None:
    path = tmp_path / "models.yaml"
    path.write_text(
        "packages: {}\nmodels: {m: {purpose: p, licence: l, files: [{path: a, bytes: 1, "
        f"sha256: {'a' * 64}, from: [{{package: p, member: m}}]}}]}}}}\n"
    )
    with pytest.raises(ConfigError, match="no version is given for p"):
        load_manifest(path)


@pytest.mark.models
def test_the_gathered_models_are_right() -> None:
    reports = check_models(load_manifest(), Settings().models)
    assert {report.path.name: report.state for report in reports if report.state is not FileState.RIGHT} == {}


def test_check_reports_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHENGWEN_MODELS", str(tmp_path / "none"))
    result = CliRunner().invoke(app, ["check", "--json"])
    assert result.exit_code == 1
    assert "run `shengwen models gather`" in str(result.exception)
    rows = json.loads(result.stdout)
    assert not any(row["right"] for row in rows)
    assert CliRunner().invoke(app, ["list"]).exit_code == 0
