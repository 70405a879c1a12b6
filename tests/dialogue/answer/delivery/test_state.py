import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.load import ConfigError
from decision_hook.contract import EvidencePart, FactKind, Hypothesis
from dialogue.answer.delivery.baseline import Baseline, Deviations
from dialogue.answer.delivery.measures import Measures
from dialogue.answer.delivery.second_voice import Aside, Asides
from dialogue.answer.delivery.state import Sounding, cap_delivery, judge_state
from dialogue.answer.delivery.table import DELIVERY_FILE, State, load_delivery
from question_bank.belief import DELIVERY_CAP_NATS

TABLE = load_delivery()
ALONE = Asides(kind=Aside.NONE, own=(), other=())


def measures(
    *,
    latency_ms: float | None = 700,
    longest_pause_ms: float = 0,
    fillers: int = 0,
    syllables: int = 10,
    pace: float = 4.6,
    f0_range: float | None = 6.0,
    over_noise_db: float | None = 30,
) -> Measures:
    return Measures(
        latency_ms=latency_ms,
        speech_ms=syllables / pace * 1_000,
        pauses=int(longest_pause_ms > 0),
        pause_ms=longest_pause_ms,
        longest_pause_ms=longest_pause_ms,
        fillers=fillers,
        syllables=syllables,
        articulation_syl_s=pace,
        f0_range_semitones=f0_range,
        over_noise_db=over_noise_db,
    )


def judged(given: Measures, asides: Asides = ALONE, *, words: bool = True) -> State:
    deviations = Baseline().deviations(given, FactKind.PLACE, TABLE)
    sounding = Sounding(measures=given, deviations=deviations, asides=asides, heard_words=words)
    return judge_state(sounding, TABLE.thresholds).state


@pytest.mark.parametrize(
    ("given", "state"),
    [
        pytest.param(measures(), State.FLUENT, id="the usual answer"),
        pytest.param(measures(latency_ms=1_400), State.FLUENT, id="a moment's thought"),
        pytest.param(measures(longest_pause_ms=1_300, fillers=1), State.HESITANT, id="pause and filler"),
        pytest.param(measures(fillers=3), State.HESITANT, id="three fillers"),
        pytest.param(measures(latency_ms=3_200), State.PROMPTED, id="long silence, then fluent"),
        pytest.param(measures(latency_ms=3_200, syllables=2), State.PROMPTED, id="longer, then one word"),
        pytest.param(measures(latency_ms=2_600, syllables=2), State.FLUENT, id="one word needs longer"),
        pytest.param(
            measures(latency_ms=3_200, syllables=2, fillers=1), State.HESITANT, id="one word after a filler"
        ),
        pytest.param(measures(latency_ms=3_200, fillers=1), State.HESITANT, id="long silence, then a filler"),
        pytest.param(measures(latency_ms=3_200, pace=3.2), State.HESITANT, id="long silence, then slow"),
        pytest.param(measures(latency_ms=200, pace=7.5), State.RUSHED, id="at once and fast"),
        pytest.param(measures(latency_ms=None, pace=7.5), State.RUSHED, id="into the prompt and fast"),
        pytest.param(measures(f0_range=2.5, syllables=14), State.READ_OUT, id="long and flat"),
        pytest.param(measures(f0_range=2.5, syllables=5), State.FLUENT, id="short and flat is nothing"),
        pytest.param(measures(over_noise_db=4), State.UNCLEAR_LINE, id="noise"),
        pytest.param(
            measures(latency_ms=None, f0_range=None, over_noise_db=None), State.FLUENT, id="unknown"
        ),
    ],
)
def test_states(given: Measures, state: State) -> None:
    assert judged(given) is state


def test_speech_without_words_is_an_unclear_line() -> None:
    assert judged(measures(), words=False) is State.UNCLEAR_LINE


