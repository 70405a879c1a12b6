"""Closed sets: how a call ended, what is advised, how an answer is graded, what is believed."""

from enum import StrEnum


class CallOutcome(StrEnum):
    """How one attempt ended. Every attempt ends in exactly one of these."""

    COMPLETED = "completed"
    PARTIAL = "partial"
    REFUSED_RECORDING = "refused_recording"
    WRONG_PERSON = "wrong_person"
    NOT_APPLIED = "not_applied"
    HUNG_UP = "hung_up"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    ANNOUNCEMENT = "announcement"
    VOICEMAIL = "voicemail"
    CONGESTION = "congestion"
    NUMBER_REJECTED = "number_rejected"
    TRUNK_DOWN = "trunk_down"
    LINE_FAILED = "line_failed"
    CANCELLED = "cancelled"


class Recommendation(StrEnum):
    """What a verdict advises. A verdict never declines; only rules and limit policy do."""

    APPROVE = "approve"
    REFER = "refer"
    REFER_FRAUD = "refer_fraud"
    CALL_AGAIN = "call_again"
    NONE = "none"  # no conversation, nothing to advise


class Grade(StrEnum):
    """What one reply was. `match mismatch unclear dont_know refusal partial` speak about a fact."""

    MATCH = "match"
    PARTIAL = "partial"  # part of the fact was right and nothing was wrong
    MISMATCH = "mismatch"
    UNCLEAR = "unclear"  # speech, but it could not be decided; weighs nothing by itself
    DONT_KNOW = "dont_know"
    REFUSAL = "refusal"  # will not answer this question
    DENIAL = "denial"  # denies the premise ("I have no mortgage")
    OFF_TOPIC = "off_topic"
    REPEAT = "repeat"
    SLOWER = "slower"
    WHO_ARE_YOU = "who_are_you"
    HUMAN = "human"
    LATER = "later"
    WRONG_PERSON = "wrong_person"
    NO_ANSWER = "no_answer"  # silence until the question's patience ran out
    FREE = "free"  # an answer without a truth on file


class Hypothesis(StrEnum):
    """Who is speaking?"""

    GENUINE = "genuine"
    IMPOSTOR = "impostor"  # has data, not the life
    COACHED = "coached"  # prompted by somebody, or reading


class Reason(StrEnum):
    """Why a verdict recommends what it recommends."""

    FACTS_MISMATCH = "facts_mismatch"
    FACTS_UNKNOWN = "facts_unknown"  # too many "do not know" for the life claimed
    SECOND_VOICE = "second_voice"
    PROMPTED = "prompted"
    READ_OUT = "read_out"
    HESITANT = "hesitant"
    WATCHLIST_CANDIDATE = "watchlist_candidate"
    VOICE_USED_UP = "voice_used_up"  # this voice was asked about facts often enough lately
    VOICE_TOO_SHORT = "voice_too_short"
    NO_VOICE_CONSENT = "no_voice_consent"
    UNDECIDED = "undecided"  # the beliefs did not separate within the time allowed
    LINE_UNCLEAR = "line_unclear"  # too many answers could not be understood
    ASKED_FOR_HUMAN = "asked_for_human"
    ASKED_FOR_LATER = "asked_for_later"
    REFUSED_RECORDING = "refused_recording"
    WRONG_PERSON = "wrong_person"
    NOT_APPLIED = "not_applied"
    SILENT = "silent"  # answered, but nobody spoke
    NOT_REACHED = "not_reached"
    HUNG_UP = "hung_up"
