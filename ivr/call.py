"""The life of one call: dial, converse, search the voice, conclude, decide, store. One named task."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar
from uuid import UUID

from decision_hook.contract import (
    AnswerEvidence,
    Application,
    CallOutcome,
    CallVerdict,
    Consent,
    ConsentKind,
    CreditDecision,
    RunVersions,
    SurveyError,
    VoiceResult,
)
from decision_hook.verdict import Advice
from dialogue.events import CallEnded, CallEvent, CallObserver, CallStateChanged
from dialogue.interview import Interviewed
from dialogue.survey import VoiceDesk
from ivr.dialler.port import Dialler, NotAnswered, PlaceCall
from ivr.media.recorder import Keeping, Recorder
from ivr.media.server import MediaServer
from ivr.media.session import MediaSession
from ivr.recording_notes import RecordingNotes

log = logging.getLogger(__name__)

ARRIVAL_S = 5.0  # from answer to the AudioSocket connection; a dialplan connects within milliseconds

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOrder:
    """Whom to call. The attempt's UUID exists before anything is dialled."""

    attempt: UUID
    application: Application
    seed: int
    ring_timeout_s: float = 30.0


class CallStore(Protocol):
    """Where attempts are kept. Blocks; called in a thread."""

    def begin_call(self, attempt: UUID, application: str, placed_at: datetime) -> None: ...

    def save_answer(self, attempt: UUID, number: int, answer: AnswerEvidence) -> None: ...

    def end_call(self, verdict: CallVerdict, ended_at: datetime) -> None: ...


class Conversations(Protocol):
    async def hold(self, order: CallOrder, session: MediaSession, witness: "Witness") -> Interviewed:
        """Holds the whole conversation over an open session, goodbye included."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every call shares."""

    dialler: Dialler
    media: MediaServer
    conversations: Conversations
    voices: VoiceDesk
    conclude: Callable[[Application, Interviewed, VoiceResult], Advice]
    decide: Callable[[Application, CallVerdict], CreditDecision]
    store: CallStore
    disk: Executor
    recordings: Path
    record_max_s: int
    versions: RunVersions
    observer: CallObserver


class Observers:
    """Hands each event to several watchers, in order."""

    def __init__(self, *watchers: CallObserver) -> None:
        self._watchers = watchers

    def observe(self, event: CallEvent) -> None:
        for watcher in self._watchers:
            watcher.observe(event)


class Witness:
    """Sees one conversation: keeps answers, consents and the recording's notes."""

    def __init__(self, attempt: UUID, desk: Desk, recorder: Recorder) -> None:
        self.consents: list[Consent] = []
        self._attempt, self._desk, self._recorder = attempt, desk, recorder
        self._notes = RecordingNotes(recorder)
        self._answers = 0

    def observe(self, event: CallEvent) -> None:
        self._notes.observe(event)
        self._desk.observer.observe(event)

    async def keep(self, answer: AnswerEvidence) -> None:
        number, self._answers = self._answers, self._answers + 1
        await in_thread(self._desk.disk, self._desk.store.save_answer, self._attempt, number, answer)

    async def consented(self, consent: Consent) -> None:
        self.consents.append(consent)
        if consent.kind is ConsentKind.RECORDING:
            if consent.given:
                self._recorder.begin_keeping()
            else:
                self._recorder.discard()


@dataclass(slots=True)
class _Progress:
    """What is known so far, so that a verdict is written whatever happens."""

    started_at: datetime
    answered_at: datetime | None = None
    heard: Interviewed = field(default_factory=lambda: Interviewed(outcome=CallOutcome.LINE_FAILED))
    voice: VoiceResult = field(default_factory=lambda: VoiceResult(searched=False, why_not="no conversation"))
    recording: str | None = None
    dropped_ms: int = 0
    duration_s: float = 0.0


async def conduct(order: CallOrder, desk: Desk) -> CallVerdict:
    """Makes one call and stores what came of it. Raises only if the store cannot take it, or cancelled."""
    progress = _Progress(started_at=datetime.now(UTC))
    await in_thread(
        desk.disk, desk.store.begin_call, order.attempt, order.application.id, progress.started_at
    )
    log.info("call %s: begins", order.attempt)
    try:
        await _reach(order, desk, progress)
    except asyncio.CancelledError:
        progress.heard = Interviewed(outcome=CallOutcome.CANCELLED)
        await asyncio.shield(_end(order, desk, progress))
        raise
    except Exception as problem:  # around a call: nothing that goes wrong in one may touch another
        log.error("call %s: failed (%s)", order.attempt, _kinds(problem))
        log.debug("call %s: where", order.attempt, exc_info=problem)
    return await _end(order, desk, progress)


