"""The campaign on a real database; what a call is, is ours to say here."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from config.database import DatabaseUnavailable, engine_for, migrate
from config.settings import CampaignSettings
from decision_hook.contract import (
    Application,
    CallOutcome,
    CallVerdict,
    CreditDecision,
    DecisionResult,
    Fact,
    FactSource,
    Reason,
    Recommendation,
    RunVersions,
    SurveyError,
)
from decision_hook.store import HookStore
from ivr.call import CallOrder
from ivr.campaign.lock import only_campaign
from ivr.campaign.rules import Hopeless, window_of
from ivr.campaign.runner import Campaign, Rooms
from ivr.campaign.shift import telephone
from ivr.campaign.store import CampaignStore
from ivr.shutdown import Told

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
VERSIONS = RunVersions(shengwen="test")
APPROVED = CreditDecision(result=DecisionResult.APPROVE, limit=10_000)
PENDING = CreditDecision(result=DecisionResult.PENDING)


def risky(number: int, phone: str | None = None) -> Application:
    return Application(id=f"A{number}", phone=phone or f"1700000{number:04d}", risk_score=0.9)


def harmless(number: int) -> Application:
    return Application(id=f"H{number}", phone=f"1700001{number:04d}", risk_score=0.1)


@dataclass
class Telephone:
    """What calls do here: `meanwhile` runs during each; `outcome` is how it ends."""

    store: HookStore
    meanwhile: Callable[[CallOrder], Awaitable[None]] | None = None
    outcome: CallOutcome = CallOutcome.COMPLETED
    fails_for: frozenset[str] = frozenset()
    orders: list[CallOrder] = field(default_factory=list)
    open: list[CallOrder] = field(default_factory=list)
    most_open: int = 0
    cancelled: int = 0
    now: datetime = NOON

    async def call(self, order: CallOrder) -> CallVerdict:
        assert order.application.phone not in [other.application.phone for other in self.open]
        if order.application.id in self.fails_for:
            raise DatabaseUnavailable("database: the disk is full; free some space")
        self.store.begin_call(order.attempt, order.application.id, self.now)
        self.orders.append(order)
        self.open.append(order)
        self.most_open = max(self.most_open, len(self.open))
        try:
            if self.meanwhile is not None:
                await self.meanwhile(order)
            return self._end(order, self.outcome)
        except asyncio.CancelledError:
            self.cancelled += 1
            self._end(order, CallOutcome.CANCELLED)
            raise
        finally:
            self.open.remove(order)

    def _end(self, order: CallOrder, outcome: CallOutcome) -> CallVerdict:
        spoke = outcome is CallOutcome.COMPLETED
        verdict = CallVerdict(
            call=order.attempt,
            application=order.application.id,
            outcome=outcome,
            recommendation=Recommendation.APPROVE if spoke else Recommendation.CALL_AGAIN,
            decision=APPROVED if spoke else PENDING,
            started_at=self.now,
            versions=VERSIONS,
        )
        self.store.end_call(verdict, self.now)
        return verdict


class House:
    """A campaign with its stores."""

    def __init__(self, folder: Path, disk: ThreadPoolExecutor, **settings: object) -> None:
        self.engine = engine_for(f"sqlite:///{folder}/test.db")
        migrate(self.engine)
        self.store, self.people = HookStore(self.engine), CampaignStore(self.engine)
        self.telephone = Telephone(self.store)
        self.room = 100  # so many calls the machine carries
        self.guessed: set[str] = set()  # applications whose people were asked often enough
        self.settings = CampaignSettings.model_validate({"calls_at_once": 3, **settings})
        self.campaign = Campaign(
            Rooms(
                applications=self.store,
                people=self.people,
                disk=disk,
                guessed=lambda application, now: application.id in self.guessed,
                call=self.telephone.call,
                admits=lambda running: running < self.room,
                decide=lambda application: PENDING if (application.risk_score or 0) > 0.5 else APPROVED,
                give_up=lambda _, why: CreditDecision(
                    result=DecisionResult.REFER, reasons=(Reason.NOT_REACHED.value, why.value)
                ),
            ),
            self.settings,
            window=window_of(self.settings),
            now=lambda: self.telephone.now,
        )

    def called(self) -> list[str]:
        return [order.application.id for order in self.telephone.orders]

    def decided(self, application: str) -> tuple[str, ...]:
        decision = self.store.decision(application)
        assert decision is not None
        return decision.result.value, *decision.reasons


@pytest.fixture
def disk() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=2) as executor:
        yield executor


@pytest.fixture
def house(tmp_path: Path, disk: ThreadPoolExecutor) -> Iterator[House]:
    made = House(tmp_path, disk)
    yield made
    made.engine.dispose()


async def test_the_harmless_are_decided_at_once_and_the_others_called(house: House) -> None:
    assert (await house.campaign.submit(harmless(1))) == APPROVED
    assert (await house.campaign.submit(risky(1))).result is DecisionResult.PENDING
    assert await house.campaign.run(until_idle=True) == ()
    assert house.called() == ["A1"]
    assert house.decided("A1") == ("approve",)


async def test_the_same_application_twice_at_the_same_moment_is_one(house: House) -> None:
    decisions = await asyncio.gather(*(house.campaign.submit(risky(1)) for _ in range(5)))
    assert {decision.result for decision in decisions} == {DecisionResult.PENDING}
    await house.campaign.run(until_idle=True)
    assert house.called() == ["A1"]
    assert await house.campaign.submit(risky(1)) == APPROVED  # the decision there is


async def test_another_application_under_the_same_id_is_refused(house: House) -> None:
    await house.campaign.submit(risky(1))
    with pytest.raises(SurveyError, match="application A1: another one has this id"):
        await house.campaign.submit(risky(1, phone="17000009999"))


async def test_at_most_so_many_at_once_and_never_two_to_one_number(house: House) -> None:
    async def a_while(_: CallOrder) -> None:
        for _turn in range(20):
            await asyncio.sleep(0)

    house.telephone.meanwhile = a_while
    for number in range(8):
        await house.campaign.submit(risky(number))
    same = [risky(10, "17000007777"), risky(11, "+8617000007777"), risky(12, "17000007777")]
    for application in same:
        await house.campaign.submit(application)
    waiting = await house.campaign.run(until_idle=True)
    assert house.telephone.most_open == 3
    assert len(house.called()) == 9
    assert [one.application.id for one in waiting] == ["A11", "A12"]  # the pause belongs to the person
    assert {one.until for one in waiting} == {NOON + timedelta(minutes=house.settings.retry_after_min)}


async def test_an_overloaded_machine_is_given_no_further_call(house: House) -> None:
    there_is_room, third = asyncio.Event(), asyncio.Event()

    async def until_there_is_room(order: CallOrder) -> None:
        if len(house.called()) == 3:
            third.set()
        if order.application.id != "A0":
            await there_is_room.wait()

    house.telephone.meanwhile = until_there_is_room
    house.room = 2
    for number in range(4):
        await house.campaign.submit(risky(number))
    campaign = asyncio.create_task(house.campaign.run(until_idle=True))
    async with asyncio.timeout(20):
        await third.wait()  # A0 ended, and one more took its place
        for _turn in range(100):
            await asyncio.sleep(0)
        assert (house.telephone.most_open, len(house.called())) == (2, 3)  # of three that are allowed
        house.room = 100
        there_is_room.set()
        await campaign
    assert sorted(house.called()) == ["A0", "A1", "A2", "A3"]


async def test_whoever_cannot_be_reached_waits_and_is_given_up_at_the_cap(house: House) -> None:
    house.telephone.outcome = CallOutcome.NO_ANSWER
    await house.campaign.submit(risky(1))
    for attempts in range(1, house.settings.max_attempts_per_person + 1):
        (waiting,) = await house.campaign.run(until_idle=True) or (None,)
        assert len(house.called()) == attempts
        if waiting is None:
            break
        house.telephone.now = waiting.until
    assert house.decided("A1") == ("refer", "not_reached", "attempts_used_up")
    assert len(house.called()) == house.settings.max_attempts_per_person


async def test_whoever_was_asked_often_enough_goes_to_a_person(house: House) -> None:
    house.guessed = {"A1"}
    await house.campaign.submit(risky(1))
    await house.campaign.submit(risky(2))
    await house.campaign.run(until_idle=True)
    assert house.called() == ["A2"]
    assert house.decided("A1") == ("refer", "not_reached", "guesses_used_up")


async def test_nobody_is_called_at_night(house: House) -> None:
    house.telephone.now = NOON + timedelta(hours=12)
    await house.campaign.submit(risky(1))
    (waiting,) = await house.campaign.run(until_idle=True)
    assert waiting.until == NOON + timedelta(hours=21)  # 09:00 the next morning
    assert house.called() == []


async def test_the_do_not_call_list_is_obeyed_however_the_number_is_written(house: House) -> None:
    house.people.block(["17000000001"], "asked for it", NOON)
    await house.campaign.submit(risky(1, "+8617000000001"))
    await house.campaign.run(until_idle=True)
    assert house.called() == []
    assert house.decided("A1") == ("refer", "not_reached", Hopeless.DO_NOT_CALL)


async def test_a_crash_is_closed_counted_and_not_redialled_at_once(house: House) -> None:
    await house.campaign.submit(risky(1))
    await house.campaign.submit(risky(2))
    house.store.begin_call(uuid4(), "A1", NOON)  # and then the power failed
    assert house.store.close_lost(NOON, VERSIONS) == 1
    (waiting,) = await house.campaign.run(until_idle=True)
    assert house.called() == ["A2"]
    assert waiting.application.id == "A1"
    assert len(house.people.histories({"17000000001"})["17000000001"].attempts) == 1


async def test_only_those_asked_for_are_called(house: House) -> None:
    for number in (1, 2, 3):
        await house.campaign.submit(risky(number))
    await house.campaign.run(until_idle=True, only={"A2"})
    assert house.called() == ["A2"]


async def test_calls_of_other_commands_are_none_of_the_campaigns_business(house: House) -> None:
    house.store.save_application(risky(1), NOON)  # as `shengwen demo` does
    await house.campaign.run(until_idle=True)
    assert house.called() == []


async def test_what_cannot_be_stored_rests_and_the_others_go_on(house: House) -> None:
    house.telephone.fails_for = frozenset({"A1"})
    for number in (1, 2, 3):
        await house.campaign.submit(risky(number))
    waiting = await house.campaign.run(until_idle=True)
    assert house.called() == ["A2", "A3"]
    assert house.campaign.failed == 1
    assert [one.application.id for one in waiting] == ["A1"]


async def test_an_application_that_comes_while_calls_run_is_called_too(house: House) -> None:
    async def one_more(order: CallOrder) -> None:
        if order.application.id == "A1":
            await house.campaign.submit(risky(2))

    house.telephone.meanwhile = one_more
    await house.campaign.submit(risky(1))
    await house.campaign.run(until_idle=True)
    assert house.called() == ["A1", "A2"]


async def test_the_attempt_is_known_while_it_lasts(house: House) -> None:
    seen: list[Application | None] = []

    async def look(order: CallOrder) -> None:
        seen.append(house.campaign.in_call(order.attempt))

    house.telephone.meanwhile = look
    await house.campaign.submit(risky(1))
    await house.campaign.run(until_idle=True)
    assert seen == [risky(1)]
    assert house.campaign.in_call(house.telephone.orders[0].attempt) is None


async def test_cancelled_no_task_stays_and_every_call_has_its_end(house: House) -> None:
    begun = asyncio.Event()

    async def forever(_: CallOrder) -> None:
        begun.set()
        await asyncio.Event().wait()

    house.telephone.meanwhile = forever
    await house.campaign.submit(risky(1))
    task = asyncio.create_task(house.campaign.run(until_idle=False))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert house.telephone.cancelled == 1
    assert house.store.open_calls() == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_told_to_stop_running_calls_get_their_grace(house: House) -> None:
    told, begun, go_on = Told(), asyncio.Event(), asyncio.Event()
    closed: list[str] = []

    async def until_allowed(_: CallOrder) -> None:
        begun.set()
        await go_on.wait()

    async def close() -> None:
        closed.append("pages")
        go_on.set()

    house.telephone.meanwhile = until_allowed
    for number in range(5):
        await house.campaign.submit(risky(number))
    shift = asyncio.create_task(
        telephone(house.campaign, told, grace_s=30, until_idle=False, stop_accepting=close)
    )
    await begun.wait()
    told.again()
    await shift
    assert closed == ["pages"]
    assert len(house.called()) == 3  # nobody new was dialled
    assert house.telephone.cancelled == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize(
    "grace_s", [pytest.param(0.01, id="grace over"), pytest.param(60.0, id="told twice")]
)
async def test_after_that_they_are_ended(house: House, grace_s: float) -> None:
    told, begun = Told(), asyncio.Event()

    async def forever(_: CallOrder) -> None:
        begun.set()
        await asyncio.Event().wait()

    house.telephone.meanwhile = forever
    await house.campaign.submit(risky(1))
    shift = asyncio.create_task(telephone(house.campaign, told, grace_s=grace_s, until_idle=False))
    await begun.wait()
    told.again()
    if grace_s > 1:
        told.again()
    assert await shift == ()
    assert house.telephone.cancelled == 1
    assert house.store.open_calls() == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_database_that_cannot_be_read_is_said(house: House, tmp_path: Path) -> None:
    await house.campaign.submit(risky(1))
    house.engine.dispose()
    damage(tmp_path)
    with pytest.raises(DatabaseUnavailable, match="no SQLite file"):
        await house.campaign.run(until_idle=True)


def damage(folder: Path) -> None:
    for file in folder.glob("test.db*"):
        file.unlink()
    (folder / "test.db").write_bytes(b"no database at all" * 400)


def test_one_campaign_per_installation(tmp_path: Path) -> None:
    with (
        only_campaign(tmp_path),
        pytest.raises(SurveyError, match="makes calls from"),
        only_campaign(tmp_path),
    ):
        pass
    with only_campaign(tmp_path):
        pass


async def test_a_person_is_called_once_at_a_time_whatever_the_number(house: House) -> None:
    facts = {
        "full_name": Fact(value="陈静", source=FactSource.FORM),
        "id_tail": Fact(value="3719", source=FactSource.FORM),
    }
    for number in (1, 2, 3):
        await house.campaign.submit(risky(number).model_copy(update={"facts": facts}))
    await house.campaign.run(until_idle=True)
    assert house.telephone.most_open == 1
    assert sorted(house.called()) == ["A1", "A2", "A3"]
