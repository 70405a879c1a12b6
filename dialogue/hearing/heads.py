"""What else is told from a recogniser's encoder, besides words: sounds and hesitations."""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.hearing.filler_head import FillerHead
from dialogue.hearing.phone_head import PhoneHead
from dialogue.hearing.port import Transcript

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heads:
    """What else is told from the encoder; what was trained on another one is put aside."""

    phones: PhoneHead | None = None
    fillers: FillerHead | None = None

    def on(self, answer: NDArray[np.float32]) -> "Heads":
        """Those that were trained on the encoder which answers the probe so."""
        for name, head in (("phones", self.phones), ("fillers", self.fillers)):
            if head is not None and not head.fits(answer):
                _log.warning("hearing.%s: trained on another model than hearing.model; put aside", name)
        return Heads(
            phones=self.phones if self.phones is not None and self.phones.fits(answer) else None,
            fillers=self.fillers if self.fillers is not None and self.fillers.fits(answer) else None,
        )

    def told(self, frames: NDArray[np.float32]) -> Transcript:
        """What these encoder frames, (n, width), tell besides words."""
        return Transcript(
            text="",
            phones=self.phones.log_posteriors(frames) if self.phones is not None else None,
            hesitating=self.fillers.probabilities(frames) if self.fillers is not None else None,
        )


NO_HEADS = Heads()