async def _reach(order: CallOrder, desk: Desk, progress: _Progress) -> None:
    arrival = desk.media.expect(order.attempt)
    desk.observer.observe(CallStateChanged(call=order.attempt, state="dialling"))
    try:
        dialled = await desk.dialler.dial(
            PlaceCall(
                attempt=order.attempt,
                phone=order.application.phone,
                ring_timeout_s=order.ring_timeout_s,
            )
        )
        if isinstance(dialled, NotAnswered):
            progress.heard = Interviewed(outcome=dialled.outcome)
            return
        async with asyncio.timeout(ARRIVAL_S):
            session = await arrival
        progress.answered_at = datetime.now(UTC)
        await _converse(order, desk, session, progress)
    finally:
        desk.media.forget(order.attempt)
        await desk.dialler.hang_up(order.attempt)


async def _converse(order: CallOrder, desk: Desk, session: MediaSession, progress: _Progress) -> None:
    recorder = Recorder(max_s=desk.record_max_s, disk=desk.disk)
    session.tap = recorder
    witness = Witness(order.attempt, desk, recorder)
    witness.observe(CallStateChanged(call=order.attempt, state="answered"))
    try:
        progress.heard = await desk.conversations.hold(order, session, witness)
        progress.dropped_ms = session.dropped_ms  # not what is said into our goodbye
        await session.hang_up()
        if progress.heard.outcome is CallOutcome.HUNG_UP:
            ended = await desk.dialler.how_ended(order.attempt)
            progress.heard = replace(progress.heard, outcome=ended)
        if progress.heard.consents:
            progress.voice = await desk.voices.consider(
                progress.heard.speech, progress.heard.consents, call=order.attempt
            )
    finally:
        progress.duration_s = session.now_ms() / 1_000
        session.abort()
        if recorder.keeping is Keeping.AGREED:
            try:
                saved = await recorder.save(desk.recordings, str(order.attempt))
                progress.recording = saved.name
            except SurveyError as full_disk:
                log.error("call %s: %s", order.attempt, full_disk)


async def _end(order: CallOrder, desk: Desk, progress: _Progress) -> CallVerdict:
    heard = progress.heard
    recommendation, reasons = desk.conclude(order.application, heard, progress.voice)
    verdict = CallVerdict(
        call=order.attempt,
        application=order.application.id,
        outcome=heard.outcome,
        recommendation=recommendation,
        reasons=reasons,
        beliefs=heard.beliefs or {},
        answers=heard.answers,
        consents=heard.consents,
        voice=progress.voice,
        recording=progress.recording,
        started_at=progress.started_at,
        answered_at=progress.answered_at,
        duration_s=round(progress.duration_s, 2),
        audio_dropped_ms=progress.dropped_ms,
        versions=desk.versions.model_copy(
            update={"seed": order.seed, "bank": heard.bank or desk.versions.bank}
        ),
    )
    verdict = verdict.model_copy(update={"decision": desk.decide(order.application, verdict)})
    await in_thread(desk.disk, desk.store.end_call, verdict, datetime.now(UTC))
    desk.observer.observe(CallEnded(call=order.attempt, outcome=heard.outcome))
    log.info(
        "call %s: %s, %d answers, %.0f s, %d ms of audio dropped",
        order.attempt,
        heard.outcome.value,
        len(heard.answers),
        progress.duration_s,
        progress.dropped_ms,
    )
    return verdict


async def in_thread(disk: Executor, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs blocking work in the disk's executor."""
    return await asyncio.get_running_loop().run_in_executor(disk, lambda: do(*args, **kwargs))


def _kinds(problem: BaseException) -> str:
    """Names of what went wrong, without messages: those may hold what a caller said."""
    if isinstance(problem, BaseExceptionGroup):
        return ", ".join(_kinds(inner) for inner in problem.exceptions)
    return type(problem).__name__
