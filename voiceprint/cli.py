"""`shengwen voiceprint`: the watch list at the terminal. Vectors are never shown."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from config.database import engine_for, migrate
from config.load import load_settings
from config.progress import bars
from config.settings import Settings
from decision_hook.contract import SurveyError
from voiceprint.entry import Grounds, WatchlistEntry, described
from voiceprint.said import in_words, odds

if TYPE_CHECKING:
    from voiceprint.audio import Samples
    from voiceprint.search import Loaded, VoiceSearch
    from voiceprint.speech_check import VoiceActivity
    from voiceprint.store import WatchListStore

app = typer.Typer(no_args_is_help=True, help="The watch list, and whose voice is whose.")

Files = Annotated[list[Path], typer.Argument(help="WAV or FLAC at 8 or 16 kHz, one voice.")]
Channel = Annotated[
    int | None, typer.Option(min=0, help="Channel of the voice in two-channel recordings: 1 is the caller.")
]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, everything else on stderr.")]
By = Annotated[str, typer.Option(help="Who does this.")]


@app.command()
def add(
    context: typer.Context,
    files: Files,
    label: Annotated[str, typer.Option(help="What staff call this voice; no caller's name.")],
    reason: Annotated[str, typer.Option(help="Why it is listed.")],
    by: By,
    evidence: Annotated[str, typer.Option(help="Where that can be checked: case and call numbers.")],
    legal_basis: Annotated[str, typer.Option(help="What allows keeping this voiceprint.")],
    channel: Channel = None,
    as_json: Json = False,
) -> None:
    """Put a voice on the list. Another person must approve it before it is searched."""
    from voiceprint.pool import pooled_speech

    searching = open_search(load_settings())
    loaded, segments = searching.ready(), _read(files, channel, context)
    found = searching.voiceprint(segments)
    if found is None:
        raise SurveyError(f"{_names(files)}: too little speech; pass recordings with 20 s of it")
    grounds = Grounds(label=label, reason=reason, evidence=evidence, legal_basis=legal_basis)
    speech = pooled_speech(segments)
    added = loaded.watchlist.add(found, speech=speech, grounds=grounds, by=by, now=datetime.now(UTC))
    complaints, mixed = _noted(segments, loaded)
    for hit in added.resembles:
        print(
            f"note: resembles entry {hit.entry} (llr {hit.llr:+.1f}); one person listed twice?",
            file=sys.stderr,
        )
    resembles = [hit.model_dump(mode="json") for hit in added.resembles]
    shown = _shown(added.entry) | {
        "resembles": resembles,
        "maybe_two_voices": mixed,
        "complaints": complaints,
    }
    say(as_json, shown, f"{added.entry.id}: pending, from {added.entry.net_speech_s:.1f} s of speech")


@app.command()
def approve(entry: Annotated[str, typer.Argument(help="Entry id.")], by: By) -> None:
    """Approve a pending entry: the second of two persons."""
    _store(load_settings()).approve(entry, by=by, at=datetime.now(UTC))
    print(f"{entry}: active", file=sys.stderr)


@app.command()
def reviewed(
    entry: Annotated[str, typer.Argument(help="Entry id.")],
    days: Annotated[int, typer.Option(min=1, max=3_650, help="Look at it again after so many.")] = 180,
) -> None:
    """Note that somebody looked at an entry and it stays."""
    _store(load_settings()).reviewed(entry, review_at=datetime.now(UTC) + timedelta(days=days))
    print(f"{entry}: due again in {days} days", file=sys.stderr)


@app.command()
def remove(entry: Annotated[str, typer.Argument(help="Entry id.")], by: By) -> None:
    """Destroy an entry's key and delete its voiceprint and audio for good."""
    _store(load_settings()).remove(entry, by=by, at=datetime.now(UTC))
    print(f"{entry}: removed; key, voiceprint and audio are deleted", file=sys.stderr)


