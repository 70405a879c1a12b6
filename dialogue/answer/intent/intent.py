"""The kinds of reply, and a guess at one."""

from dataclasses import dataclass
from enum import StrEnum


class Intent(StrEnum):
    ANSWER = "answer"
    YES = "yes"
    NO = "no"
    DONT_KNOW = "dont_know"
    REFUSAL = "refusal"
    DENIAL = "denial"
    REPEAT = "repeat"
    SLOWER = "slower"
    WHO_ARE_YOU = "who_are_you"
    HUMAN = "human"
    LATER = "later"
    WRONG_PERSON = "wrong_person"
    OFF_TOPIC = "off_topic"
    NOT_APPLIED = "not_applied"
    ANNOUNCEMENT = "announcement"  # the network speaks: switched off, busy, no such number
    VOICEMAIL = "voicemail"


# A reply to what was asked; every other intent is none.
ANSWERED = frozenset({Intent.ANSWER, Intent.YES, Intent.NO})


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentGuess:
    intent: Intent
    probability: float | None  # None: a rule, not counted
    source: str  # "words", "sound", "model": which of them decided
    phrase: str = ""  # the table's phrase that fitted; "": none
