"""`shengwen voiceprint`: the watch list at the terminal. Vectors are never shown."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.database import engine_for, migrate
from config.load import load_settings
from config.settings import Settings
from decision_hook.contract import SurveyError, VoiceResult
from voiceprint.entry import WatchlistEntry
from voiceprint.store import WatchListStore

if TYPE_CHECKING:
    from voiceprint.audio import Samples
    from voiceprint.search import VoiceSearch

app = typer.Typer(
    no_args_is_help=True, help="The watch list: add, approve, remove, list, search, verify, eval."
)

Files = Annotated[list[Path], typer.Argument(help="WAV or FLAC at 8 or 16 kHz, one voice.")]
Channel = Annotated[
    int | None, typer.Option(min=0, help="Channel of the voice in two-channel recordings: 1 is the caller.")
]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, everything else on stderr.")]
By = Annotated[str, typer.Option(help="Who does this.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two sets of recordings: one voice?"""

    llr: float  # natural log, one voice against two
    score: float
    net_speech_s: tuple[float, float]
    confidence: str


@app.command()
def add(
    files: Files,
    label: Annotated[str, typer.Option(help="What staff call this voice.")],
    reason: Annotated[str, typer.Option(help="Why it is listed: the case, the evidence.")],
    by: By,
    days: Annotated[int | None, typer.Option(min=1, help="Until it expires; default: the settings'.")] = None,
    channel: Channel = None,
    as_json: Json = False,
) -> None:
    """Put a voice on the list. Another person must approve it before it is searched."""
    settings = load_settings()
    searching = _search(settings)
    loaded, now = searching.ready(), datetime.now(UTC)
    found = searching.voiceprint(_read(files, channel))
    if found is None:
        raise SurveyError(f"{_names(files)}: too little speech; pass recordings with 20 s of it")
    keep = timedelta(days=days or settings.voiceprint.keep_entries_days)
    near = loaded.watchlist.search(found, now)
    entry = loaded.watchlist.add(found, label=label, reason=reason, by=by, now=now, keep=keep)
    for hit in near.hits:
        print(
            f"note: resembles entry {hit.entry} (llr {hit.llr:+.1f}); one person listed twice?",
            file=sys.stderr,
        )
    _say(as_json, _shown(entry), f"{entry.id}: pending, from {entry.net_speech_s:.1f} s of speech")


@app.command()
def approve(entry: Annotated[str, typer.Argument(help="Entry id.")], by: By) -> None:
    """Approve a pending entry: the second of two persons."""
    _store(load_settings()).approve(entry, by=by, at=datetime.now(UTC))
    print(f"{entry}: active", file=sys.stderr)


@app.command()
def remove(entry: Annotated[str, typer.Argument(help="Entry id.")], by: By) -> None:
    """Delete an entry's voiceprint for good."""
    _store(load_settings()).remove(entry, by=by, at=datetime.now(UTC))
    print(f"{entry}: removed, its voiceprint is deleted", file=sys.stderr)


@app.command("list")
def list_entries(as_json: Json = False) -> None:
    """Show the entries; drawn strangers are left out."""
    entries = _store(load_settings()).entries()
    if as_json:
        print(json.dumps([_shown(entry) for entry in entries], ensure_ascii=False))
        return
    for entry in entries:
        until = f"until {entry.expires_at:%Y-%m-%d}"
        print(f"{entry.id}  {entry.status:8}  {until}  {entry.label}  ({entry.reason})")
    if not entries:
        print('the watch list is empty; see "shengwen voiceprint add --help"', file=sys.stderr)


