"""From a conversation to advice."""

import pytest

from decision_hook.contract import Application, CallOutcome, Reason, VoiceResult
from dialogue.interview import Interviewed
from ivr.findings import advise
from question_bank.budget import Budgets, Kind
from voiceprint.search import COUNTED_DAYS

BUDGETS = Budgets(calls={Kind.VOICE: 2})


@pytest.mark.parametrize(
    ("earlier", "budgets", "used_up"),
    [
        pytest.param(1, BUDGETS, False, id="once before"),
        pytest.param(2, BUDGETS, True, id="as often as a voice may be"),
        pytest.param(None, BUDGETS, False, id="not counted: no consent"),
        pytest.param(9, None, False, id="synthetic voices call again and again"),
    ],
)
def test_a_voice_has_a_budget_too(earlier: int | None, budgets: Budgets | None, used_up: bool) -> None:
    application = Application(id="a", phone="13800000000", facts={})
    voice = VoiceResult(searched=True, voice_calls=earlier)
    _, reasons = advise(application, Interviewed(outcome=CallOutcome.COMPLETED), voice, budgets)
    assert (Reason.VOICE_USED_UP in reasons) is used_up


def test_voices_are_counted_over_the_budgets_days() -> None:
    assert Budgets().days == COUNTED_DAYS