@app.command("list")
def list_entries(as_json: Json = False) -> None:
    """Show the entries, newest first."""
    entries = _store(load_settings()).entries()
    if as_json:
        print(json.dumps([_shown(entry) for entry in entries], ensure_ascii=False))
        return
    for entry in entries:
        due = "REVIEW DUE  " if entry.review_at <= datetime.now(UTC) else ""
        until = f"until {entry.expires_at:%Y-%m-%d}"
        said = f"{entry.grounds.label}  ({entry.grounds.reason}; {entry.grounds.evidence})"
        print(f"{entry.id}  {entry.status:8}  {until}  {due}{said}")
    if not entries:
        print('the watch list is empty; see "shengwen voiceprint add --help"', file=sys.stderr)


@app.command()
def search(context: typer.Context, files: Files, channel: Channel = None, as_json: Json = False) -> None:
    """Look for a voice on the list."""
    searching, segments = open_search(load_settings()), _read(files, channel, context)
    result = searching.search(segments)
    if result.searched:
        _noted(segments, searching.ready())
    say(as_json, result.model_dump(mode="json"), "\n".join(in_words(result)))


@app.command()
def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="One recording.")],
    against: Annotated[
        list[Path] | None, typer.Argument(help="Recordings of the voice it is said to be.")
    ] = None,
    call: Annotated[list[UUID] | None, typer.Option(help="Earlier calls of the same person.")] = None,
    channel: Channel = None,
    as_json: Json = False,
) -> None:
    """Compare a recording with others, or with earlier calls of the person: one voice, or two?"""
    searching = open_search(load_settings())
    first = searching.voiceprint(_read([file], channel, context))
    others = searching.of_calls(call or [])
    if against:
        others += [
            print for print in [searching.voiceprint(_read(against, channel, context))] if print is not None
        ]
    if first is None or not others:
        raise SurveyError(
            f"{_names([file, *(against or [])])}: too little speech; pass at least 2 s on either side"
        )
    compared = searching.compare(first, others)
    shown = {name: getattr(compared, name) for name in type(compared).__slots__}
    say(as_json, shown, f"{odds(compared.llr)}, confidence {compared.confidence}")


@app.command()
def calibrate(
    folder: Annotated[Path, typer.Argument(help="FOLDER/<speaker>/<n>.wav, one call a file.")],
    out: Annotated[Path, typer.Option(help="Where the numbers go, as .yaml and .npz beside it.")],
    note: Annotated[str, typer.Option(help="What these calls are; shown beside every figure.")],
    channel: Channel = None,
) -> None:
    """Measure the back end's numbers on your own calls; 10 speakers with 4 calls each are the least."""
    from rich.console import Console
    from rich.progress import track

    from voiceprint.encoder import ENCODERS
    from voiceprint.own_calls import material
    from voiceprint.recipe import make_table
    from voiceprint.speakers import Unused, speaker_folders

    settings = load_settings()
    encoder = ENCODERS[settings.voiceprint.encoder](settings.models, settings.voiceprint.encoder_source)
    console = Console(stderr=True)
    speakers, unused = speaker_folders(folder), Unused()
    shown = track(speakers, "embedding", console=console, transient=True)
    voices = dict(material(shown, encoder, unused, channel=channel))
    for file in unused.unreadable:
        print(f"note: {file}: holds no audio that can be read; left out", file=sys.stderr)
    table = make_table(
        voices,
        {name: name for name in voices},
        encoder.id,
        source="calls",
        note=note,
        compared=lambda first, second: first != second,
    )
    table.save(out)
    for row in table.file.durations:
        print(
            f"{row.speech_s:.0f} s: EER {100 * row.eer:.1f} %, raw {100 * row.raw_eer:.1f} %", file=sys.stderr
        )


@app.command("rotate-keys")
def rotate_keys() -> None:
    """Wrap all voiceprint keys with a new master key and forget the old one. Stop other processes first."""
    from voiceprint.call_store import rewrap
    from voiceprint.seal import Vault

    settings = load_settings()
    engine = engine_for(settings.database_url)
    migrate(engine)
    vault = Vault.open(settings.voiceprint.keys).with_new_key()
    done = rewrap(engine, vault)
    print(
        f"{done} keys wrapped with {vault.without_old_keys().current}; back the key file up", file=sys.stderr
    )


