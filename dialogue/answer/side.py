"""The sides of a reply to a yes-or-no question that is not about a fact."""

from enum import StrEnum


class Side(StrEnum):
    YES = "yes"
    NO = "no"
    OTHER = "other"  # who are you? again? I am busy