def test_a_prompter_makes_it_prompted() -> None:
    asides = Asides(kind=Aside.BEFORE_OWN, own=(), other=(), silence_ms=2_000)
    assert judged(measures(), asides) is State.PROMPTED


def test_a_slow_caller_is_measured_against_the_own_warm_up() -> None:
    slow = measures(latency_ms=2_600, longest_pause_ms=900, fillers=0, pace=3.4)
    own = Baseline()
    for _ in range(6):
        own = own.heard(slow, FactKind.FREE, TABLE)
    before = Baseline().deviations(slow, FactKind.FREE, TABLE)
    after = own.deviations(slow, FactKind.FREE, TABLE)
    assert _z(after.latency_z) < 0.6 * _z(before.latency_z)
    assert _z(after.pause_z) < 0.6 * _z(before.pause_z)
    assert _z(after.articulation_z) > 0.6 * _z(before.articulation_z)


def _z(value: float | None) -> float:
    assert value is not None
    return value


def test_one_answer_of_warm_up_is_shrunk_to_the_population() -> None:
    quick = measures(latency_ms=300)
    once = Baseline().heard(quick, FactKind.PLACE, TABLE).deviations(quick, FactKind.PLACE, TABLE)
    never = Baseline().deviations(quick, FactKind.PLACE, TABLE)
    assert never.latency_z is not None
    assert once.latency_z is not None
    assert never.latency_z < once.latency_z < 0


def test_hard_questions_may_take_longer() -> None:
    waited = measures(latency_ms=1_200)
    tail = Baseline().deviations(waited, FactKind.DIGITS, TABLE)
    yes = Baseline().deviations(waited, FactKind.YES_NO, TABLE)
    assert _z(tail.latency_z) < _z(yes.latency_z)


def test_unknown_measures_deviate_by_nothing_known() -> None:
    unknown = measures(latency_ms=None, f0_range=None, syllables=2)
    deviations = Baseline().deviations(unknown, FactKind.PLACE, TABLE)
    assert deviations == Deviations(
        latency_z=None, pause_z=deviations.pause_z, articulation_z=None, f0_range_z=None
    )


states = st.lists(st.sampled_from(list(State)), max_size=40)


@given(states)
def test_all_delivery_together_stays_below_its_cap(said: list[State]) -> None:
    parts = [part(state) for state in said]
    logs = cap_delivery(parts)
    assert max(logs.values()) - min(logs.values()) <= DELIVERY_CAP_NATS + 1e-9
    raw = {h: sum(p.log_likelihood[h] for p in parts) for h in Hypothesis}
    assert math.isclose(max(logs.values()), -min(logs.values()), abs_tol=1e-9)
    if max(raw.values()) - min(raw.values()) > 1e-6:
        assert max(raw, key=lambda h: raw[h]) is max(logs, key=lambda h: logs[h])


def part(state: State) -> EvidencePart:
    return EvidencePart(name="delivery", log_likelihood=TABLE.state_logs(state), source=TABLE.origin)


def test_capped_delivery_cannot_accuse() -> None:
    """Twenty prompted answers do not outweigh facts that were right."""
    logs = cap_delivery([part(State.PROMPTED)] * 20)
    facts = {Hypothesis.GENUINE: 0.97, Hypothesis.IMPOSTOR: 0.02, Hypothesis.COACHED: 0.01}
    weights = {h: facts[h] * math.exp(logs[h]) for h in Hypothesis}
    assert weights[Hypothesis.GENUINE] / sum(weights.values()) > 0.8


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("fluent: 0.63", "fluent: 0.5", "states.genuine: must name every state and sum to 1"),
        ("  alone: #", "  else: #", "second_voice"),
        ("hesitant_score: 2.4", "hesitant: 2.4", "hesitant"),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    content = DELIVERY_FILE.read_text(encoding="utf-8")
    assert old in content
    path = tmp_path / "delivery.yaml"
    path.write_text(content.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_delivery(path)