@app.command("eval")
def evaluate(
    folder: Annotated[Path, typer.Argument(help="FOLDER/<speaker>/<n>.wav at 8 or 16 kHz.")],
    trials: Annotated[
        Path | None, typer.Option(help="Write the pairs with their scores here, as CSV.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Chooses who is enrolled.")] = 0,
    pictures: Annotated[
        Path | None, typer.Option(help="Draw DET curve, calibration, list size and duration here, as PNG.")
    ] = None,
    channel: Channel = None,
    as_json: Json = False,
) -> None:
    """Measure the error rates on recordings whose speakers are known."""
    from voiceprint.backend import Backend
    from voiceprint.encoder import ENCODERS
    from voiceprint.evaluate import evaluate_folder
    from voiceprint.tables import VOICEPRINT_TABLE, VoiceprintTable

    settings = load_settings()
    encoder = ENCODERS[settings.voiceprint.encoder](settings.models, settings.voiceprint.encoder_source)
    table = VoiceprintTable.load(settings.voiceprint.table or VOICEPRINT_TABLE)
    table.fits(encoder.id)
    with bars() as tell:
        evaluation = evaluate_folder(
            folder, encoder, Backend(table), seed=seed, trials=trials, channel=channel, tell=tell
        )
    report = evaluation.report
    for file in report["unreadable"]:
        print(f"note: {file}: holds no audio that can be read; left out", file=sys.stderr)
    if pictures is not None:
        from voiceprint.pictures import draw_all

        draw_all(evaluation, Backend(table), pictures)
    lines = []
    for name, rates in (("raw", report["raw"]), ("backend", report["backend"])):
        missed = ", ".join(
            f"{'-' if value is None else f'{100 * value:.0f} %'} at FPIR {share}"
            for share, value in rates["fnir"].items()
        )
        lines.append(f"{name}: EER {100 * rates['eer']:.1f} %, Cllr {rates['cllr']:.2f}, FNIR {missed}")
    say(as_json, report, "\n".join(lines))


def open_search(settings: Settings) -> "VoiceSearch":
    from voiceprint.search import VoiceSearch

    engine = engine_for(settings.database_url)
    migrate(engine)
    return VoiceSearch(settings.voiceprint, settings.models, engine)


def _store(settings: Settings) -> "WatchListStore":
    from voiceprint.seal import Vault
    from voiceprint.store import WatchListStore

    engine = engine_for(settings.database_url)
    migrate(engine)
    return WatchListStore(engine, Vault.open(settings.voiceprint.keys))


def _read(files: Sequence[Path], channel: int | None, context: typer.Context) -> "list[Samples]":
    return [samples for _, samples in each_read(files, channel, context.obj)]


def each_read(
    files: Sequence[Path], channel: int | None, activity: "VoiceActivity"
) -> "Iterator[tuple[Path, Samples]]":
    """`activity`: of another room, from ivr/voices_cli.py. Raises SurveyError for what is no voice."""
    from rich.console import Console
    from rich.progress import track

    from voiceprint.audio import read
    from voiceprint.speech_check import check_for_voice

    console = Console(stderr=True)
    for file in track(files, "reading", console=console, transient=True, disable=not console.is_terminal):
        samples = read(file, channel=channel)
        check_for_voice(file, samples, activity)
        yield file, samples


def _noted(segments: "Sequence[Samples]", loaded: "Loaded") -> tuple[list[str], bool]:
    """What makes these recordings worse, and whether two voices may be in them; said on stderr."""
    import numpy as np

    from voiceprint.pool import pooled_speech
    from voiceprint.purity import MIXED_BELOW, sides_alike
    from voiceprint.quality import measure

    complaints = measure(np.concatenate(segments)).complaints()
    for complaint in complaints:
        print(f"note: {complaint}; a better recording would be found more often", file=sys.stderr)
    alike = sides_alike(pooled_speech(segments), loaded.encoder, loaded.backend)
    mixed = alike is not None and alike < MIXED_BELOW
    if mixed:
        print(
            "note: a part sounds unlike the rest; two voices? listen before you rely on it", file=sys.stderr
        )
    return complaints, mixed


def _names(files: Sequence[Path]) -> str:
    return ", ".join(str(file) for file in files)


def _shown(entry: WatchlistEntry) -> dict[str, object]:
    """For JSON."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in described(entry).items()
    }


def say(as_json: bool, values: Mapping[str, object], words: str) -> None:
    print(json.dumps(values, ensure_ascii=False) if as_json else words)
