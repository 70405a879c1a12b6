"""Digit strings read out: 幺二三八, 三个八, 尾号2516, a closing X of an identity card."""

import re

from dialogue.answer.numerals import DIGITS, numbers_in, say_digits, say_number
from dialogue.answer.values import Agreement, Form

_X = re.compile(r"(?:大写|字母|一个)?(?:[Xx×]|叉|艾克斯|埃克斯|爱克斯|艾克思)")
_REPEAT = re.compile(r"(?:连着|连续)?([两二三四234])个(?:连着的)?([零〇一幺二三四五六七八九洞拐\d])(?!个)")
_FRAME = re.compile(
    r"(?:最?后|末尾|尾号|后面)[的是]?(?:[四三六两4362]|几)(?:位(?:数字?)?|个(?:数字?|号))(?:是|为)?"
)
_NAMES = {**{k: str(v) for k, v in DIGITS.items()}, "洞": "0", "拐": "7", "勾": "9"}
_RUN = re.compile(
    r"[零〇○一幺二两俩三四五六七八九洞拐勾十百千万点X\d](?:[\s，。、,.-]*[零〇○一幺二两俩三四五六七八九洞拐勾十百千X\d])*"
)


def read_digits(text: str) -> str | None:
    """The longest digit string of a folded text, X included; None if there is none."""
    text = _X.sub("X", _FRAME.sub("，", text))
    text = _REPEAT.sub(lambda m: _NAMES.get(m[2], m[2]) * int(_NAMES.get(m[1], m[1])), text)
    runs = [_run(found.group()) for found in _RUN.finditer(text)]
    runs = [r for r in runs if r]
    return max(runs, key=len) if runs else None


def _run(words: str) -> str:
    words = re.sub(r"[\s，。、,.-]+", "", words)
    if re.search(r"[十百千]", words):
        return "".join(_number(part) for part in re.findall(r"[十百千一二两三四五六七八九零\d]+|.", words))
    return "".join(_NAMES.get(c, c) for c in words if c not in "万点")


def _number(words: str) -> str:
    """一千二百三十四 -> 1234; 二十五十六 -> 2516; a plain digit stays."""
    spans = numbers_in(words)
    if spans and "".join(s.text for s in spans) == words:
        return "".join(str(int(s.low)) for s in spans)
    pairs = re.findall(r"[一二三四五六七八九]?十[一二三四五六七八九]?|[\d零一二两三四五六七八九X]", words)
    out = ""
    for pair in pairs:
        span = numbers_in(pair)
        out += str(int(span[0].low)) if span else _NAMES.get(pair, pair)
    return out


def compare_digits(expected: str, said: str) -> Agreement:
    """EQUAL also if more was said that ends with it; too few digits decide nothing."""
    if said == expected or (len(said) > len(expected) and said.endswith(expected)):
        return Agreement.EQUAL
    if len(said) == len(expected) or (len(said) >= 7 and len(said) > len(expected)):
        return Agreement.OTHER
    if len(said) >= 2 and expected.endswith(said):
        return Agreement.PART
    return Agreement.NONE


_TIMES = {3: "三", 4: "四"}


def digit_forms(value: str) -> tuple[Form, ...]:
    """A digit string read with 一 or 幺, in pairs, with repeats, and as written."""
    forms = [Form(text=value, template="arabic"), Form(text=say_digits(value), template="one")]
    if "1" in value:
        forms.append(Form(text=say_digits(value, one="幺"), template="yao"))
    if "2" in value:
        forms.append(Form(text=say_digits(value).replace("二", "两", 1), template="liang"))
    if len(value) == 4 and value.isdecimal() and "0" not in value:
        pairs = say_number(int(value[:2])) + say_number(int(value[2:]))
        forms.append(Form(text=pairs, template="pairs"))
    if (repeat := re.search(r"(\d)\1{2,}", value)) and len(repeat.group()) in _TIMES:
        short = (
            say_digits(value[: repeat.start()], one="幺")
            + _TIMES[len(repeat.group())]
            + "个"
            + say_digits(repeat[1])
            + say_digits(value[repeat.end() :], one="幺")
        )
        forms.append(Form(text=short, template="repeat"))
    return tuple(forms)


# Digits that the telephone confuses, likeliest first.
_ALIKE = dict(
    zip("0123456789X", ("69", "74", "08", "48", "10", "29", "90", "14", "52", "65", "47"), strict=True)
)


def near_digits(value: str) -> tuple[str, ...]:
    """Strings one digit off, likely confusions first, then two neighbours exchanged."""
    rivals = [
        value[:i] + other + value[i + 1 :]
        for rank in range(2)
        for i, digit in enumerate(value)
        for other in _ALIKE.get(digit, "07")[rank]
    ]
    rivals += [value[:i] + value[i + 1] + value[i] + value[i + 2 :] for i in range(len(value) - 1)]
    rivals += [
        value[:i] + str((int(d) + 5) % 10) + value[i + 1 :] for i, d in enumerate(value) if d.isdecimal()
    ]
    return tuple(dict.fromkeys(r for r in rivals if r != value))
