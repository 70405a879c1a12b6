"""Readings the dictionary gets wrong: polyphones, surnames, letters. See config/tables/lexicon.yaml."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

import config
from config.load import check, read_yaml

LEXICON_FILE = Path(config.__file__).parent / "tables" / "lexicon.yaml"

Han = Annotated[str, StringConstraints(pattern=r"^[\u4e00-\u9fff]{1,12}$")]
Syllables = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,6}[1-5]( [a-z]{1,6}[1-5])*$")]


class LexiconFile(BaseModel):
    """The format of lexicon.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: dict[Han, Syllables] = Field(default_factory=dict, max_length=5_000)  # 银行: yin2 hang2
    surnames: dict[Han, Syllables] = Field(default_factory=dict, max_length=200)  # 曾: zeng1
    titles: tuple[Han, ...] = ()  # what follows a name: 先生 女士
    letters: dict[Annotated[str, StringConstraints(pattern=r"^[A-Z]$")], Syllables] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _one_syllable_each(self) -> "LexiconFile":
        wrong = [word for word, syllables in self.words.items() if len(word) != len(syllables.split())]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: needs one syllable per character")
        return self


@dataclass(frozen=True)
class Lexicon:
    """Forced readings. `version` changes with the file, so that cached prompts are rendered again."""

    words: Mapping[str, tuple[str, ...]]
    surnames: Mapping[str, tuple[str, ...]]
    titles: tuple[str, ...]
    letters: Mapping[str, tuple[str, ...]]
    version: str

    def split(self, text: str) -> list[tuple[str, tuple[str, ...] | None]]:
        """The text in order; a piece with forced syllables ("hang2"), or None: as the dictionary says."""
        pieces: list[tuple[str, tuple[str, ...] | None]] = []
        end = 0
        for found in self._pattern.finditer(text):
            if found.start() > end:
                pieces.append((text[end : found.start()], None))
            group = found.lastgroup or ""
            table = {"word": self.words, "surname": self.surnames, "letter": self.letters}[group]
            word = found[0]
            pieces.append((word, table[word.upper() if group == "letter" else word]))
            end = found.end()
        if end < len(text):
            pieces.append((text[end:], None))
        return pieces

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # Longest first; a surname only where a name can start, and before a title or after 姓.
        words = _any_of(self.words)
        surnames, titles = _any_of(self.surnames), _any_of(self.titles)
        name_starts = r"(?:(?<![\u4e00-\u9fff])|(?<=[是位找叫给问好姓向与和]))"
        return re.compile(
            rf"(?P<word>{words})"
            rf"|(?P<surname>{name_starts}(?:{surnames})(?=[\u4e00-\u9fff]{{0,2}}(?:{titles}))|(?<=姓)(?:{surnames}))"
            rf"|(?P<letter>{_any_of(self.letters)})",
            re.IGNORECASE,
        )


def _any_of(words: Mapping[str, object] | tuple[str, ...]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word) for word in longest_first) or r"(?!)"


def load_lexicon(path: Path = LEXICON_FILE) -> Lexicon:
    """Reads and checks the file. Raises ConfigError naming every bad entry."""
    stored = check(LexiconFile, read_yaml(path), path)
    return Lexicon(
        words={word: tuple(said.split()) for word, said in stored.words.items()},
        surnames={word: tuple(said.split()) for word, said in stored.surnames.items()},
        titles=stored.titles,
        letters={letter: tuple(said.split()) for letter, said in stored.letters.items()},
        version=hashlib.sha256(path.read_bytes()).hexdigest()[:12],
    )
