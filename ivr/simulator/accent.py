"""Regional mergers, really spoken: a character is replaced by one that sounds as the speaker would say it."""

from collections.abc import Callable, Sequence
from functools import cache

from ivr.simulator.persona import Accent


def _n_l(syllable: str) -> str:
    return "l" + syllable[1:] if syllable.startswith("n") else syllable


def _z_zh(syllable: str) -> str:
    return syllable[0] + syllable[2:] if syllable.startswith(("zh", "ch", "sh")) else syllable


def _in_ing(syllable: str) -> str:
    return syllable[:-1] if syllable.endswith(("ing", "eng")) else syllable


def _f_h(syllable: str) -> str:
    if not syllable.startswith("f"):
        return syllable
    final = syllable[1:]
    return "h" + (final if final in ("u", "o") else "ui" if final == "ei" else "u" + final)


# Each: a toneless syllable as most people say it -> as this speaker says it.
MERGERS: dict[Accent, Callable[[str], str]] = {
    Accent.N_L: _n_l,
    Accent.Z_ZH: _z_zh,
    Accent.IN_ING: _in_ing,
    Accent.F_H: _f_h,
}


def merged(syllable: str, accents: Sequence[Accent]) -> str:
    """A syllable with tone number (nin2) as spoken with these mergers (lin2)."""
    plain, tone = (syllable[:-1], syllable[-1]) if syllable[-1:].isdigit() else (syllable, "")
    for accent in accents:
        plain = MERGERS[accent](plain)
    plain = {"huen": "hun", "hueng": "heng", "hun": "hun"}.get(plain, plain)
    return plain + tone


def speak_with(text: str, accents: Sequence[Accent]) -> str:
    """The text respelled so that a synthesiser of the standard language speaks the accent."""
    if not accents:
        return text
    from pypinyin import Style, lazy_pinyin

    out = []
    for char, syllable in zip(text, _by_char(text, lazy_pinyin, Style.TONE3), strict=True):
        spoken = merged(syllable, accents) if syllable else ""
        respelled = _characters().get(spoken) if spoken != syllable else None
        out.append(respelled or char)
    return "".join(out)


def _by_char(text: str, lazy_pinyin: Callable[..., list[str]], style: object) -> list[str]:
    """One syllable per character; "" for what is none. Read in context, so that 行 in 银行 is hang2."""
    syllables: list[str] = []
    run = ""
    for char in [*text, ""]:
        if char and "\u4e00" <= char <= "\u9fff":
            run += char
            continue
        if run:
            syllables += lazy_pinyin(run, style=style, neutral_tone_with_five=True)
            run = ""
        if char:
            syllables.append("")
    return syllables


@cache
def _characters() -> dict[str, str]:
    """syllable with tone -> a common character that is read in this way only."""
    from pypinyin import Style, pinyin

    found: dict[str, str] = {}
    shared: dict[str, str] = {}
    for high in range(0xB0, 0xD8):  # the 3,755 common characters of GB 2312, level 1
        for low in range(0xA1, 0xFF):
            try:
                char = bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            readings = pinyin(char, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True)[0]
            (found if len(readings) == 1 else shared).setdefault(readings[0], char)
    return shared | found
