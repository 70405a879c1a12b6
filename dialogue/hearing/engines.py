"""Which engine hears, by settings. Libraries and models are loaded when an engine is built."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from config.settings import Settings
from dialogue.hearing.engine import HearingEngine

if TYPE_CHECKING:
    from dialogue.hearing.heads import Heads
    from dialogue.hearing.speech import SpeechFinder


def _whisper(settings: Settings) -> HearingEngine:
    import torch

    from dialogue.hearing.ctranslate2_whisper import load

    # One core per request here too: the threads that ask are `hearing.threads` already.
    torch.set_num_threads(1)
    folder = settings.hearing.model or settings.models / "whisper-base"
    return load(folder, build_finder(settings), threads=settings.hearing.threads, heads=_heads(settings))


def _transformers(settings: Settings) -> HearingEngine:
    from dialogue.hearing.convert import converted
    from dialogue.hearing.transformers_whisper import load

    folder = settings.hearing.model or converted(
        settings.models / "whisper-base", settings.var / "converted" / "whisper-base"
    )
    return load(folder, build_finder(settings), heads=_heads(settings))


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
