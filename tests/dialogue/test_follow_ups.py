"""Made from an answer, rendered meanwhile, asked a turn later; an outside writer only through the linter."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from decision_hook.contract import AnswerEvidence, Application, Fact, FactSource, Grade, SurveyError
from dialogue.follow_ups import FollowUps, QuestionWriter, WriterBrief
from dialogue.line import Samples
from question_bank.bank import Bank
from question_bank.load import load_bank
from question_bank.paper import PaperPolicy, PaperState, begin
from tests.fakes.synthesizer import FakeSynthesizer

FACTS = {
    key: Fact(value="不说的", source=FactSource.FORM)
    for key in ("employer", "home_city", "home_street", "contact_name", "spouse_name", "employer_city")
}
USUAL = "您说的宏达贸易公司，门口有什么饭馆或商店？"
OTHER = "到了中午，宏达贸易公司的人多半去哪儿吃饭？"


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank(Path("config/banks/zh"))


class Writer:
    """Proposes what it is told to propose."""

    def __init__(self, text: str | None) -> None:
        self._text = text
        self.briefs: list[WriterBrief] = []

    async def propose(self, brief: WriterBrief) -> str | None:
        self.briefs.append(brief)
        return self._text


def answer(question: str, said: str = "", sure: float = 0.98, grade: Grade = Grade.MATCH) -> AnswerEvidence:
    return AnswerEvidence(
        question=question, grade=grade, started_ms=0, ended_ms=500, said=said, said_confidence=sure
    )


POLICY = PaperPolicy()


def paper(asked: tuple[str, ...]) -> PaperState:
    """A paper in which these were asked."""
    state = begin(Application(id="a", phone="13800000000", facts=FACTS))
    return replace(state, asked=asked, grades=(Grade.MATCH,) * len(asked))


async def prepared(
    bank: Bank, asked: tuple[str, ...], evidence: AnswerEvidence, writer: QuestionWriter | None = None
) -> tuple[FollowUps, FakeSynthesizer]:
    """Follow-ups after one answer, everything rendered."""
    synthesizer = FakeSynthesizer()
    async with asyncio.TaskGroup() as group:
        made = FollowUps(bank=bank, facts=FACTS, synthesizer=synthesizer, writer=writer, group=group)
        made.heard(bank.questions[evidence.question], evidence, paper(asked), POLICY)
    return made, synthesizer


async def test_it_waits_for_another_question(bank: Bank) -> None:
    asked = ("phone.email", "employment.employer")
    made, _ = await prepared(bank, asked, answer("employment.employer", "宏达贸易公司"))
    assert made.due(paper(asked), POLICY) is None
    due = made.due(paper((*asked, "income.pay_day")), POLICY)
    assert due is not None
    assert due.words in (USUAL, OTHER)
    assert made.due(paper((*asked, "income.pay_day", due.question.id)), POLICY) is None  # used once


async def test_it_is_dropped_when_stale_or_when_time_is_short(bank: Bank) -> None:
    asked = ("employment.employer",)
    made, _ = await prepared(bank, asked, answer("employment.employer", "宏达贸易公司"))
    assert made.due(paper((*asked, "a.b", "c.d", "e.f", "g.h")), POLICY) is None
    made, _ = await prepared(bank, asked, answer("employment.employer", "宏达贸易公司"))
    assert made.due(replace(paper((*asked, "income.pay_day")), elapsed_s=175), POLICY) is None


async def test_a_question_asked_meanwhile_is_not_asked_again(bank: Bank) -> None:
    asked = ("employment.employer",)
    made, _ = await prepared(bank, asked, answer("employment.employer", "宏达贸易公司"))
    assert made.due(paper((*asked, "employment.nearby")), POLICY) is None


async def test_it_waits_until_its_topic_may_come_again(bank: Bank) -> None:
    asked = ("employment.employer",)
    made, _ = await prepared(bank, asked, answer("employment.employer", "宏达贸易公司"))
    assert made.due(paper((*asked, "employment.job_title")), POLICY) is None
    assert made.due(paper((*asked, "employment.job_title", "income.pay_day")), POLICY) is not None


async def test_not_rendered_yet_is_not_due(bank: Bank) -> None:
    class Slow(FakeSynthesizer):
        def ready(self, text: str, *, slow: bool = False) -> None:
            return None

    async with asyncio.TaskGroup() as group:
        made = FollowUps(bank=bank, facts=FACTS, synthesizer=Slow(), writer=None, group=group)
        asked = ("employment.employer",)
        made.heard(
            bank.questions["employment.employer"],
            answer("employment.employer", "宏达贸易公司"),
            paper(asked),
            POLICY,
        )
    assert made.due(paper((*asked, "income.pay_day")), POLICY) is None


async def test_no_more_in_a_call_than_the_paper_owes(bank: Bank) -> None:
    used = 0
    async with asyncio.TaskGroup() as group:
        made = FollowUps(bank=bank, facts=FACTS, synthesizer=FakeSynthesizer(), writer=None, group=group)
        asked: tuple[str, ...] = ()
        for question, said in (
            ("employment.employer", "宏达贸易公司"),
            ("residence.city", "杭州"),
            ("residence.street", "文三路"),
            ("contacts.name", "王磊"),
        ):
            asked = (*asked, question)
            made.heard(bank.questions[question], answer(question, said), paper(asked), POLICY)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            asked = (*asked, f"other.{len(asked)}")
            if (due := made.due(paper(asked), POLICY)) is not None:
                used += 1
                asked = (*asked, due.question.id)
    assert used == POLICY.min_life


async def test_a_good_proposal_is_spoken_and_nothing_of_the_application_is_told(bank: Bank) -> None:
    asked = ("employment.employer",)
    writer = Writer("宏达贸易公司的同事里，您跟谁最谈得来？")
    made, synthesizer = await prepared(bank, asked, answer("employment.employer", "宏达贸易公司"), writer)
    due = made.due(paper((*asked, "income.pay_day")), POLICY)
    assert due is not None
    assert due.words == "宏达贸易公司的同事里，您跟谁最谈得来？"
    assert due.question.id == "employment.nearby"  # weighed and counted as the question it stands for
    assert (due.words, False) in synthesizer.rendered
    (brief,) = writer.briefs
    assert brief.said == "宏达贸易公司"
    assert "不说的" not in repr(brief)


async def test_a_writer_is_never_told_the_choices_that_were_spoken(bank: Bank) -> None:
    question = replace(bank.questions["employment.employer"], phrasings=("您在{{ choices }}上班？",))
    spoken = answer(question.id, "宏达贸易公司").model_copy(update={"asked": "您在不说的，还是王强家上班？"})
    writer = Writer(None)
    async with asyncio.TaskGroup() as group:
        made = FollowUps(bank=bank, facts=FACTS, synthesizer=FakeSynthesizer(), writer=writer, group=group)
        made.heard(question, spoken, paper((question.id,)), POLICY)
    (brief,) = writer.briefs
    assert brief.asked == "您在{{ choices }}上班？"


async def test_whatever_a_writer_raises_the_usual_wording_is_asked(bank: Bank) -> None:
    class Broken:
        async def propose(self, brief: WriterBrief) -> str | None:
            raise RecursionError

    asked = ("employment.employer",)
    made, _ = await prepared(bank, asked, answer("employment.employer", "宏达贸易公司"), Broken())
    due = made.due(paper((*asked, "income.pay_day")), POLICY)
    assert due is not None
    assert due.words in (USUAL, OTHER)


async def test_a_wording_that_cannot_be_rendered_leaves_the_usual_one(bank: Bank) -> None:
    words = "宏达贸易公司的同事里，您跟谁最谈得来？"

    class Picky(FakeSynthesizer):
        async def render(self, text: str, *, slow: bool = False) -> Samples:
            if text == words:
                raise SurveyError("picky synthesizer: not these; write others")
            return await super().render(text, slow=slow)

    asked = ("employment.employer",)
    async with asyncio.TaskGroup() as group:
        made = FollowUps(bank=bank, facts=FACTS, synthesizer=Picky(), writer=Writer(words), group=group)
        made.heard(bank.questions[asked[0]], answer(asked[0], "宏达贸易公司"), paper(asked), POLICY)
    due = made.due(paper((*asked, "income.pay_day")), POLICY)
    assert due is not None
    assert due.words in (USUAL, OTHER)


@pytest.mark.parametrize(
    "proposal",
    [
        "请您说一下银行卡密码好吗？",
        "您说得没错，在宏达贸易公司做什么呢？",
        "您和不说的在宏达贸易公司认识的吗？",
        "{{ said }}怎么样，好不好呢？",
        "好",
        "在宏达贸易公司\ud800，跟谁最谈得来？",
        None,
    ],
)
async def test_a_bad_proposal_is_never_rendered(bank: Bank, proposal: str | None) -> None:
    asked = ("employment.employer",)
    made, synthesizer = await prepared(
        bank, asked, answer("employment.employer", "宏达贸易公司"), Writer(proposal)
    )
    due = made.due(paper((*asked, "income.pay_day")), POLICY)
    assert due is not None
    assert due.words in (USUAL, OTHER)
    assert all(text != proposal for text, _ in synthesizer.rendered)


async def test_nobody_waits_for_a_writer_after_the_survey(bank: Bank) -> None:
    class Endless:
        async def propose(self, brief: WriterBrief) -> str | None:
            await asyncio.Event().wait()
            return None

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        made = FollowUps(bank=bank, facts=FACTS, synthesizer=FakeSynthesizer(), writer=Endless(), group=group)
        made.heard(
            bank.questions["employment.employer"],
            answer("employment.employer", "宏达贸易公司"),
            paper(("employment.employer",)),
            POLICY,
        )
        await asyncio.sleep(0)
        made.stop()
