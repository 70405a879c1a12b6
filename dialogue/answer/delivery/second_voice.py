"""Does somebody near the caller prompt? A quieter, other voice that speaks where the caller should.

Told apart from the caller's own low speech by pitch, timbre and level, from babble and line noise by
standing out of what lies between the words, from our prompt's echo by time. Pure; the embedding comparison
is handed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from dialogue.answer.delivery.caller_voice import CallerVoice, Stretch, pitch_distance, quieter_by, split
from dialogue.answer.delivery.measures import floor_db
from dialogue.answer.delivery.other_voice import (
    OtherVoiceModel,
    SpeakerSimilarity,
    voice_features,
)
from dialogue.answer.values import HeardAnswer


class Aside(StrEnum):
    """What was heard beside the caller."""

    NONE = "none"
    BEFORE_OWN = "before_own"  # another voice, a silence, then the caller: the pattern of prompting
    ALONE = "alone"  # another, quieter voice and nothing else in this turn


class WhoSpoke(StrEnum):
    """Whether a turn was the caller's, as far as it went."""

    CALLER = "caller"
    UNCERTAIN = "uncertain"  # the caller's own low voice, or another's: whoever follows will tell
    ANOTHER = "another"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondVoicePolicy:
    """Bounds of what counts. Reasons stand with the numbers in config/tables/delivery.yaml."""

    quieter_db: float  # below the caller's usual level, and below the answer that follows, at least
    quieter_at_most_db: float  # further down it cannot be told from the room
    over_noise_db: float  # above what lies between the words
    alone_llr: float  # from which a stretch counts as another voice's if nothing follows, nats
    before_own_llr: float  # the same if the caller's answer follows, louder
    listen_on_llr: float  # from which the caller's own answer is waited for
    least_ms: int  # a 嗯 is shorter, and too short to have a voice
    silence_ms: int  # between the other voice and the caller's own
    echo_ms: int  # what began before the prompt was over, or this soon after, may be its echo
    model: OtherVoiceModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Asides:
    """What one turn holds beside the caller."""

    kind: Aside
    own: tuple[Stretch, ...]  # the caller's
    other: tuple[Stretch, ...]
    quieter_db: float | None = None  # of the clearest other stretch; None: there is none
    pitch_semitones: float | None = None  # its distance from the caller's; None: not voiced enough
    voice_llr: float | None = None  # log-likelihood ratio of another voice against the caller's
    silence_ms: int | None = None  # from it to the caller's own voice; None: the caller said nothing more


def find_asides(
    heard: HeardAnswer, caller: CallerVoice, policy: SecondVoicePolicy, similarity: SpeakerSimilarity | None
) -> Asides:
    """Sorts a turn's stretches: the caller's and another's. Before the caller is known, all are theirs."""
    pieces = split(heard)
    nobody = Asides(kind=Aside.NONE, own=pieces, other=())
    if not caller.known:
        return nobody
    likely = _likely(pieces, heard, caller, policy, similarity)
    own = tuple(piece for piece in pieces if all(piece is not other.piece for other in likely))
    long = [piece for piece in own if piece.ms >= policy.least_ms]
    found = [(other, _silence_ms(other.piece, long, policy)) for other in likely]
    prompting = [(other, ms) for other, ms in found if ms is not None]
    if prompting:
        best, silence_ms = max(prompting, key=lambda pair: pair[0].llr)
        kind = Aside.BEFORE_OWN
    elif likely and not long and max(other.llr for other in likely) >= policy.alone_llr:
        best, silence_ms, kind = max(likely, key=lambda other: other.llr), None, Aside.ALONE
    else:
        return nobody  # the same breath as the answer, or an afterthought
    return Asides(
        kind=kind,
        own=own,
        other=tuple(other.piece for other in likely),
        quieter_db=quieter_by(best.piece, caller),
        pitch_semitones=pitch_distance(best.piece, caller),
        voice_llr=best.llr,
        silence_ms=silence_ms,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Other:
    """A stretch that is likely another's."""

    piece: Stretch
    llr: float


def _likely(
    pieces: Sequence[Stretch],
    heard: HeardAnswer,
    caller: CallerVoice,
    policy: SecondVoicePolicy,
    similarity: SpeakerSimilarity | None,
) -> list[_Other]:
    floor = floor_db(heard)
    least_llr = min(policy.alone_llr, policy.before_own_llr)
    found = []
    for piece in pieces:
        if piece.start_ms < heard.prompt_end_ms + policy.echo_ms or piece.ms < policy.least_ms:
            continue
        if floor is not None and piece.level_db - floor < policy.over_noise_db:
            continue
        if not policy.quieter_db <= quieter_by(piece, caller) <= policy.quieter_at_most_db:
            continue
        features = voice_features(piece, caller, similarity)
        if features is not None and (llr := policy.model.llr(features)) >= least_llr:
            found.append(_Other(piece=piece, llr=llr))
    return found


def _silence_ms(other: Stretch, own: Sequence[Stretch], policy: SecondVoicePolicy) -> int | None:
    """From a whisper to the louder answer that follows it; None: none does, or at once.

    As loud as what follows it is no whisper: the telephone is held further away.
    """
    louder = [piece for piece in own if piece.level_db - other.level_db >= policy.quieter_db]
    silences = [piece.start_ms - other.end_ms for piece in louder if piece.start_ms >= other.end_ms]
    return silences[0] if silences and silences[0] >= policy.silence_ms else None


def who_spoke(
    heard: HeardAnswer, caller: CallerVoice, policy: SecondVoicePolicy, similarity: SpeakerSimilarity | None
) -> WhoSpoke:
    """Whose voice is all that was said in this turn so far?"""
    doubting = replace(policy, alone_llr=policy.listen_on_llr)
    aside = find_asides(heard, caller, doubting, similarity)
    if aside.kind is not Aside.ALONE or aside.voice_llr is None:
        return WhoSpoke.CALLER
    return WhoSpoke.ANOTHER if aside.voice_llr >= policy.alone_llr else WhoSpoke.UNCERTAIN
