"""The dialler against recorded AMI conversations on a real socket."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from decision_hook.contract import CallOutcome, SurveyError
from ivr.dialler import ami as ami_module
from ivr.dialler import keeper
from ivr.dialler.ami import AmiDialler
from ivr.dialler.port import Answered, Dialled, NotAnswered, PlaceCall
from tests.ivr.dialler.fake_ami import (
    ACK,
    ANSWERED,
    FAILED,
    NEW,
    ORIGINATED,
    PROGRESS,
    RINGING,
    TIMED_OUT,
    UP,
    FakeAmi,
    hangup,
    replay,
    value,
)

PHONE = "13800138000"
Make = Callable[..., AmiDialler]


@pytest.fixture
async def ami() -> AsyncIterator[FakeAmi]:
    threads = threading.active_count()
    async with FakeAmi() as server:
        yield server
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert threading.active_count() == threads


@pytest.fixture
async def make(ami: FakeAmi, tmp_path: Path) -> AsyncIterator[Make]:
    made: list[AmiDialler] = []

    def build(**settings: float) -> AmiDialler:
        made.append(AmiDialler(ami.settings(tmp_path, **settings), media_address="127.0.0.1:9092"))
        return made[-1]

    yield build
    for dialler in made:
        await dialler.close()
        assert dialler.open_calls == 0


def order(attempt: UUID | None = None, phone: str = PHONE, ring_timeout_s: float = 5) -> PlaceCall:
    return PlaceCall(attempt=attempt or uuid4(), phone=phone, ring_timeout_s=ring_timeout_s)


def outcome(fate: Dialled) -> CallOutcome:
    assert isinstance(fate, NotAnswered)
    return fate.outcome


@pytest.mark.parametrize(
    ("events", "expected", "cause"),
    [
        pytest.param([NEW, FAILED, hangup(17, 486)], CallOutcome.BUSY, 17, id="busy"),
        pytest.param(
            [NEW, RINGING, hangup(19, 480), FAILED], CallOutcome.NO_ANSWER, 19, id="480 after ringing"
        ),
        pytest.param(
            [NEW, RINGING, TIMED_OUT, hangup(19, 480)], CallOutcome.NO_ANSWER, 19, id="our ring time"
        ),
        pytest.param(
            [NEW, PROGRESS, TIMED_OUT, hangup(19, 480)], CallOutcome.NO_ANSWER, 19, id="early ring tone"
        ),
        pytest.param(
            [NEW, PROGRESS, FAILED, hangup(19, 480)], CallOutcome.UNREACHABLE, 19, id="announcement"
        ),
        pytest.param([NEW, PROGRESS, FAILED, hangup(17, 486)], CallOutcome.BUSY, 17, id="announced as busy"),
        pytest.param([NEW, FAILED, hangup(34, 503)], CallOutcome.CONGESTION, 34, id="congestion"),
        pytest.param([NEW, FAILED, hangup(21, 403)], CallOutcome.NUMBER_REJECTED, 21, id="refused"),
        pytest.param([NEW, FAILED, hangup(1, 404)], CallOutcome.NUMBER_REJECTED, 1, id="no such number"),
        pytest.param([NEW, FAILED, hangup(20, 480)], CallOutcome.UNREACHABLE, 20, id="absent"),
        pytest.param([NEW, FAILED, hangup(18, 408)], CallOutcome.TRUNK_DOWN, 18, id="no reply to INVITE"),
        pytest.param([NEW, FAILED, hangup(0, 0)], CallOutcome.LINE_FAILED, None, id="no cause at all"),
        pytest.param([NEW, FAILED, hangup(99, 0)], CallOutcome.LINE_FAILED, 99, id="a cause nobody knows"),
    ],
)
async def test_how_calls_fail(
    ami: FakeAmi, make: Make, events: list[str], expected: CallOutcome, cause: int | None
) -> None:
    ami.replies = {"Originate": replay(ACK, *events), "Getvar": value("NOT_INUSE")}
    dialler = make()
    fate = await dialler.dial(order())
    assert (outcome(fate), fate.cause if isinstance(fate, NotAnswered) else 0) == (expected, cause)
    assert dialler.open_calls == 0


@pytest.mark.parametrize("events", [[FAILED], [NEW, FAILED, hangup(34, 503)]], ids=["no channel", "503"])
@pytest.mark.parametrize("state", ["UNAVAILABLE", "INVALID"])
async def test_the_trunk_is_asked_for_when_the_network_said_nothing(
    ami: FakeAmi, make: Make, events: list[str], state: str
) -> None:
    ami.replies = {"Originate": replay(ACK, *events), "Getvar": value(state)}
    assert outcome(await make().dial(order())) is CallOutcome.TRUNK_DOWN
    assert ami.sent("Getvar")[0]["Variable"] == "DEVICE_STATE(PJSIP/carrier)"


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([NEW, UP, ANSWERED, ORIGINATED], id="all events"),
        pytest.param([UP], id="only the channel's state"),
        pytest.param([ORIGINATED], id="only the response"),
    ],
)
async def test_answered(ami: FakeAmi, make: Make, events: list[str]) -> None:
    ami.replies = {"Originate": replay(ACK, *events)}
    attempt = uuid4()
    dialler = make()
    assert await dialler.dial(order(attempt)) == Answered(attempt=attempt)
    sent = ami.sent("Originate")[0]
    assert sent["Channel"] == f"PJSIP/{PHONE}@carrier"
    assert sent["ChannelId"] == sent["ActionID"] == str(attempt)
    assert sent["Async"] == "true"
    assert dialler.open_calls == 1
    ami.say(hangup(16, 200), id=str(attempt))
    assert await dialler.how_ended(attempt) is CallOutcome.HUNG_UP
    assert dialler.open_calls == 0


async def test_ringing_is_no_answer_and_other_channels_are_ignored(ami: FakeAmi, make: Make) -> None:
    ami.replies = {"Originate": replay(ACK, NEW, RINGING, UP.replace("{id}", "1718.4"))}
    attempt = uuid4()
    dialling = asyncio.ensure_future(make().dial(order(attempt)))
    await ami.until("Originate")
    ami.say(UP, id=str(uuid4()))
    ami.say("Event: FullyBooted\n\nnonsense\n\n")
    ami.say(hangup(17, 486), id=str(attempt))
    assert outcome(await dialling) is CallOutcome.BUSY


async def test_asterisk_refuses_the_order(ami: FakeAmi, make: Make) -> None:
    ami.replies = {"Originate": lambda a: f"Response: Error\nActionID: {a['ActionID']}\nMessage: no\n\n"}
    assert outcome(await make().dial(order())) is CallOutcome.LINE_FAILED


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param("Up", None, id="it was answered meanwhile"),
        pytest.param(None, CallOutcome.LINE_FAILED, id="it is gone, nobody knows why"),
    ],
)
async def test_a_lost_connection_is_reconciled_and_nothing_is_dialled_again(
    ami: FakeAmi, make: Make, state: str | None, expected: CallOutcome | None
) -> None:
    ami.replies = {"Originate": replay(ACK, NEW, RINGING), "Getvar": value(state)}
    attempt = uuid4()
    dialler = make()
    dialling = asyncio.ensure_future(dialler.dial(order(attempt)))
    await ami.until("Originate")
    ami.drop()
    fate = await dialling
    assert len(ami.sent("Originate")) == 1
    assert len(ami.sent("Login")) == 2
    assert ami.sent("Getvar")[0]["Channel"] == str(attempt)
    if expected is None:
        assert fate == Answered(attempt=attempt)
    else:
        assert outcome(fate) is expected


async def test_a_call_that_still_rings_after_reconnecting_goes_on(ami: FakeAmi, make: Make) -> None:
    ami.replies = {"Originate": replay(ACK, NEW, RINGING), "Getvar": value("Ringing")}
    attempt = uuid4()
    dialling = asyncio.ensure_future(make().dial(order(attempt)))
    await ami.until("Originate")
    ami.drop()
    await ami.until("Getvar")
    ami.say(UP, id=str(attempt))
    assert await dialling == Answered(attempt=attempt)


async def test_asterisk_stays_away_and_is_tidied_when_it_is_back(
    ami: FakeAmi, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ami_module, "RECONNECT_WITHIN_S", 0.3)
    ami.replies = {"Originate": replay(ACK, NEW, UP)}
    talking, ringing = uuid4(), uuid4()
    dialler = make()
    assert await dialler.dial(order(talking)) == Answered(attempt=talking)
    ami.replies = {"Originate": replay(ACK, NEW, RINGING)}
    dialling = asyncio.ensure_future(dialler.dial(order(ringing)))
    await ami.until("Originate", 2)
    await ami.vanish()
    assert await dialler.how_ended(talking) is CallOutcome.LINE_FAILED
    assert outcome(await dialling) is CallOutcome.LINE_FAILED
    assert dialler.open_calls == 0
    await ami.listen()
    hung_up = await ami.until("Hangup", 2)
    assert {action["Channel"] for action in hung_up} == {str(talking), str(ringing)}


async def test_a_stalled_server_is_noticed_by_a_ping(
    ami: FakeAmi, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "PING_EVERY_S", 0.05)
    ami.replies = {"Originate": replay(ACK, NEW, UP)}
    dialler = make()
    await dialler.dial(order())
    ami.stalled = True
    await ami.until("Ping")
    ami.stalled = False
    await ami.until("Login", 2)


async def test_ami_is_not_there(make: Make, ami: FakeAmi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ami_module, "CONNECT_WITHIN_S", 0.3)
    dialler = make()
    await ami.vanish()
    assert outcome(await dialler.dial(order())) is CallOutcome.LINE_FAILED


async def test_wrong_secret_and_what_is_no_ami(
    ami: FakeAmi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ami_module, "CONNECT_WITHIN_S", 0.3)
    settings = ami.settings(tmp_path)
    settings.ami_secret_file.write_text("wrong", encoding="utf-8")
    dialler = AmiDialler(settings, media_address="127.0.0.1:9")
    assert outcome(await dialler.dial(order())) is CallOutcome.LINE_FAILED
    await dialler.close()
    assert "login refused" in caplog.text
    assert "wrong" not in caplog.text.replace("login refused; check user and secret file", "")

    async def web_server(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(web_server, "127.0.0.1", 0) as server:
        other = settings.model_copy(update={"ami_port": server.sockets[0].getsockname()[1]})
        dialler = AmiDialler(other, media_address="127.0.0.1:9")
        assert outcome(await dialler.dial(order())) is CallOutcome.LINE_FAILED
        await dialler.close()


@pytest.mark.parametrize(
    "phone", ["138\r\nAction: Command", "", "12", "138001380001234567", "PJSIP/1", "１３８"]
)
async def test_what_is_no_number_is_not_sent(ami: FakeAmi, make: Make, phone: str) -> None:
    with pytest.raises(SurveyError, match="not a telephone number"):
        await make().dial(order(phone=phone))
    assert ami.actions == []


async def test_the_same_attempt_is_never_dialled_twice(ami: FakeAmi, make: Make) -> None:
    ami.replies = {"Originate": replay(ACK, NEW, FAILED, hangup(17, 486))}
    attempt = uuid4()
    dialler = make()
    await dialler.dial(order(attempt))
    with pytest.raises(SurveyError, match="was dialled before"):
        await dialler.dial(order(attempt))
    assert len(ami.sent("Originate")) == 1


async def test_cancelled_before_its_channel_exists(ami: FakeAmi, make: Make) -> None:
    ami.replies = {"Originate": replay(ACK), "Hangup": value(None)}
    attempt = uuid4()
    dialling = asyncio.ensure_future(make().dial(order(attempt)))
    await ami.until("Originate")
    dialling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await dialling
    assert dialling.cancelled()
    assert len(ami.sent("Hangup")) == 1
    del ami.replies["Hangup"]
    ami.say(NEW, id=str(attempt))  # Asterisk had not created it when our first Hangup came
    assert len(await ami.until("Hangup", 2)) == 2


async def test_lost_events_are_asked_for_at_the_deadline(
    ami: FakeAmi, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ami_module, "LATE_S", 0.0)
    ami.replies = {"Originate": replay(ACK), "Getvar": value("Up")}
    attempt = uuid4()
    dialler = make()
    assert await dialler.dial(order(attempt, ring_timeout_s=0.2)) == Answered(attempt=attempt)
    ami.replies["Getvar"] = value("Ringing")
    silent = uuid4()
    assert outcome(await dialler.dial(order(silent, ring_timeout_s=0.2))) is CallOutcome.NO_ANSWER
    assert [action["Channel"] for action in ami.sent("Hangup")] == [str(silent)]


async def test_calls_are_paced(ami: FakeAmi, make: Make) -> None:
    ami.replies = {"Originate": replay(ACK, NEW, UP)}
    loop = asyncio.get_running_loop()
    dialler = make(calls_per_second=20)
    began_s = loop.time()
    await asyncio.gather(*(dialler.dial(order()) for _ in range(5)))
    assert loop.time() - began_s >= 4 / 20


async def test_closing_takes_everything_down(ami: FakeAmi, make: Make) -> None:
    ami.replies = {"Originate": replay(ACK, NEW, RINGING)}
    dialler = make()
    dialling = asyncio.ensure_future(dialler.dial(order()))
    await ami.until("Originate")
    await dialler.close()
    assert outcome(await dialling) is CallOutcome.CANCELLED
    assert outcome(await dialler.dial(order())) is CallOutcome.CANCELLED
    await dialler.close()
