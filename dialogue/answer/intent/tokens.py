"""Text as the intent model reads it: characters and, beside them, their toneless syllables."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.answer.fold import bare, simplified
from dialogue.answer.sound import syllables

PAD, UNKNOWN, START, SEPARATOR = "[PAD]", "[UNK]", "[CLS]", "[SEP]"
SPECIAL = (PAD, UNKNOWN, START, SEPARATOR)
LONGEST = 24  # characters of a reply that are read; intents show early


def tokens(text: str) -> list[str]:
    """[CLS] characters [SEP] syllables [SEP]. A homophone changes a character and keeps the syllable."""
    characters = list(bare(simplified(text))[:LONGEST])
    question = ["？"] if "？" in simplified(text) else []
    sounds = [f"{s.initial}{s.final}" for s in syllables("".join(characters))]
    return [START, *characters, *question, SEPARATOR, *sounds, SEPARATOR]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Token numbers; 0..3 are the special ones."""

    ids: dict[str, int]

    @classmethod
    def of(cls, words: Sequence[str]) -> "Vocabulary":
        """In order of number."""
        return cls(ids={word: number for number, word in enumerate(words)})

    def encode(self, text: str) -> list[int]:
        unknown = self.ids[UNKNOWN]
        return [self.ids.get(token, unknown) for token in tokens(text)]

    def segments(self, numbers: Sequence[int]) -> list[int]:
        """0 for the characters, 1 for the syllables."""
        first = list(numbers).index(self.ids[SEPARATOR])
        return [0 if i <= first else 1 for i in range(len(numbers))]
