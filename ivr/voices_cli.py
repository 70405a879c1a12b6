"""What `shengwen voiceprint` needs of other rooms: whose calls were whose, and what is no voice."""

import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict
from uuid import UUID

import numpy as np
import typer
from numpy.typing import NDArray

from config.database import engine_for
from config.load import load_settings
from decision_hook.contract import SurveyError
from decision_hook.store import Caller, HookStore
from ivr.recordings import RecordingFolder
from voiceprint.cli import Channel, Json, each_read, open_search, say
from voiceprint.cli import app as app
from voiceprint.clusters import NamedCluster

if TYPE_CHECKING:
    from dialogue.hearing.silero import SileroEngine


class SileroActivity:
    """voiceprint.speech_check.VoiceActivity; the model is loaded when the first file is read."""

    def probabilities(self, wave: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._engine.probabilities(wave)

    @cached_property
    def _engine(self) -> "SileroEngine":
        from dialogue.hearing.silero import SileroEngine

        return SileroEngine(load_settings().models / "silero" / "silero_vad.onnx")


@app.callback()
def with_activity(context: typer.Context) -> None:
    """The watch list, and whose voice is whose."""
    context.obj = context.obj or SileroActivity()


class Member(TypedDict):
    """One call of a cluster; application and person are "" for a call that is not on file, or a recording."""

    voice: str  # the call, or the file
    application: str
    person: str  # name on the application
    phone: str


class VoiceOf(TypedDict):
    """One voice, and everybody it was heard as."""

    persons: int  # different ones, by name and number; 1: somebody who was called more than once
    members: list[Member]
    weakest_link: tuple[str, str]  # listen to these two first
    weakest_link_llr: float


@app.command()
def cluster(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="One recording each; none: all calls whose voiceprint is kept."),
    ] = None,
    channel: Channel = None,
    as_json: Json = False,
) -> None:
    """Look for one voice under many identities. A cluster is a question for staff, not an answer."""
    from voiceprint.clusters import clustered

    settings = load_settings()
    searching = open_search(settings)
    loaded = searching.ready()
    callers: dict[UUID, Caller] = {}
    if files:
        prints = [
            (str(file), searching.voiceprint([audio]))
            for file, audio in each_read(files, channel, context.obj)
        ]
        short = [name for name, found in prints if found is None]
        if short:
            raise SurveyError(f"{short[0]}: too little speech; leave it out")
        named = [(name, found.vector, found.net_speech_s) for name, found in prints if found is not None]
    else:
        callers = HookStore(engine_for(settings.database_url)).callers()
        calls, vectors = loaded.calls.kept(loaded.encoder.id, loaded.encoder.dimensions)
        named = [(str(c.call), v, c.net_speech_s) for c, v in zip(calls, vectors, strict=True)]
    known = {str(call): caller for call, caller in callers.items()}
    found = [_voice_of(group, known) for group in clustered(named, loaded.backend)]
    found.sort(key=lambda voice: -voice["persons"])
    lines = [line for voice in found for line in _lines(voice)]
    nothing = f"no two of {len(named)} seem to be one voice"
    say(as_json, {"voices": len(named), "clusters": found}, "\n".join(lines or [nothing]))


@app.command()
def reembed() -> None:
    """Embed list and calls anew after the encoder changed. Stopped, it goes on where it was.

    Entries are made from the audio sealed with them, calls from their recordings; a call without one keeps
    its old voiceprint, which is no longer compared with anything.
    """
    from config.progress import bars
    from voiceprint.reembed import embed_anew, embed_calls_anew

    settings = load_settings()
    loaded = open_search(settings).ready()
    verdicts = HookStore(engine_for(settings.database_url))
    recordings = RecordingFolder(settings.var / "recordings")

    def answers_of(call: UUID) -> list[NDArray[np.int16]]:
        verdict = verdicts.verdict(call)
        return [] if verdict is None else recordings.answers(verdict)

    entries = loaded.store.of_other_encoders(loaded.encoder.id)
    calls = loaded.calls.of_other_encoders(loaded.encoder.id)
    min_speech_s = settings.voiceprint.min_speech_s
    made = 0
    with bars() as tell:
        for done, _ in enumerate(embed_anew(entries, loaded.store, loaded.encoder), 1):
            tell("entries", done, len(entries))
        steps = embed_calls_anew(calls, answers_of, loaded.calls, loaded.encoder, min_speech_s=min_speech_s)
        for done, could in enumerate(steps, 1):
            made += could
            tell("calls", done, len(calls))
    left = f"; {len(calls) - made} calls have no recording" if made < len(calls) else ""
    print(f"{len(entries)} entries, {made} calls embedded with {loaded.encoder.id}{left}", file=sys.stderr)


def _voice_of(group: NamedCluster, known: dict[str, Caller]) -> VoiceOf:
    nobody = Caller(application="", name="", phone="")
    members = [
        Member(voice=voice, application=caller.application, person=caller.name, phone=caller.phone)
        for voice in group["members"]
        for caller in [known.get(voice, nobody)]
    ]
    # What is not on file may be anybody: each counts as a person of its own.
    persons = {
        (member["person"], member["phone"]) if member["phone"] else (member["voice"],) for member in members
    }
    return VoiceOf(
        persons=len(persons),
        members=members,
        weakest_link=group["weakest_link"],
        weakest_link_llr=group["weakest_link_llr"],
    )


def _lines(voice: VoiceOf) -> list[str]:
    one, other = voice["weakest_link"]
    link = f"weakest link llr {voice['weakest_link_llr']:+.1f}: {one} and {other}"
    head = f"one voice as {voice['persons']} persons; {link}"
    return [
        head,
        *(
            "  "
            + "  ".join(
                filter(None, (member["voice"], member["application"], member["person"], member["phone"]))
            )
            for member in voice["members"]
        ),
    ]
