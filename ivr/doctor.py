"""Is everything here that calls need? Each check says what it found and what to do."""

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from config.settings import Settings
from decision_hook.contract import SurveyError

if TYPE_CHECKING:
    from sqlalchemy import Engine

FREE_BYTES = 1_000_000_000  # below var/: recordings, rendered prompts, the database
FOUND_AT_S = (10.0, 30.0)  # of speech: the least of a survey, and a usual one
# Model folders that every call needs; the recogniser's comes from hearing.engine.
NEEDED = frozenset({"kokoro", "ge2e", "smart-turn", "silero"})
RECOGNIZER_MODEL = {"whisper": "whisper-base", "transformers": "whisper-base", "vosk": "vosk-ko"}


class Health(StrEnum):
    OK = "ok"
    WARN = "warn"  # calls can be made; something else will not work
    MISSING = "missing"  # no call can be made


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found."""

    check: str
    health: Health
    says: str
    fix: str = ""  # "": nothing to do


def examine(settings: Settings) -> Iterator[Finding]:
    """All checks, in the order in which problems are best mended. Blocks for seconds; raises nothing.

    Brings the database's schema up to date, as every command does.
    """
    for check in CHECKS:
        try:
            yield from check(settings)
        except SurveyError as problem:
            where, _, fix = str(problem).rpartition("; ")
            yield Finding(check=check.__name__, health=Health.MISSING, says=where or fix, fix=fix)


def models(settings: Settings) -> Iterator[Finding]:
    """Size of every file; its checksum if it changed since it was hashed last."""
    from ivr.models.manifest import load_manifest
    from ivr.models.state import FileState, check_models

    manifest = load_manifest()
    needed = NEEDED | {RECOGNIZER_MODEL[settings.hearing.engine]}
    reports = check_models(manifest, settings.models)
    for name, model in manifest.models.items():
        wrong = [r for r in reports if r.model == name and r.state is not FileState.RIGHT]
        if not wrong:
            yield Finding(
                check=f"model {name}", health=Health.OK, says=f"{model.bytes / 1e6:.0f} MB, as listed"
            )
            continue
        yield Finding(
            check=f"model {name}",
            health=Health.MISSING if name in needed else Health.WARN,
            says=", ".join(f"{r.path.name} {r.state.value.replace('_', ' ')}" for r in wrong),
            fix=f"run `shengwen models gather {name}`",
        )


def intent_model(settings: Settings) -> Iterator[Finding]:
    """The classifier of replies comes with the sources; without it rules alone judge intents."""
    folder = settings.answer.intent_model
    if folder is None:
        yield Finding(check="intent model", health=Health.OK, says="none set: rules alone")
    elif (folder / "model.safetensors").is_file():
        yield Finding(check="intent model", health=Health.OK, says=str(folder))
    else:
        yield Finding(
            check="intent model",
            health=Health.MISSING,
            says=f"{folder} holds no model.safetensors",
            fix="restore it from the repository, or set answer.intent_model",
        )


def asterisk(settings: Settings) -> Iterator[Finding]:
    """Installed and recent enough? On the Asterisk line: does its AMI answer?"""
    from ivr.dialler.pair.layout import PairLayout
    from ivr.dialler.pair.program import RECENT_ENOUGH, find_asterisk

    used = settings.line == "asterisk"
    worst = Health.MISSING if used else Health.WARN
    program = find_asterisk(PairLayout.below(settings.var).root)
    if program is None:
        least = ", ".join(".".join(map(str, version)) for version in RECENT_ENOUGH.values())
        yield Finding(
            check="asterisk",
            health=worst,
            says=f"none, or older than {least}" + ("" if used else "; only --line asterisk needs it"),
            fix="run `scripts/asterisk install`",
        )
    else:
        version = ".".join(map(str, program.version))
        yield Finding(check="asterisk", health=Health.OK, says=f"{version}, {program.argv[-1]}")
    if used:
        where = f"{settings.asterisk.ami_host}:{settings.asterisk.ami_port}"
        greets = _greets(settings.asterisk.ami_host, settings.asterisk.ami_port)
        yield Finding(
            check="asterisk manager",
            health=Health.OK if greets else Health.WARN,
            says=f"answers at {where}" if greets else f"nobody answers at {where}",
            fix="" if greets else "run `scripts/asterisk start`, or set asterisk.ami_host and ami_port",
        )


def disk(settings: Settings) -> Iterator[Finding]:
    """Room below var/."""
    folder = settings.var
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    enough = free >= FREE_BYTES
    yield Finding(
        check="disk",
        health=Health.OK if enough else Health.MISSING,
        says=f"{free / 1e9:.1f} GB free below {settings.var}",
        fix="" if enough else f"free {FREE_BYTES / 1e9:.0f} GB, or set var to another disk",
    )


def ports(settings: Settings) -> Iterator[Finding]:
    """Can we listen where we are told to?"""
    wanted = [
        ("console.port", settings.console.host, settings.console.port),
        ("media.port", settings.media.host, settings.media.port),
    ]
    for name, host, port in wanted:
        problem = _cannot_listen(host, port)
        shown = f"{host}:{port}" if port else f"{host}, any free port"
        yield Finding(
            check=name,
            health=Health.OK if problem is None else Health.MISSING,
            says=f"{shown} is free" if problem is None else f"{shown}: {problem}",
            fix="" if problem is None else f"end what uses it (another shengwen?), or set {name}",
        )


def tables(settings: Settings) -> Iterator[Finding]:
    """What people edit: words and weights, rules and limits, demo applicants."""
    from decision_hook.credit_limit.decide import load_credit_policy
    from dialogue.answer.delivery.table import load_delivery
    from dialogue.answer.tables import read_tables
    from dialogue.speaking.lexicon import load_lexicon
    from ivr.simulator.load import load_demo

    looked: tuple[tuple[str, Callable[[], object]], ...] = (
        ("answer tables", lambda: read_tables(settings.answer.tables)),
        ("delivery table", load_delivery),
        ("lexicon", load_lexicon),
        ("rules and limits", lambda: load_credit_policy(settings.decision.rules, call_above=0.5)),
        ("demo", load_demo),
    )
    for name, load in looked:
        try:
            load()
        except SurveyError as problem:
            yield Finding(check=name, health=Health.MISSING, says=str(problem), fix="correct the file")
        else:
            yield Finding(check=name, health=Health.OK, says="in order")


def bank(settings: Settings) -> Iterator[Finding]:
    """The question bank, as `shengwen bank lint` sees it."""
    from question_bank.load import inspect

    folder = settings.interview.bank
    inspection = inspect(folder)
    if inspection.bank is not None:
        count = len(inspection.bank.questions)
        yield Finding(check="question bank", health=Health.OK, says=f"{folder}: {count} questions")
        return
    first, more = inspection.problems[0], len(inspection.problems) - 1
    yield Finding(
        check="question bank",
        health=Health.MISSING,
        says=str(first) + (f" (and {more} more)" if more else ""),
        fix=f"run `shengwen bank lint {folder}` and correct what it lists",
    )


def database(settings: Settings) -> Iterator[Finding]:
    """Opens, takes the schema, and with it: how many listed voices would be found."""
    from config.database import engine_for, migrate

    engine = engine_for(settings.database_url)
    try:
        migrate(engine)
        shown = engine.url.render_as_string(hide_password=True)
        yield Finding(check="database", health=Health.OK, says=f"{shown}, schema up to date")
        yield _voices(settings, engine)
    finally:
        engine.dispose()


def _voices(settings: Settings, engine: "Engine") -> Finding:
    from voiceprint.search import VoiceSearch

    try:
        search = VoiceSearch(settings.voiceprint, settings.models, engine)
        found = [(search.found_of_100(seconds), seconds) for seconds in FOUND_AT_S]
        size = search.ready().watchlist.size(datetime.now(UTC))
    except SurveyError as problem:
        return Finding(
            check="voice search", health=Health.MISSING, says=str(problem), fix="see the models above"
        )
    shares = ", ".join(
        f"{share:.0f} ({low:.0f} to {high:.0f}) with {seconds:.0f} s of speech"
        for (share, low, high), seconds in found
    )
    review = settings.voiceprint.candidates_per_1000_calls
    return Finding(
        check="voice search",
        health=Health.OK,
        says=f"of 100 listed voices it would find {shares} "
        f"({settings.voiceprint.encoder}, {size:,} entries, {review:g} candidates per 1,000 calls)",
    )


def _greets(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=2.0) as probe:
            return probe.recv(64).startswith(b"Asterisk Call Manager")
    except OSError:
        return False


def _cannot_listen(host: str, port: int) -> str | None:
    """None: we can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            return problem.strerror or "cannot be used"
    return None


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    disk,
    models,
    intent_model,
    bank,
    tables,
    database,
    ports,
    asterisk,
)
