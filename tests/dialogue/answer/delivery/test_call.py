import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from decision_hook.contract import AnswerEvidence, EvidencePart, Grade, Hypothesis
from decision_hook.contract.evidence import DELIVERY_PARTS, SECOND_VOICE_PART
from dialogue.answer.delivery.call import MAX_SILENT, CallDelivery
from dialogue.answer.delivery.second_voice import WhoSpoke
from dialogue.answer.delivery.table import load_delivery
from dialogue.answer.values import HeardAnswer
from question_bank.belief import DELIVERY_CAP_NATS
from question_bank.question import Role
from tests.dialogue.answer.delivery.voices import MAN, WOMAN, Said, turn

TABLE = load_delivery()
FACT = EvidencePart(name="fact", log_likelihood=dict.fromkeys(Hypothesis, -0.5), source="test")
OWN = Said(voice=WOMAN, ms=2_000, after_ms=600)
WHISPER = Said(voice=MAN, ms=900, after_ms=500, level_db=-32)


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def call(executor: ThreadPoolExecutor) -> CallDelivery:
    delivery = CallDelivery(TABLE, executor)
    for seed in (1, 2):
        delivery.judge_now(turn([OWN, OWN], seed=seed), evidence("我在这里上班做了很多年"), Role.WARM_UP)
    return delivery


def evidence(text: str = "我住在成都市武侯区") -> AnswerEvidence:
    return AnswerEvidence(
        question="q",
        fact_key="home_city",
        text=text,
        grade=Grade.MATCH,
        started_ms=0,
        ended_ms=1,
        parts=(FACT,),
    )


def second_voices(judged: AnswerEvidence) -> list[float]:
    return [
        part.log_likelihood[Hypothesis.COACHED] - part.log_likelihood[Hypothesis.GENUINE]
        for part in judged.parts
        if part.name == SECOND_VOICE_PART
    ]


async def test_parts_are_appended_and_measures_named(call: CallDelivery) -> None:
    judged = await call.judge(turn([OWN], seed=4), evidence(), Role.FACT)
    assert judged.parts[0] == FACT
    assert [part.name for part in judged.parts[1:]] == ["delivery"]
    assert {"delivery"} <= DELIVERY_PARTS
    assert judged.state == "fluent"
    assert judged.measures["latency_ms"] == 600
    assert "latency_z" in judged.measures
    assert judged.parts[1].source == f"delivery.yaml:{TABLE.source}"


async def test_the_warm_up_is_the_measure_and_no_evidence(executor: ThreadPoolExecutor) -> None:
    judged = await CallDelivery(TABLE, executor).judge(turn([OWN]), evidence(), Role.WARM_UP)
    assert judged.parts == (FACT,)
    assert judged.measures["latency_ms"] == 600


async def test_one_second_voice_is_suggestive_two_are_strong(call: CallDelivery) -> None:
    prompted = [WHISPER, replace(OWN, after_ms=2_000)]
    first = await call.judge(turn(prompted, seed=5), evidence(), Role.FACT)
    quiet = await call.judge(turn([OWN], seed=6), evidence(), Role.FACT)
    second = await call.judge(turn(prompted, seed=7), evidence(), Role.FACT)
    assert first.state == second.state == "prompted"
    assert "then 2000 ms of silence" in first.parts[-1].note
    assert second_voices(quiet) == []
    ((once,), (again,)) = second_voices(first), second_voices(second)
    assert 0.5 < once < 1.5
    assert once + again > 3.0


async def test_nobody_heard_where_a_prompter_could_help_speaks_a_little_against_one(
    call: CallDelivery,
) -> None:
    elsewhere = await call.judge(turn([OWN], seed=6), evidence(), Role.FACT)
    on_form = await call.judge(turn([OWN], seed=6), evidence(), Role.FACT, on_form=True)
    noisy = await call.judge(turn([OWN], seed=6, noise_db=-38), evidence(), Role.FACT, on_form=True)
    assert second_voices(elsewhere) == second_voices(noisy) == []
    assert second_voices(on_form) == [pytest.approx(math.log(0.80 / 0.99))]


async def test_silence_beside_the_caller_has_one_cause(call: CallDelivery) -> None:
    counted = 0
    for number in range(MAX_SILENT + 3):
        judged = await call.judge(turn([OWN], seed=30 + number), evidence(), Role.FACT, on_form=True)
        counted += len(second_voices(judged))
    assert counted == MAX_SILENT


async def test_silence_says_nothing_once_somebody_was_heard(call: CallDelivery) -> None:
    await call.judge(
        turn([WHISPER, replace(OWN, after_ms=2_000)], seed=5), evidence(), Role.FACT, on_form=True
    )
    quiet = await call.judge(turn([OWN], seed=6), evidence(), Role.FACT, on_form=True)
    assert second_voices(quiet) == []


async def test_a_turn_of_whisper_alone_is_noticed(call: CallDelivery) -> None:
    whisper = turn([WHISPER], seed=8)
    assert call.who_spoke(whisper) is WhoSpoke.ANOTHER
    assert call.who_spoke(turn([OWN], seed=8)) is WhoSpoke.CALLER
    judged = await call.judge(whisper, evidence(), Role.FACT)
    assert "nothing from the caller" in judged.parts[-1].note


async def test_a_whisper_heard_before_the_reply_makes_it_prompted(call: CallDelivery) -> None:
    """As the survey hands it over once the caller has spoken after all."""
    whole = turn([WHISPER, replace(OWN, after_ms=2_000)], seed=8, noise_db=-42)  # too noisy for a murmur
    whisper, own = whole.segments
    cut = (own[0] - 200 - whole.started_ms + 200) * 8
    reply = replace(
        whole,
        samples=whole.samples[cut:],
        before=whole.samples[:cut],
        segments=(own,),
        started_ms=own[0],
        latency_ms=own[0] - whole.prompt_end_ms,
    )
    judged = await call.judge(replace(reply, others=(whisper,)), evidence(), Role.FACT)
    assert judged.state == "prompted"
    assert judged.measures["second_voice_silence_ms"] == 2_000
    assert judged.measures["latency_ms"] == own[0] - whole.prompt_end_ms


async def test_a_whole_call_of_delivery_stays_capped(call: CallDelivery) -> None:
    parts: list[EvidencePart] = []
    for number in range(12):
        heard = turn([replace(OWN, after_ms=4_000)], seed=20 + number)
        judged = await call.judge(heard, evidence(), Role.FACT)
        assert judged.state == "prompted"
        parts += [part for part in judged.parts if part.name in DELIVERY_PARTS]
        sums = [sum(part.log_likelihood[h] for part in parts) for h in Hypothesis]
        assert max(sums) - min(sums) <= DELIVERY_CAP_NATS + 1e-9
    assert sums[2] == max(sums)  # coached


async def test_nobody_spoke(call: CallDelivery) -> None:
    silent = HeardAnswer(
        samples=np.zeros(0, dtype=np.int16),
        segments=(),
        started_ms=5_000,
        ended_ms=5_000,
        prompt_end_ms=5_000,
        latency_ms=None,
    )
    assert await call.judge(silent, evidence(""), Role.FACT) == evidence("")
