"""Reads replies to the script's own questions: who is there, and what may we do."""

from collections.abc import Mapping

from decision_hook.contract import AnswerEvidence, CallOutcome, Grade
from dialogue.answer.closed import RULED_OUT, SURE
from dialogue.answer.consent import ConsentAnswer, ConsentJudge
from dialogue.answer.intent.intent import Intent
from dialogue.answer.side import Side
from dialogue.answer.values import AskedQuestion, HeardAnswer
from dialogue.opening import Understood

ENDINGS: Mapping[Intent, CallOutcome] = {
    Intent.WRONG_PERSON: CallOutcome.WRONG_PERSON,
    Intent.NOT_APPLIED: CallOutcome.NOT_APPLIED,
    Intent.ANNOUNCEMENT: CallOutcome.ANNOUNCEMENT,
    Intent.VOICEMAIL: CallOutcome.VOICEMAIL,
}
GRADES: Mapping[Intent, Grade] = {
    Intent.REPEAT: Grade.REPEAT,
    Intent.SLOWER: Grade.SLOWER,
    Intent.WHO_ARE_YOU: Grade.WHO_ARE_YOU,
    Intent.HUMAN: Grade.HUMAN,
    Intent.LATER: Grade.LATER,
}
FAREWELLS = frozenset({Grade.HUMAN, Grade.LATER})  # they end the call, so they must be plain
YES_OR_NO = {ConsentAnswer.AGREED: True, ConsentAnswer.DECLINED: False, ConsentAnswer.UNCLEAR: None}


class SpokenScriptJudge:
    """Implements dialogue.opening.ScriptJudge. Shared by all calls."""

    def __init__(self, consents: ConsentJudge) -> None:
        self._consents = consents

    async def understand(self, heard: HeardAnswer, asked: AskedQuestion) -> Understood:
        if not heard.segments and not heard.keys:
            return Understood(yes=None, ending=None, evidence=_evidence(heard, asked, "", Grade.NO_ANSWER))
        reply = await self._consents.hear(
            heard, asked=asked.asked, question=asked.question.id, language=asked.language
        )
        grade, ending = GRADES.get(reply.intent), ENDINGS.get(reply.intent)
        if reply.leaning is None:
            yes = YES_OR_NO[reply.answer]
            usual = Grade.UNCLEAR if yes is None else Grade.FREE
            evidence = _evidence(heard, asked, reply.words, grade or usual)
            return Understood(yes=yes, ending=ending, evidence=evidence)
        if reply.leaning.probability(Side.YES) >= RULED_OUT:
            ending = None  # 打错了 was read, but it may sound like yes: asked again
        if grade in FAREWELLS and reply.leaning.probability(Side.OTHER) < SURE:
            grade = None
        evidence = _evidence(heard, asked, reply.words, grade or Grade.UNCLEAR)
        return Understood(yes=None, ending=ending, evidence=evidence, leaning=reply.leaning)


def _evidence(heard: HeardAnswer, asked: AskedQuestion, words: str, grade: Grade) -> AnswerEvidence:
    return AnswerEvidence(
        question=asked.question.id,
        topic=asked.question.topic,
        asked=asked.asked,
        text=words,
        grade=grade,
        started_ms=heard.started_ms,
        ended_ms=heard.ended_ms,
        latency_ms=heard.latency_ms,
        attempts=asked.attempts,
        keyed=bool(heard.keys),
    )
