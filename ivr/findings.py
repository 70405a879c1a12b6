"""From a conversation to advice: hands what was heard to the pure verdict."""

from decision_hook.contract import Application, Grade, VoiceResult
from decision_hook.verdict import Advice, CallFindings, Signal, conclude
from dialogue.interview import Interviewed

SIGNALS = {
    Grade.HUMAN: Signal.ASKED_FOR_HUMAN,
    Grade.LATER: Signal.ASKED_FOR_LATER,
    Grade.NO_ANSWER: Signal.SILENT,
}


def advise(application: Application, heard: Interviewed, voice: VoiceResult) -> Advice:
    """Pure. What the call adds up to."""
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
        )
    )
