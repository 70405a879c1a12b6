"""One call's delivery: keeps the caller's warm-up and voice, and adds to each answer how it sounded."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial

from decision_hook.contract import AnswerEvidence, EvidencePart, FactKind, Hypothesis
from decision_hook.contract.application import FACT_KINDS
from decision_hook.contract.evidence import SECOND_VOICE_PART
from dialogue.answer.delivery.baseline import Baseline
from dialogue.answer.delivery.caller_voice import CallerVoice, Stretch, sounds_like
from dialogue.answer.delivery.measures import measure
from dialogue.answer.delivery.murmur import with_murmurs
from dialogue.answer.delivery.other_voice import SpeakerSimilarity
from dialogue.answer.delivery.second_voice import Aside, Asides, WhoSpoke, find_asides, who_spoke
from dialogue.answer.delivery.state import Judged, Sounding, cap_delivery, judge_state
from dialogue.answer.delivery.table import DeliveryTable
from dialogue.answer.values import HeardAnswer
from question_bank.question import Role

DELIVERY_PART = "delivery"
# A prompter who whispers too softly is not heard in any answer: one cause. Nor does silence count once
# somebody was heard: he is there.
MAX_SILENT = 6


class CallDelivery:
    """Belongs to one call; answers come in order. The numeric work runs in `executor`, some 20 ms an answer.

    `similarity`: compares voices by embedding; given only where the caller agreed to that. None: pitch alone.
    """

    def __init__(
        self, table: DeliveryTable, executor: Executor, similarity: SpeakerSimilarity | None = None
    ) -> None:
        self._table, self._executor, self._similarity = table, executor, similarity
        self._policy = table.second_voice_policy()
        self._baseline = Baseline()
        self._caller = CallerVoice()
        self._sounds: list[EvidencePart] = []  # delivery parts so far, not capped
        self._second_voices = 0
        self._silent = 0  # answers in which a prompter could have been heard and nobody was

    async def judge(
        self, heard: HeardAnswer, evidence: AnswerEvidence, role: Role, *, on_form: bool = False
    ) -> AnswerEvidence:
        """The evidence with parts, measures and state added; unchanged if nobody spoke.

        `on_form`: the answer is about what stands on the application form, so a prompter could help.
        """
        loop = asyncio.get_running_loop()
        judge = partial(self.judge_now, on_form=on_form)
        return await loop.run_in_executor(self._executor, judge, heard, evidence, role)

    def judge_now(
        self, heard: HeardAnswer, evidence: AnswerEvidence, role: Role, *, on_form: bool = False
    ) -> AnswerEvidence:
        """The same; blocks."""
        measures = measure(heard, evidence.text, hums=int(evidence.measures.get("fillers", 0)))
        if measures is None:
            return evidence
        warm_up = role is Role.WARM_UP
        kind = FACT_KINDS.get(evidence.fact_key or "", FactKind.FREE)
        whole = heard if warm_up else with_murmurs(heard)
        asides = find_asides(whole, self._caller, self._policy, None if warm_up else self._similarity)
        self._remember(asides, warm_up=warm_up)
        deviations = self._baseline.deviations(measures, kind, self._table)
        sounding = Sounding(
            measures=measures, deviations=deviations, asides=asides, heard_words=bool(evidence.text)
        )
        judged = judge_state(sounding, self._table.thresholds)
        named = {**measures.known(), **deviations.known(), **_aside_numbers(asides)}
        if warm_up:  # the measure of the others, not evidence itself
            self._baseline = self._baseline.heard(measures, kind, self._table)
            return evidence.model_copy(update={"measures": named, "state": judged.state.value})
        over_noise_db = measures.over_noise_db or 0.0
        audible = on_form and over_noise_db >= self._table.second_voice_audible_db
        parts = [self._delivery_part(judged), *self._second_voice_part(asides, audible=audible)]
        return evidence.model_copy(
            update={
                "parts": (*evidence.parts, *parts),
                "llr": evidence.llr + sum(_llr(part) for part in parts),
                "measures": {**evidence.measures, **named},
                "state": judged.state.value,
            }
        )

    def who_spoke(self, heard: HeardAnswer) -> WhoSpoke:
        """Whose voice this turn was; if not surely the caller's, the caller's answer may follow.

        Blocks for some ms. For whoever decides how long to wait.
        """
        return who_spoke(heard, self._caller, self._policy, self._similarity)

    def _remember(self, asides: Asides, *, warm_up: bool) -> None:
        own: Sequence[Stretch] = asides.own
        if self._caller.known and not warm_up:
            own = [stretch for stretch in own if sounds_like(stretch, self._caller)]
        self._caller = self._caller.heard(own)

    def _delivery_part(self, judged: Judged) -> EvidencePart:
        """What this answer adds to the call's capped sum."""
        before = cap_delivery(self._sounds)
        logs = self._table.state_logs(judged.state)
        part = EvidencePart(
            name=DELIVERY_PART,
            log_likelihood=logs,
            source=self._table.origin,
            n=self._table.n,
            note=f"{judged.state.value}: {judged.why}",
        )
        self._sounds.append(part)
        after = cap_delivery(self._sounds)
        return part.model_copy(update={"log_likelihood": {h: after[h] - before[h] for h in Hypothesis}})

    def _second_voice_part(self, asides: Asides, *, audible: bool) -> list[EvidencePart]:
        if asides.kind is Aside.NONE:
            self._silent += audible
            counts = audible and self._second_voices == 0 and self._silent <= MAX_SILENT
            return [self._silent_part()] if counts else []
        again = self._second_voices > 0
        self._second_voices += 1
        return [
            EvidencePart(
                name=SECOND_VOICE_PART,
                log_likelihood=self._table.aside_logs(asides.kind, again=again),
                source=self._table.origin,
                n=self._table.n,
                note=describe(asides, times=self._second_voices),
            )
        ]

    def _silent_part(self) -> EvidencePart:
        return EvidencePart(
            name=SECOND_VOICE_PART,
            log_likelihood=self._table.silent_logs(),
            source=self._table.origin,
            n=self._table.n,
            note="nobody else was heard where a prompter could have helped",
        )


def describe(asides: Asides, *, times: int) -> str:
    """One line for a reviewer."""
    said = [f"{asides.quieter_db:.0f} dB quieter"] if asides.quieter_db is not None else []
    if asides.pitch_semitones is not None:
        said.append(f"{asides.pitch_semitones:.0f} semitones away")
    if asides.voice_llr is not None:
        said.append(f"another voice by {asides.voice_llr:.1f} nats")
    if asides.silence_ms is not None:
        said.append(f"then {asides.silence_ms} ms of silence, then the caller")
    else:
        said.append("nothing from the caller in this turn")
    return f"second voice, heard {times} times: {', '.join(said)}"


def _aside_numbers(asides: Asides) -> dict[str, float]:
    if asides.kind is Aside.NONE:
        return {}
    named = {
        "second_voice_quieter_db": asides.quieter_db,
        "second_voice_semitones": asides.pitch_semitones,
        "second_voice_llr": asides.voice_llr,
        "second_voice_silence_ms": asides.silence_ms,
    }
    return {name: round(float(value), 2) for name, value in named.items() if value is not None}


def _llr(part: EvidencePart) -> float:
    return part.log_likelihood[Hypothesis.GENUINE] - part.log_likelihood[Hypothesis.IMPOSTOR]
