"""The sounds of Mandarin as the phone model knows them: an initial and a toned final per syllable. Pure."""

import re
from functools import cache, lru_cache

INITIALS = (
    "b",
    "p",
    "m",
    "f",
    "d",
    "t",
    "n",
    "l",
    "g",
    "k",
    "h",
    "j",
    "q",
    "x",
    "zh",
    "ch",
    "sh",
    "r",
    "z",
    "c",
    "s",
)
# "I" is the vowel of zhi chi shi ri zi ci si; "v" is ü.
FINALS = (
    "a", "ai", "an", "ang", "ao", "e", "ei", "en", "eng", "er", "i", "I", "ia", "ian", "iang", "iao", "ie",
    "in", "ing", "iong", "iu", "o", "ong", "ou", "u", "ua", "uai", "uan", "uang", "ueng", "ui", "un", "uo",
    "v", "van", "ve", "vn",
)  # fmt: skip
TONES = (1, 2, 3, 4, 5)  # 5: neutral
HUMS = ("嗯", "呃")  # filled pauses that are no words: sounds of their own
BLANK = 0
FRAME_MS = 20  # one row of posteriors, as the encoder gives them

PHONES = ("", *INITIALS, *(f"{final}{tone}" for final in FINALS for tone in TONES), *HUMS)
_IDS = {phone: i for i, phone in enumerate(PHONES)}
FIRST_FINAL = 1 + len(INITIALS)  # finals and hums from here on: one per syllable
HUM_IDS = tuple(_IDS[hum] for hum in HUMS)

_SPELLED = re.compile(r"([a-zü]+)([1-5])$")
_HUMMED = {"嗯": "嗯", "唔": "嗯", "呃": "呃"}
_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_RUNS = re.compile(r"[\u3400-\u9fff]+")
_APICAL = frozenset({"zh", "ch", "sh", "r", "z", "c", "s"})
_AFTER_Y = {"i": "i", "in": "in", "ing": "ing", "u": "v", "ue": "ve", "uan": "van", "un": "vn", "ong": "iong"}
_AFTER_W = {"u": "u", "ei": "ui", "en": "un", "eng": "ueng"}
_AFTER_JQX = {"u": "v", "ue": "ve", "uan": "van", "un": "vn"}


def ends_syllable(phone: int) -> bool:
    """A final; a hum is no syllable."""
    return FIRST_FINAL <= phone < min(HUM_IDS)


@lru_cache(maxsize=16_384)
def phone_ids(text: str) -> tuple[int, ...]:
    """What a text sounds like, tone sandhi included: ids into PHONES. What has no sound here is left out."""
    found: list[int] = []
    for run in _RUNS.findall("".join(_DIGITS.get(c, c) for c in text)):
        for character, spelled in zip(run, _pinyin(run), strict=True):
            found += _hum(character) or _syllable(spelled)
    return tuple(found)


def _hum(character: str) -> tuple[int, ...]:
    return (_IDS[_HUMMED[character]],) if character in _HUMMED else ()


def _pinyin(run: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin

    found = lazy_pinyin(run, style=Style.TONE3, tone_sandhi=True, neutral_tone_with_five=True)
    if len(found) == len(run):
        return list(found)
    return [lazy_pinyin(c, style=Style.TONE3, neutral_tone_with_five=True)[0] for c in run]


@cache
def _syllable(spelled: str) -> tuple[int, ...]:
    """zhong1 to zh, ong1; () if it is no syllable."""
    match = _SPELLED.match(spelled)
    if match is None:
        return ()
    body, tone = match[1].replace("ü", "v"), match[2]
    if body[0] == "y":
        initial, final = "", _AFTER_Y.get(body[1:], "i" + body[1:])
    elif body[0] == "w":
        initial, final = "", _AFTER_W.get(body[1:], "u" + body[1:])
    else:
        initial = next((i for i in ("zh", "ch", "sh", *INITIALS) if body.startswith(i)), "")
        final = body[len(initial) :]
        if initial in {"j", "q", "x"}:
            final = _AFTER_JQX.get(final, final)
        elif initial in _APICAL and final == "i":
            final = "I"
    final = {"iou": "iu", "uei": "ui", "uen": "un", "ue": "ve", "io": "o"}.get(final, final)
    if f"{final}{tone}" not in _IDS:
        return ()
    return (*((_IDS[initial],) if initial else ()), _IDS[f"{final}{tone}"])


def spelled_out(ids: tuple[int, ...]) -> str:
    """For a reader: zh ong1 g uo2."""
    return " ".join(PHONES[i] for i in ids)
