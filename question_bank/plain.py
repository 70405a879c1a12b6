"""One spelling of a text, so that no rule is got round by another: simplified, half-width, capitals."""

import unicodedata
from functools import lru_cache
from typing import Protocol


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


def plain(text: str) -> str:
    """Folded for comparing, never for speaking. Marks that are not seen are left out."""
    folded = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return (folded if folded.isascii() else _converter().convert(folded)).upper()


@lru_cache(maxsize=1)
def _converter() -> _Converter:
    import opencc

    made: _Converter = opencc.OpenCC("t2s")
    return made
