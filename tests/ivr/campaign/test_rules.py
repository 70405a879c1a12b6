"""May this number be dialled now?"""

from datetime import UTC, datetime, timedelta

import pytest

from config.settings import CampaignSettings
from decision_hook.contract import CallOutcome
from ivr.campaign.rules import (
    History,
    Hopeless,
    Never,
    NotBefore,
    Now,
    PastAttempt,
    Permission,
    may_call,
    window_of,
)

SETTINGS = CampaignSettings(
    timezone="Asia/Shanghai",
    window_start="09:00",
    window_end="21:00",
    max_attempts_per_person=3,
    retry_after_min=120,
)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
NIGHT = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # 00:00 on 3 March in Shanghai
MORNING = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # 09:00 on 3 March


def tried(
    hours_ago: float, outcome: CallOutcome | None = CallOutcome.NO_ANSWER, *, application: str = "A1"
) -> PastAttempt:
    placed_at = NOON - timedelta(hours=hours_ago)
    return PastAttempt(application=application, placed_at=placed_at, outcome=outcome)


@pytest.mark.parametrize(
    ("now", "past", "blocked", "expected"),
    [
        pytest.param(NOON, [], False, Now(), id="first call at noon"),
        pytest.param(NIGHT, [], False, NotBefore(at=MORNING), id="at night: in the morning"),
        pytest.param(MORNING, [], False, Now(), id="the first minute of the window"),
        pytest.param(
            MORNING - timedelta(seconds=1), [], False, NotBefore(at=MORNING), id="a second too early"
        ),
        pytest.param(NOON, [], True, Never(why=Hopeless.DO_NOT_CALL), id="do not call"),
        pytest.param(NOON, [tried(3)], False, Now(), id="second try after the pause"),
        pytest.param(
            NOON, [tried(1)], False, NotBefore(at=NOON + timedelta(hours=1)), id="second try too soon"
        ),
        pytest.param(
            NOON,
            [tried(30), tried(20), tried(10)],
            False,
            Never(why=Hopeless.ATTEMPTS_USED_UP),
            id="cap",
        ),
        pytest.param(
            NOON,
            [tried(30, None), tried(20, None), tried(10, None)],
            False,
            Never(why=Hopeless.ATTEMPTS_USED_UP),
            id="attempts lost in a crash count",
        ),
        pytest.param(
            NOON,
            [tried(30, CallOutcome.TRUNK_DOWN)] * 5,
            False,
            Now(),
            id="our own line's faults do not count",
        ),
        pytest.param(
            NOON,
            [tried(30, CallOutcome.COMPLETED)],
            False,
            Never(why=Hopeless.CALLED_ALREADY),
            id="spoke to us",
        ),
        pytest.param(
            NOON,
            [tried(30, CallOutcome.COMPLETED, application="A0")],
            False,
            Now(),
            id="spoke to us about another application",
        ),
        pytest.param(
            NOON,
            [tried(1, CallOutcome.COMPLETED, application="A0")],
            False,
            NotBefore(at=NOON + timedelta(hours=1)),
            id="the pause holds for the person, whatever it is about",
        ),
        pytest.param(
            NOON,
            [tried(30, CallOutcome.WRONG_PERSON, application="A0")],
            False,
            Never(why=Hopeless.SOMEBODY_ELSES_NUMBER),
            id="a stranger is left alone",
        ),
        pytest.param(
            NOON,
            [tried(24 * 31), tried(24 * 32), tried(24 * 33)],
            False,
            Now(),
            id="attempts of last month are forgotten",
        ),
        pytest.param(
            NOON,
            [tried(30, CallOutcome.REFUSED_RECORDING)],
            False,
            Never(why=Hopeless.REFUSED_RECORDING),
            id="a refusal is obeyed",
        ),
    ],
)
def test_permission(now: datetime, past: list[PastAttempt], blocked: bool, expected: Permission) -> None:
    history = History(attempts=tuple(past), blocked=blocked)
    permission = may_call("A1", history, now, window=window_of(SETTINGS), settings=SETTINGS)
    assert permission == expected


def test_a_whole_day_window() -> None:
    settings = SETTINGS.model_copy(update={"window_start": "00:00", "window_end": "00:00"})
    assert may_call("A1", History(), NIGHT, window=window_of(settings), settings=settings) == Now()
