"""What the sounds themselves say about a fact, whatever the recogniser wrote. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.answer.sayable import Sayable
from dialogue.answer.spotting import Tolerance, spot, syllable_scores

_LOWEST = -80.0  # nats; further down everything is equally wrong
_WORST = -12.0
_LEAD = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEvidence:
    """How the best way to say the fact fits, in nats; 0 is as well as any sounds could."""

    fit: float  # per syllable
    worst: float  # of its worst syllable
    lead: float  # over the best wrong value
    rival_fit: float  # per syllable of that value
    score: float  # of the likeliest value, right or wrong, what is heard around it included

    @property
    def best_fit(self) -> float:
        """Per syllable, of whichever value fits best, right or wrong."""
        return max(self.fit, self.rival_fit)

    def features(self) -> dict[str, float]:
        """By the names of MatchFit's weights."""
        return {
            "phone_fit": self.fit,
            "phone_worst": self.worst,
            "phone_lead": self.lead,
            "rival_fit": self.rival_fit,
        }


def weigh_phones(
    said: Sayable, log_posteriors: NDArray[np.float32], tolerance: Tolerance
) -> PhoneEvidence | None:
    """None: nothing was heard, or the fact has no form that could be compared. Blocks some 20 ms."""
    if not said.right or not len(log_posteriors):
        return None
    wordings = [*said.right, *said.wrong]
    fits = spot(wordings, log_posteriors, tolerance)
    best = max(range(len(said.right)), key=lambda i: fits[i].score)
    rival = max(range(len(said.right), len(wordings)), key=lambda i: fits[i].score, default=None)

    def syllables(at: int) -> tuple[float, ...]:
        scores = syllable_scores(wordings[at], log_posteriors, tolerance, fits[at])
        return tuple(max(score, _WORST) for score in scores) or (_WORST,)

    ours = syllables(best)
    theirs = syllables(rival) if rival is not None else (_WORST,)
    rival_score = max(fits[rival].score, _LOWEST) if rival is not None else _LOWEST
    return PhoneEvidence(
        fit=sum(ours) / len(ours),
        worst=min(ours),
        lead=max(-_LEAD, min(_LEAD, max(fits[best].score, _LOWEST) - rival_score)),
        rival_fit=sum(theirs) / len(theirs),
        score=max(fits[best].score, rival_score),
    )
