"""When a second voice is taken for a prompter."""

import pytest

from decision_hook.contract import EvidencePart, Hypothesis
from decision_hook.contract.evidence import prompter_nats

GENUINE, IMPOSTOR, COACHED = Hypothesis


@pytest.mark.parametrize(
    ("name", "coached", "heard"),
    [
        pytest.param("second_voice", -1.0, True, id="heard"),
        pytest.param("second_voice", -4.0, False, id="silence beside the caller"),
        pytest.param("delivery", -1.0, False, id="only how it sounded"),
    ],
)
def test_a_second_voice_that_was_heard(name: str, coached: float, heard: bool) -> None:
    logs = {GENUINE: -3.0, IMPOSTOR: -3.0, COACHED: coached}
    assert (prompter_nats(EvidencePart(name=name, log_likelihood=logs, source="test")) > 0) is heard
