"""The nouns that rooms exchange. A leaf: standard library and pydantic only, open to every room."""

from decision_hook.contract.application import (
    Application,
    Fact,
    FactKind,
    FactSource,
    kind_of,
)
from decision_hook.contract.decision import CreditDecision, DecisionResult
from decision_hook.contract.errors import SurveyError
from decision_hook.contract.evidence import AnswerEvidence, EvidencePart
from decision_hook.contract.outcomes import (
    CallOutcome,
    Grade,
    Hypothesis,
    Reason,
    Recommendation,
)
from decision_hook.contract.verdict import (
    CallVerdict,
    Consent,
    ConsentKind,
    RunVersions,
    VoiceHit,
    VoiceResult,
)

__all__ = [
    "AnswerEvidence",
    "Application",
    "CallOutcome",
    "CallVerdict",
    "Consent",
    "ConsentKind",
    "CreditDecision",
    "DecisionResult",
    "EvidencePart",
    "Fact",
    "FactKind",
    "FactSource",
    "Grade",
    "Hypothesis",
    "Reason",
    "Recommendation",
    "RunVersions",
    "SurveyError",
    "VoiceHit",
    "VoiceResult",
    "kind_of",
]