@app.command()
def search(files: Files, channel: Channel = None, as_json: Json = False) -> None:
    """Look for a voice on the list."""
    searching = _search(load_settings())
    found = searching.voiceprint(_read(files, channel))
    if found is None:
        result = VoiceResult(searched=False, why_not="voice too short")
    else:
        result = searching.ready().watchlist.search(found, datetime.now(UTC))
    lines = [
        f"{hit.entry}: llr {hit.llr:+.1f}, {hit.expected_false_alarms:.3g} false alarms per 1,000 calls"
        for hit in result.hits
    ]
    if not result.searched:
        lines.append(f"not searched: {result.why_not}")
    elif not lines:
        lines.append(f"no candidate among {result.list_size} voices")
    if result.found_of_100 is not None:
        lines.append(
            f"of 100 listed voices about {result.found_of_100:.0f} would be found with "
            f"{result.net_speech_s:.0f} s of speech ({result.found_of_100_from})"
        )
    _say(as_json, result.model_dump(mode="json"), "\n".join(lines))


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="One recording.")],
    against: Annotated[list[Path], typer.Argument(help="Recordings of the voice it is said to be.")],
    channel: Channel = None,
    as_json: Json = False,
) -> None:
    """Compare two sets of recordings: one voice, or two?"""
    from voiceprint.backend import Backend
    from voiceprint.quality import confidence

    settings = load_settings()
    searching = _search(settings)
    first, second = (searching.voiceprint(_read(files, channel)) for files in ([file], against))
    if first is None or second is None:
        raise SurveyError(f"{_names([file, *against])}: too little speech; pass at least 2 s on either side")
    backend = Backend(searching.ready().table)
    score = float(
        backend.scores(backend.latents(first.vector[None]), backend.latents(second.vector[None]))[0]
    )
    speech_s = min(first.net_speech_s, second.net_speech_s)
    compared = Comparison(
        llr=round(backend.llr(score, speech_s), 2),
        score=round(score, 3),
        net_speech_s=(round(first.net_speech_s, 2), round(second.net_speech_s, 2)),
        confidence=confidence(speech_s, min_speech_s=settings.voiceprint.min_speech_s),
    )
    shown = {name: getattr(compared, name) for name in Comparison.__slots__}
    _say(as_json, shown, f"llr {compared.llr:+.1f} for one voice, confidence {compared.confidence}")


@app.command("eval")
def evaluate(
    folder: Annotated[Path, typer.Argument(help="FOLDER/<speaker>/<n>.wav at 8 or 16 kHz.")],
    trials: Annotated[
        Path | None, typer.Option(help="Write the pairs with their scores here, as CSV.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Chooses who is enrolled.")] = 0,
    as_json: Json = False,
) -> None:
    """Measure the error rates on recordings whose speakers are known."""
    from voiceprint.backend import Backend
    from voiceprint.encoder import ENCODERS
    from voiceprint.evaluate import evaluate_folder
    from voiceprint.tables import VoiceprintTable

    settings = load_settings()
    encoder = ENCODERS[settings.voiceprint.encoder](settings.models)
    report = evaluate_folder(folder, encoder, Backend(VoiceprintTable.load()), seed=seed, trials=trials)
    lines = []
    for name, rates in (("raw", report["raw"]), ("backend", report["backend"])):
        missed = ", ".join(
            f"{'-' if value is None else f'{100 * value:.0f} %'} at FPIR {share}"
            for share, value in rates["fnir"].items()
        )
        lines.append(f"{name}: EER {100 * rates['eer']:.1f} %, Cllr {rates['cllr']:.2f}, FNIR {missed}")
    _say(as_json, report, "\n".join(lines))


def _search(settings: Settings) -> "VoiceSearch":
    from voiceprint.search import VoiceSearch

    engine = engine_for(settings.database_url)
    migrate(engine)
    return VoiceSearch(settings.voiceprint, settings.models, engine)


def _store(settings: Settings) -> WatchListStore:
    engine = engine_for(settings.database_url)
    migrate(engine)
    return WatchListStore(engine)


def _read(files: Sequence[Path], channel: int | None) -> "list[Samples]":
    from rich.console import Console
    from rich.progress import track

    from voiceprint.audio import read

    console = Console(stderr=True)
    tracked = track(files, "reading", console=console, transient=True, disable=not console.is_terminal)
    return [read(file, channel=channel) for file in tracked]


def _names(files: Sequence[Path]) -> str:
    return ", ".join(str(file) for file in files)


def _shown(entry: WatchlistEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "label": entry.label,
        "reason": entry.reason,
        "status": entry.status,
        "added_by": entry.added_by,
        "added_at": entry.added_at.isoformat(),
        "approved_by": entry.approved_by,
        "expires_at": entry.expires_at.isoformat(),
        "model": entry.encoder.model,
        "checksum": entry.encoder.checksum,
        "net_speech_s": entry.net_speech_s,
    }


def _say(as_json: bool, values: Mapping[str, object], words: str) -> None:
    print(json.dumps(values, ensure_ascii=False) if as_json else words)
