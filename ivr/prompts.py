"""What is said to everybody: the script, and the phrasings that depend on no fact."""

from concurrent.futures import Executor

from config.settings import Settings
from dialogue.speaking.kokoro import Kokoro
from dialogue.speaking.prompt_cache import PromptCache
from dialogue.speaking.synthesizer import CachedSynthesizer
from question_bank.load import load_bank
from question_bank.render import is_personal


def open_speaking(settings: Settings, executor: Executor, kokoro: Kokoro | None = None) -> CachedSynthesizer:
    """The bank's voice. `executor` renders and is closed by its owner."""
    engine = kokoro or Kokoro(settings.models / "kokoro", threads=settings.hearing.threads)
    return CachedSynthesizer(
        engine,
        PromptCache(settings.speaking.cache),
        executor,
        voice=settings.speaking.voice,
        speed=settings.speaking.speed,
        version=engine.version(),
    )


def shared_prompts(settings: Settings) -> list[str]:
    """Every text that serves more than one person, the script first. Raises SurveyError for a bad bank."""
    bank = load_bank(settings.interview.bank)
    texts = list(bank.script.sentences())
    for question in bank.questions.values():
        texts += [text for index, text in enumerate(question.phrasings) if not is_personal(question, index)]
        if question.keypad is not None:
            texts.append(question.keypad.ask)
    return list(dict.fromkeys(texts))
