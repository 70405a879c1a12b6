"""Everything that listens, put together: recogniser, voice activity, end of turn, judges."""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass

from config.settings import Settings
from dialogue.answer.consent import ConsentJudge
from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.intent.phone_model import PhoneIntentModel
from dialogue.answer.intent.stored import WEIGHTS_FILE
from dialogue.answer.judge import AnswerJudge
from dialogue.answer.tables import read_tables
from dialogue.hearing.engines import build_engine
from dialogue.line import Samples
from dialogue.script_judge import SpokenScriptJudge
from dialogue.turn.complete import TurnCompletion
from ivr.inference.niceness import Niceness, give_way
from ivr.inference.recognizer import SharedRecognizer
from ivr.inference.vad import SileroPool, SileroStream


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingDesk:
    """Shared by all calls."""

    recognizer: SharedRecognizer
    recognizer_name: str
    activity: Callable[[], SileroStream]
    completion: "CompletionInThread"
    judge: AnswerJudge
    script_judge: SpokenScriptJudge
    longest_wait_s: Callable[[float], float]  # for any model, in the last so many seconds
    tables: str  # version: hash of the calibration tables


class CompletionInThread:
    """Implements dialogue.ear.Completion with a model that blocks."""

    def __init__(self, model: TurnCompletion, executor: Executor) -> None:
        self._model, self._executor = model, executor

    async def probability(self, samples: Samples) -> float:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._model.probability, samples)


async def open_hearing(settings: Settings, stack: AsyncExitStack) -> HearingDesk:
    """Loads the models (some seconds, off the loop). Raises SurveyError if one is unusable."""
    thinking = stack.enter_context(
        ThreadPoolExecutor(
            1, thread_name_prefix="turn end", initializer=give_way, initargs=(Niceness.ANSWER,)
        )
    )
    weighing = stack.enter_context(
        ThreadPoolExecutor(
            1, thread_name_prefix="weighing", initializer=give_way, initargs=(Niceness.ANSWER,)
        )
    )
    # One after the other: torchaudio's packages import each other and break when two threads begin at once.
    recognizer = await open_recognizer(settings, stack)
    completion = await asyncio.to_thread(
        TurnCompletion, settings.models / "smart-turn" / "smart-turn-v3.2-cpu.onnx"
    )
    silero = SileroPool(settings.models)
    stack.push_async_callback(silero.close)
    tables = read_tables(settings.answer.tables)
    intents = IntentClassifier(tables, model_folder=settings.answer.intent_model)
    await asyncio.to_thread(intents.warm)
    phone_intents = await asyncio.to_thread(PhoneIntentModel, settings.answer.phone_intent_model)
    return HearingDesk(
        recognizer=recognizer,
        recognizer_name=settings.hearing.engine,
        activity=silero.stream,
        completion=CompletionInThread(completion, thinking),
        judge=AnswerJudge(recognizer, intents, tables, weighing, phone_intents),
        script_judge=SpokenScriptJudge(ConsentJudge(recognizer, intents, tables, weighing)),
        longest_wait_s=lambda last_s: max(
            recognizer.live_wait_s(last_s=last_s), silero.live_wait_s(last_s=last_s)
        ),
        tables=tables_version(settings),
    )


async def open_recognizer(settings: Settings, stack: AsyncExitStack) -> SharedRecognizer:
    """The recogniser of the settings alone. Raises SurveyError if its model is unusable."""
    # In a thread that gives way, because the model's own threads inherit that.
    with ThreadPoolExecutor(1, initializer=give_way, initargs=(Niceness.ANSWER,)) as loading:
        engine = await asyncio.get_running_loop().run_in_executor(loading, build_engine, settings)
    recognizer = SharedRecognizer.over(engine, settings.hearing)
    stack.push_async_callback(recognizer.close)
    return recognizer


def tables_version(settings: Settings) -> str:
    """Hash of every table and of the models of sounds, so that a verdict can say what it was weighed with."""
    digest = hashlib.sha256()
    for head in (settings.hearing.phones, settings.hearing.fillers):
        if head is not None:
            digest.update(head.read_bytes())
    if settings.hearing.phones is not None:
        digest.update((settings.answer.phone_intent_model / WEIGHTS_FILE).read_bytes())
    for path in sorted(settings.answer.tables.glob("*.yaml")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
