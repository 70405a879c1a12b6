"""Which engine hears, by settings. Libraries and models are loaded when an engine is built."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from config.settings import Settings
from dialogue.hearing.engine import HearingEngine

if TYPE_CHECKING:
    from dialogue.hearing.heads import Heads
    from dialogue.hearing.speech import SpeechFinder


def _whisper(settings: Settings) -> HearingEngine:
    from dialogue.hearing.ctranslate2_whisper import load

    _one_core_each()
    folder = settings.hearing.model or settings.models / "whisper-base"
    return load(folder, build_finder(settings), threads=settings.hearing.threads, heads=_heads(settings))


def _transformers(settings: Settings) -> HearingEngine:
    from dialogue.hearing.convert import converted
    from dialogue.hearing.transformers_whisper import load

    folder = settings.hearing.model or converted(
        settings.models / "whisper-base", settings.var / "converted" / "whisper-base"
    )
    return load(folder, build_finder(settings), heads=_heads(settings))


def _one_core_each() -> None:
    """Keeps torch and BLAS to the thread that asks, in the whole process: enough threads ask.

    BLAS's second thread waits in a loop between the small products of the phone head and of spotting. With 16
    calls on two cores it took a quarter of one: the median turn was 1,285 ms with it and 894 without.
    """
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    threadpool_limits(limits=1, user_api="blas")


def _heads(settings: Settings) -> "Heads":
    from dialogue.hearing.filler_head import load_filler_head
    from dialogue.hearing.heads import Heads
    from dialogue.hearing.phone_head import load_head

    phones, fillers = settings.hearing.phones, settings.hearing.fillers
    return Heads(
        phones=load_head(phones) if phones is not None else None,
        fillers=load_filler_head(fillers) if fillers is not None else None,
    )


def _vosk(settings: Settings) -> HearingEngine:
    from dialogue.hearing.vosk_engine import VoskEngine

    return VoskEngine(settings.hearing.model or settings.models / "vosk-ko")


RECOGNIZERS: dict[str, Callable[[Settings], HearingEngine]] = {
    "whisper": _whisper,
    "transformers": _transformers,
    "vosk": _vosk,
}


def build_engine(settings: Settings) -> HearingEngine:
    """The engine `hearing.engine` names. Blocks some seconds. Raises SurveyError if its model is unusable."""
    return RECOGNIZERS[settings.hearing.engine](settings)


def build_finder(settings: Settings) -> "SpeechFinder":
    """Tells speech from silence and noise. Raises SurveyError if its model is unusable."""
    from dialogue.hearing.silero import SileroEngine
    from dialogue.hearing.speech import SpeechFinder

    return SpeechFinder(SileroEngine(settings.models / "silero" / "silero_vad.onnx"))
