"""One call of the peer: its pipeline, from the first question to the hang-up."""

import asyncio
from collections.abc import Callable

from faster_whisper import WhisperModel
from pipecat.frames.frames import ErrorFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.turns.user_stop import TurnAnalyzerUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from decision_hook.contract import SurveyError
from dialogue.line import SAMPLE_RATE_HZ
from ivr.bench.notes import Put
from ivr.bench.peers.messages import PeerNotes
from ivr.bench.peers.pipecat.brain import Brain
from ivr.bench.peers.pipecat.ears import NotedSmartTurn, NotedVad, SharedWhisper
from ivr.bench.peers.pipecat.transport import LineInput, LineOutput
from ivr.media.session import MediaSession
from ivr.simulator.cue import Cue

IDLE_S = 6.0  # our own patience with somebody who says nothing; Pipecat's default is to wait for ever


async def hold(
    session: MediaSession, whisper: WhisperModel, puts: tuple[Put, ...], began: Callable[[Cue], None]
) -> PeerNotes:
    """Until all questions were answered or the caller is gone. Raises SurveyError if a part of it failed."""
    notes = PeerNotes(prompts=[], windows=[], verdicts=[], transcripts_s=[])
    over = asyncio.Event()
    errors: list[str] = []
    brain = Brain(puts, began, over.set)
    hearing = LLMContextAggregatorPair(
        LLMContext(),
        user_params=LLMUserAggregatorParams(
            vad_analyzer=NotedVad(notes),
            user_turn_strategies=UserTurnStrategies(
                stop=[TurnAnalyzerUserTurnStopStrategy(turn_analyzer=NotedSmartTurn(notes))]
            ),
            user_idle_timeout=IDLE_S,
        ),
    ).user()

    async def idle(_: object) -> None:
        await brain.go_on(again=True)

    hearing.add_event_handler("on_user_turn_idle", idle)
    pipeline = Pipeline(
        [
            LineInput(session, over.set),
            SharedWhisper(whisper, notes),
            hearing,
            brain,
            LineOutput(session, brain, notes),
        ]
    )
    worker = PipelineWorker(
        pipeline,
        params=PipelineParams(audio_out_sample_rate=SAMPLE_RATE_HZ),
        enable_rtvi=False,  # there is no browser to tell
        cancel_on_idle_timeout=False,
    )

    async def failed(_: object, frame: ErrorFrame) -> None:
        errors.append(frame.error)
        over.set()

    worker.add_event_handler("on_pipeline_error", failed)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run(), name="pipeline")
    try:
        waiting = asyncio.create_task(over.wait(), name="call's end")
        await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        await session.hang_up()
    finally:
        await worker.cancel()
        await running
    if errors:  # a peer that is broken may not pass for one that is slow
        raise SurveyError(f"Pipecat: {errors[0]}")
    return notes
