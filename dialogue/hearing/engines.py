"""Which engine hears, by settings. Libraries and models are loaded when an engine is built."""

from collections.abc import Callable

from config.settings import Settings
from dialogue.hearing.engine import HearingEngine


def _whisper(settings: Settings) -> HearingEngine:
    from dialogue.hearing.ctranslate2_whisper import load

    folder = settings.hearing.model or settings.models / "whisper-base"
    return load(folder, threads=settings.hearing.threads)


def _transformers(settings: Settings) -> HearingEngine:
    from dialogue.hearing.convert import converted
    from dialogue.hearing.transformers_whisper import load

    if settings.hearing.model:
        return load(settings.hearing.model)
    return load(converted(settings.models / "whisper-base", settings.var / "converted" / "whisper-base"))


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
