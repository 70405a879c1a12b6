"""What a reply of a simulation weighs: the same parts as in a call, from the same tables."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import config
from config.load import read_yaml
from decision_hook.contract import EvidencePart, FactSource, Grade, Hypothesis
from decision_hook.contract.evidence import SECOND_VOICE_PART
from question_bank.paper import FactOnFile
from question_bank.question import Question
from question_bank.simulate.people import Reply

DELIVERY_FILE = Path(config.__file__).parent / "tables" / "delivery.yaml"
SPREAD = 0.6  # of the logarithm of delays
HESITANT_Z, PROMPTED_Z, PROMPTED_S = 1.6, 2.0, 2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """Log-likelihoods of how an answer came, by who is speaking."""

    states: Mapping[str, Mapping[Hypothesis, float]]
    first_voice: Mapping[Hypothesis, float]
    again_voice: Mapping[Hypothesis, float]
    no_voice: Mapping[Hypothesis, float]  # in an answer about the form, which is what a prompter has

    def parts(
        self, question: Question, fact: FactOnFile | None, reply: Reply, *, usual_s: float, voices: int
    ) -> list[EvidencePart]:
        """`usual_s`: the caller's own delay, from the warm-up; `voices`: how often one prompted before."""
        parts = []
        if fact is not None and question.fact_keys:
            parts.append(question.statistics_for(fact.source).evidence(reply.grade))
        if reply.grade not in (Grade.UNCLEAR, Grade.NO_ANSWER):
            state = _state(reply.delay_s, usual_s)
            parts.append(_part("delivery", self.states[state]))
        if reply.second_voice:
            parts.append(_part(SECOND_VOICE_PART, self.again_voice if voices else self.first_voice))
        elif fact is not None and fact.source is FactSource.FORM:
            parts.append(_part(SECOND_VOICE_PART, self.no_voice))
        return parts


def _state(delay_s: float, usual_s: float) -> str:
    z = math.log(max(delay_s, 0.05) / usual_s) / SPREAD
    if z >= PROMPTED_Z and delay_s >= PROMPTED_S:
        return "prompted"
    return "hesitant" if z >= HESITANT_Z else "fluent"


def _part(name: str, logs: Mapping[Hypothesis, float]) -> EvidencePart:
    return EvidencePart(name=name, log_likelihood=dict(logs), source="delivery.yaml")


def load_ear(path: Path = DELIVERY_FILE) -> Ear:
    """Raises ConfigError if the file is missing or is not YAML."""
    table = read_yaml(path)
    states = {
        state: {h: math.log(table["states"][h.value][state]) for h in Hypothesis}
        for state in ("fluent", "hesitant", "prompted")
    }
    voice = table["second_voice"]["before_own"]
    return Ear(
        states=states,
        first_voice={h: math.log(voice["first"][h.value]) for h in Hypothesis},
        again_voice={h: math.log(voice["again"][h.value]) for h in Hypothesis},
        no_voice={h: math.log(table["second_voice_silent"][h.value]) for h in Hypothesis},
    )
