"""Comparison by sound: how far one wording is from the best-fitting stretch of another."""

import re
from dataclasses import dataclass
from functools import lru_cache

from dialogue.answer.tables import SoundTable

_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_SPELLED = re.compile(r"([a-zv]+)([1-5])?$")
_DIGIT_NAMES = dict(zip("0123456789", "零一二三四五六七八九", strict=True))


@dataclass(frozen=True, slots=True)
class Syllable:
    """One spoken syllable. A Latin letter has itself as its final and no initial."""

    initial: str
    final: str
    tone: int  # 1..5; 5: neutral, 0: a letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Where an expected wording lies best in a heard one."""

    distance: float  # cost per expected syllable, 0 (the same sounds) .. 1 (nothing alike)
    start: int  # character span in the heard text
    end: int


@lru_cache(maxsize=8_192)
def syllables(text: str) -> tuple[Syllable, ...]:
    """One syllable per character: Arabic digits one by one, letters as themselves, the rest dropped."""
    return tuple(syllable for syllable, _ in _spelled(text))


@lru_cache(maxsize=8_192)
def _spelled(text: str) -> tuple[tuple[Syllable, int], ...]:
    spoken = "".join(_DIGIT_NAMES.get(c, c) for c in text)
    spelled = _pinyin(spoken)
    if len(spelled) != len(spoken):  # an entry for each character is what the position map needs
        spelled = [_pinyin(character)[0] for character in spoken]
    found = []
    for position, word in enumerate(spelled):
        if word.startswith("?"):
            if word[1:].isalpha() and word[1:].isascii():
                found.append((Syllable("", word[1:].lower(), 0), position))
            continue
        if (parts := _split(word)) is not None:
            found.append((parts, position))
    return tuple(found)


def _pinyin(text: str) -> list[str]:
    """One reading per character; what has none comes back as ?character."""
    from pypinyin import Style, lazy_pinyin

    def unread(part: str) -> list[str]:
        return [f"?{character}" for character in part]

    return list(
        lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors=unread)  # type: ignore[arg-type]  # may return a list, says its manual
    )


def _split(word: str) -> Syllable | None:
    match = _SPELLED.match(word.replace("ü", "v"))
    if match is None:
        return None
    body, tone = match[1], int(match[2] or 5)
    initial = next((i for i in _INITIALS if body.startswith(i)), "")
    final = body[len(initial) :]
    if initial == "y":  # yi ya yan yu yuan: written forms of i-, v-
        final = {"i": "i", "in": "in", "ing": "ing", "u": "v", "ue": "ue", "uan": "van", "un": "vn"}.get(
            final, "i" + final if final not in {"ong"} else "iong"
        )
        final = {"iou": "iu", "io": "o"}.get(final, final)
    elif initial == "w":
        final = {"u": "u", "ei": "ui", "en": "un", "eng": "ong"}.get(final, "u" + final)
    elif initial in {"j", "q", "x"} and final.startswith("u"):
        final = {"u": "v", "ue": "ue", "uan": "van", "un": "vn"}[final]
    return Syllable("" if initial in {"y", "w"} else initial, final or body, tone)


def _initials(table: SoundTable, a: str, b: str) -> float:
    return 0.0 if a == b else table.initials.get((a, b), table.unlike)


def _finals(table: SoundTable, a: str, b: str) -> float:
    if a == b:
        return 0.0
    cost = table.finals.get((a, b))
    if cost is None:
        return table.rhymes if a.endswith(b) or b.endswith(a) else table.unlike
    return cost


def syllable_distance(a: Syllable, b: Syllable, table: SoundTable) -> float:
    """0 (the same) .. 1 (unlike); the tone weighs least, the recogniser cares little for it."""
    if a.tone == 0 or b.tone == 0:
        return 0.0 if a.final == b.final else 1.0
    if a == b:
        return 0.0
    tone = 0.0 if a.tone == b.tone or 5 in (a.tone, b.tone) else table.tone_weight
    initial = _initials(table, a.initial, b.initial)
    final = _finals(table, a.final, b.final)
    if initial >= table.unlike and final >= table.unlike:
        return 1.0
    return table.initial_weight * initial + table.final_weight * final + tone


def align(expected: str, heard: str, table: SoundTable) -> Alignment:
    """The stretch of `heard` that sounds most like `expected`; its distance is 1.0 at worst."""
    wanted = syllables(expected)
    spelled = _spelled(heard)
    if not wanted or not spelled:
        return Alignment(distance=1.0, start=0, end=len(heard))
    # Semi-global alignment: all of `wanted`, any stretch of `heard`.
    columns = len(spelled)
    previous = [0.0] * (columns + 1)
    origin = list(range(columns + 1))
    for row, syllable in enumerate(wanted, 1):
        current = [row * table.skip] + [0.0] * columns
        source = [0] * (columns + 1)
        for j in range(1, columns + 1):
            change = previous[j - 1] + syllable_distance(syllable, spelled[j - 1][0], table)
            skip = previous[j] + table.skip
            extra = current[j - 1] + table.extra
            best = min(change, skip, extra)
            current[j] = best
            source[j] = origin[j - 1] if best == change else origin[j] if best == skip else source[j - 1]
        previous, origin = current, source
    end = min(range(columns + 1), key=lambda j: (previous[j], j))
    start = origin[end]
    if end <= start:
        return Alignment(distance=1.0, start=0, end=len(heard))
    return Alignment(
        distance=min(1.0, previous[end] / len(wanted)),
        start=spelled[start][1],
        end=spelled[end - 1][1] + 1,
    )


def distance(a: str, b: str, table: SoundTable) -> float:
    """Distance of two whole wordings per syllable of the longer, 0..1."""
    left, right = syllables(a), syllables(b)
    if not left or not right:
        return 0.0 if left == right else 1.0
    previous = [j * table.skip for j in range(len(right) + 1)]
    for i, syllable in enumerate(left, 1):
        current = [i * table.skip]
        for j, other in enumerate(right, 1):
            change = previous[j - 1] + syllable_distance(syllable, other, table)
            current.append(min(change, previous[j] + table.skip, current[-1] + table.skip))
        previous = current
    return min(1.0, previous[-1] / max(len(left), len(right)))
