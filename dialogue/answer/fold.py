"""One spelling for what a recogniser writes: simplified, half-width, without fillers."""

import re
import unicodedata
from functools import lru_cache
from typing import Protocol

PAUSES = "，。、；：？！,.;:?!…~～"
_NOISE = re.compile(r"[\"'“”‘’《》〈〉「」『』【】\[\]()（）*_·—–|/\\]+")
_PUNCTUATION = str.maketrans(",?!;:⼀", "，？！；：一")
_STUTTER = re.compile(r"([我你他是在叫有对嗯呃啊哦])\1{2,}")
_FILLER = re.compile(
    r"[嗯呃哦噢喔唉诶欸哎哈]+"
    r"|(?<![一二两三四五六七八九十几])额+(?![度外头])"
    r"|啊+|呀+|呐+|嘛+|啦+|呢+|咯+|哟+"
    r"|那个那个|这个这个|那个(?=[，,、]|$)|这个(?=[，,、]|$)|^那个(?!月|时候|人|城)|^这个(?!月|时候|人|城)"
    r"|就是说|怎么说|我想想|我想一下|让我想想|我看看|我看一下|稍等|等一下|那什么|你知道吧"
)
_PARTICLE = re.compile(r"(?:吧|的吧|来着|了吧)(?=[，。、；：？！,.;:?!…]|$)")


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@lru_cache(maxsize=1)
def _converter() -> _Converter:
    import opencc

    made: _Converter = opencc.OpenCC("t2s")
    return made


@lru_cache(maxsize=2_048)
def simplified(text: str) -> str:
    """Traditional characters, full-width letters and digits folded; punctuation kept."""
    folded = unicodedata.normalize("NFKC", text)
    folded = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", folded)  # 15,000
    folded = folded.translate(_PUNCTUATION)
    return str(_converter().convert(folded)).upper()


def without_fillers(text: str) -> str:
    """Simplified text without hesitation sounds and closing particles; punctuation kept."""
    cleaned = _NOISE.sub("", simplified(text))
    cleaned = _STUTTER.sub(r"\1", cleaned)
    cleaned = _FILLER.sub("", cleaned)
    cleaned = _PARTICLE.sub("", cleaned)
    return re.sub(rf"^[\s{PAUSES}]+", "", cleaned).strip()


def bare(text: str) -> str:
    """Simplified characters, letters and digits only; a decimal point between digits stays."""
    folded = _NOISE.sub("", simplified(text))
    return re.sub(rf"(?<!\d)\.|\.(?!\d)|[\s{PAUSES.replace('.', '')}-]+", "", folded)
