"""What is said to everybody: the script, and the phrasings that depend on no fact."""

from collections.abc import Sequence
from concurrent.futures import Executor

from config.derivations import completed
from config.settings import Settings
from decision_hook.contract import Application
from dialogue.speaking.kokoro import Kokoro
from dialogue.speaking.prompt_cache import PromptCache
from dialogue.speaking.synthesizer import CachedSynthesizer
from question_bank.load import load_bank
from question_bank.question import Question
from question_bank.render import is_personal


def open_speaking(settings: Settings, executor: Executor, kokoro: Kokoro | None = None) -> CachedSynthesizer:
    """The bank's voice. `executor` renders and is closed by its owner."""
    engine = kokoro or Kokoro(settings.models / "kokoro", threads=settings.hearing.threads)
    cache = PromptCache(settings.speaking.cache)
    cache.prune()  # prompts of one person's call are cached too: the oldest go when there are too many
    return CachedSynthesizer(
        engine,
        cache,
        executor,
        voice=settings.speaking.voice,
        speed=settings.speaking.speed,
        version=engine.version(),
    )


def shared_prompts(
    settings: Settings, *, every: bool = True, applicants: Sequence[Application] | None = None
) -> list[str]:
    """The texts that serve more than one person, the script first. Raises SurveyError for a bad bank.

    `every` False: one wording of each, which is enough to begin with; calls use what is rendered.
    `applicants`: only questions that one of these can be asked; None: all questions.
    """
    bank = load_bank(settings.interview.bank)
    groups = bank.script.groups()
    for question in bank.questions.values():
        if applicants is not None and not any(_can_be_asked(question, one) for one in applicants):
            continue
        groups.append(
            tuple(text for index, text in enumerate(question.phrasings) if not is_personal(question, index))
        )
        if question.keypad is not None:
            groups.append((question.keypad.ask,))
    return list(dict.fromkeys(text for group in groups for text in (group if every else group[:1])))


def _can_be_asked(question: Question, applicant: Application) -> bool:
    """Whether the facts that the question rests on follow from this application."""
    facts = completed(applicant).facts
    needed = (*question.requires, *question.fact_keys[:1])
    return all(key in facts for key in needed)
