"""`shengwen`: one Typer app. Rooms add sub-commands from their own cli.py, imported only when used."""

import sys
from importlib import import_module

import click
import typer
from typer.core import TyperGroup

from decision_hook.contract.errors import SurveyError

# command: (module, attribute, help). The module is imported when the command is used, so `--help` stays fast.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "models": ("ivr.models_cli", "app", "Gather and check the model files."),
    "doctor": ("ivr.doctor_cli", "app", "Check models, Asterisk, database, disk and ports."),
    "transcribe": ("dialogue.hearing.cli", "app", "Write down what recordings say."),
    "voiceprint": ("voiceprint.cli", "app", "The watch list: add, approve, search."),
    "bank": ("question_bank.cli", "app", "The question bank: lint, preview."),
    "asterisk": ("ivr.dialler.cli", "app", "Install, start and stop the local Asterisk pair."),
}


class LazyGroup(TyperGroup):
    """Lists all commands from the table; imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        found = getattr(import_module(module), attribute)
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(cls=LazyGroup, no_args_is_help=True, add_completion=False)


@app.callback()
def root() -> None:
    """声问 Shengwen: asks by voice."""


def main() -> None:
    """Runs a command. Problems a person can act on are one line on stderr and exit code 1."""
    try:
        app()
    except SurveyError as problem:
        print(f"shengwen: {problem}", file=sys.stderr)
        raise SystemExit(1) from None
