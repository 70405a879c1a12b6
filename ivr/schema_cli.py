"""`shengwen schema`: the formats of files and reports as JSON Schema."""

import json
from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer()


class What(StrEnum):
    APPLICATION = "application"
    PERSONA = "persona"
    BANK = "bank"  # a topic file
    BANK_SCRIPT = "bank-script"
    BANK_PROFILES = "bank-profiles"
    SETTINGS = "settings"
    VERDICT = "verdict"


@app.command()
def schema(what: Annotated[What, typer.Argument(help="Which format.")]) -> None:
    """Print the JSON Schema (draft 2020-12) of a format."""
    print(json.dumps(schema_of(what), ensure_ascii=False, indent=2))


def schema_of(what: What) -> dict[str, object]:
    """Imports only the room that owns the format."""
    match what:
        case What.APPLICATION:
            from decision_hook.contract import Application

            return Application.model_json_schema()
        case What.VERDICT:
            from decision_hook.contract import CallVerdict

            return CallVerdict.model_json_schema(mode="serialization")
        case What.SETTINGS:
            from config.settings import Settings

            return Settings.model_json_schema()
        case What.PERSONA:
            from ivr.simulator.persona import Persona

            return Persona.model_json_schema()
        case What.BANK:
            from question_bank.schema import TopicFile

            return TopicFile.model_json_schema()
        case What.BANK_SCRIPT:
            from question_bank.schema import ScriptFile

            return ScriptFile.model_json_schema()
        case What.BANK_PROFILES:
            from question_bank.schema import ProfilesFile

            return ProfilesFile.model_json_schema()
