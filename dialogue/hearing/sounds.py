"""Which tokens of a vocabulary sound alike: 沈阳 and 审养 are one sound to a listener without context."""

import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin, pinyin

Syllables = tuple[frozenset[str], ...]  # per character its possible toneless readings

_DIGITS = {
    "0": "ling", "1": "yi yao", "2": "er liang", "3": "san", "4": "si",
    "5": "wu", "6": "liu", "7": "qi", "8": "ba", "9": "jiu",
}  # fmt: skip
_RUNS = re.compile(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]")
_LONGEST = 4  # characters in one token
_READINGS = 8  # at most so many per token; more are rare readings of rare characters


def spoken_as(text: str) -> Syllables:
    """Toneless pinyin of each character as its context has it (行 in 银行: hang); of digits all readings."""
    found: list[frozenset[str]] = []
    for run in _RUNS.findall(text):
        syllables = lazy_pinyin(run)
        if run[0] in _DIGITS or len(syllables) != len(run):  # a character without a known reading
            found.extend(readings(run))
        else:
            found.extend(frozenset((syllable,)) for syllable in syllables)
    return tuple(found)


def readings(text: str) -> Syllables:
    """Toneless pinyin of each character, all its readings; the character itself if it has none."""
    return tuple(_reading(character) for character in text)


def _reading(character: str) -> frozenset[str]:
    if character in _DIGITS:
        return frozenset(_DIGITS[character].split())
    if not "\u3400" <= character <= "\u9fff":
        return frozenset((character,))
    return frozenset(pinyin(character, style=Style.NORMAL, heteronym=True)[0])


class SoundTable:
    """Token ids by sound. Immutable after construction."""

    def __init__(self, tokens: Mapping[int, str]) -> None:
        """`tokens`: text by id, of the tokens that are whole characters."""
        found: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for token, text in tokens.items():
            if 0 < len(text) <= _LONGEST and all(_spoken(character) for character in text):
                for sound in islice(product(*readings(text)), _READINGS):
                    found[sound].append(token)
        self._found = {sound: np.array(ids) for sound, ids in found.items()}

    def log_mass(self, log_probs: NDArray[np.float32], upcoming: Syllables) -> float:
        """Natural log of the probability that the next token sounds like what comes next.

        `log_probs`: (vocabulary,). -inf if no token sounds like it.
        """
        ids: set[int] = set()
        for length in range(1, min(_LONGEST, len(upcoming)) + 1):
            for sound in islice(product(*upcoming[:length]), _READINGS):
                ids.update(self._found.get(sound, ()))
        if not ids:
            return float("-inf")
        return float(np.logaddexp.reduce(log_probs[sorted(ids)]))


def _spoken(character: str) -> bool:
    return character in _DIGITS or "\u3400" <= character <= "\u9fff"
