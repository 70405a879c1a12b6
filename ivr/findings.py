"""From a conversation to advice: hands what was heard to the pure verdict."""

from decision_hook.contract import Application, Grade, VoiceResult
from decision_hook.verdict import Advice, CallFindings, Signal, conclude
from dialogue.interview import Interviewed
from question_bank.budget import Budgets, Kind, Seen, spent

SIGNALS = {
    Grade.HUMAN: Signal.ASKED_FOR_HUMAN,
    Grade.LATER: Signal.ASKED_FOR_LATER,
    Grade.NO_ANSWER: Signal.SILENT,
}


def advise(
    application: Application, heard: Interviewed, voice: VoiceResult, budgets: Budgets | None = None
) -> Advice:
    """Pure. What the call adds up to. `budgets`: None where the same voices are meant to call again."""
    signal = SIGNALS.get(heard.grade) if heard.grade is not None else None
    return conclude(
        CallFindings(
            outcome=heard.outcome,
            beliefs=heard.beliefs or {},
            beliefs_without_delivery=heard.beliefs_without_delivery or {},
            answers=heard.answers,
            sources={key: fact.source for key, fact in application.facts.items()},
            voice=voice,
            consents=heard.consents,
            signals=frozenset({signal} if signal else ()),
            voice_used_up=budgets is not None and _used_up(voice, budgets),
        )
    )


def _used_up(voice: VoiceResult, budgets: Budgets) -> bool:
    if voice.voice_calls is None:
        return False
    return spent({Kind.VOICE: Seen(calls=voice.voice_calls)}, budgets) is not None
