"""One voiceprint from all answers of a call."""

from collections.abc import Sequence

import numpy as np

from voiceprint.audio import RATE_HZ, Samples
from voiceprint.encoder.port import SpeakerEncoder
from voiceprint.quality import speech_only
from voiceprint.voiceprint import Voiceprint, same_encoder, unit

MAX_SPEECH_S = 120.0  # more adds nothing; the newest is kept


def pooled_speech(segments: Sequence[Samples]) -> Samples:
    """The speech of all segments, pauses cut out, joined: every second of speech weighs the same."""
    pieces = [speech_only(segment) for segment in segments]
    joined = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int16)
    return joined[-int(MAX_SPEECH_S * RATE_HZ) :]


def pool(segments: Sequence[Samples], encoder: SpeakerEncoder, *, min_speech_s: float) -> Voiceprint | None:
    """None: less than `min_speech_s` of speech. Joined first, because a short answer alone fills no window.

    Blocks, about 3 ms per second of speech. Raises SurveyError for audio of the wrong kind.
    """
    speech = pooled_speech(segments)
    net_speech_s = len(speech) / RATE_HZ
    if net_speech_s < min_speech_s:
        return None
    return Voiceprint(vector=encoder.embed(speech), encoder=encoder.id, net_speech_s=net_speech_s)


def pooled(voiceprints: Sequence[Voiceprint]) -> Voiceprint:
    """One voiceprint of several recordings of one person, at least one, weighed by their speech.

    Raises SurveyError if they are from different encoders or cancel each other.
    """
    first = voiceprints[0]
    for other in voiceprints[1:]:
        same_encoder(first.encoder, other.encoder)
    total = sum((v.net_speech_s * v.vector for v in voiceprints), np.zeros_like(first.vector))
    return Voiceprint(
        vector=unit(total, where="pooled voiceprint"),
        encoder=first.encoder,
        net_speech_s=sum(v.net_speech_s for v in voiceprints),
    )
