"""`shengwen`: one Typer app. A module is imported when its command is called, so `--help` is quick."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer

from decision_hook.contract.errors import SurveyError


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Where a command lives: `module` holds a Typer app named `app`."""

    module: str
    help: str


COMMANDS = {
    "asterisk": Command(module="ivr.dialler.cli", help="Install, start and stop the local Asterisk pair."),
    "bank": Command(module="ivr.bank_cli", help="The question bank: lint, new, preview, diff, simulate."),
    "bench": Command(module="ivr.bench.cli", help="Measure turns, calls under load, and papers."),
    "call": Command(module="ivr.call_cli", help="Call one synthetic applicant and print the verdict."),
    "demo": Command(module="ivr.demo_cli", help="The main job: telephone the demo applicants."),
    "doctor": Command(module="ivr.doctor_cli", help="Check models, Asterisk, database, disk and ports."),
    "hearing": Command(
        module="ivr.hearing.cli", help="Measure how answers are heard; train the classifier of intents."
    ),
    "models": Command(module="ivr.models_cli", help="Gather and check the model files."),
    "prompts": Command(
        module="ivr.prompts_cli", help="Render the prompts beforehand and listen to them once."
    ),
    "run": Command(module="ivr.run_cli", help="Score a CSV of applications, decide or telephone each."),
    "schema": Command(module="ivr.schema_cli", help="Print a JSON Schema."),
    "serve": Command(module="ivr.serve_cli", help="Take applications over HTTP, call, and show the pages."),
    "transcribe": Command(module="dialogue.hearing.cli", help="Write down what recordings say."),
    "voiceprint": Command(module="ivr.voices_cli", help="The watch list: add, approve, search."),
}


def build(arguments: list[str]) -> typer.Typer:
    """The command line for these arguments: only the command that is called is imported."""
    root = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",  # a paragraph of a docstring is one paragraph of the help
        help="声问 Shengwen: telephones, asks, listens, and hands over a reasoned verdict.",
    )
    called = next((word for word in arguments if not word.startswith("-")), None)
    for name, command in COMMANDS.items():
        if name != called:
            root.command(name, help=command.help)(_not_called)
            continue
        found: typer.Typer = import_module(command.module).app
        only = _only_command(found)
        if only is not None:
            root.command(name, short_help=command.help)(only)  # its docstring is the long help
        else:
            root.add_typer(found, name=name, help=command.help, no_args_is_help=True)
    return root


def _not_called() -> None:
    """Stands for a command that these arguments do not call."""


def _only_command(found: typer.Typer) -> Callable[..., Any] | None:
    if (
        found.registered_callback is None
        and not found.registered_groups
        and len(found.registered_commands) == 1
    ):
        return found.registered_commands[0].callback
    return None


def main() -> None:
    """Runs a command. A problem a person can act on is one line on stderr and exit code 1."""
    try:
        build(sys.argv[1:])()
    except SurveyError as problem:
        print(f"shengwen: {problem}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
