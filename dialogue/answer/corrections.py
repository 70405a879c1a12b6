"""What the caller finally claims: 九八年，不对，九七年 claims 九七年."""

import re
from dataclasses import dataclass

_MARK = re.compile(
    r"(?:[啊哦噢呃哎诶嗯]?不对不对|[啊哦噢呃哎诶嗯]?不对|不是不是|[啊哦噢呃哎诶]不是|[，。、,]不是[，。、,是]"
    r"|我?(?:说|讲|记|搞|弄)错了|错了错了|更正一下|纠正一下|[，。、,]错了|口误|[，。、,]不[，。、,]|[啊哦噢呃哎诶]不[，。、,])"
    r"[，。、, 啊哦呃是应该]*"
)
_NOT_A_BUT_B = re.compile(r"不是(?P<no>[^，。、,是]{1,14})[，。、, ]*(?:而?是|应该是)(?P<yes>.+)")
_B_NOT_A = re.compile(r"(?P<yes>[^，。、,]{1,20})[，。、, ]*(?:而|可)?不是(?P<no>[^，。、,是吗]{2,14})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    text: str  # what stands
    retracted: str = ""  # what was taken back; "": nothing


def final_claim(text: str) -> Claim:
    """The part of a simplified text that stands after corrections. Keeps everything if unsure."""
    marks = list(_MARK.finditer(text))
    if marks:
        found = marks[-1]
        before, after = text[: found.start()], text[found.end() :]
        if before.strip("，。、, ") and len(after.strip("，。、,？ 的吧呢")) >= 1:
            return Claim(text=after.strip("，。、, "), retracted=before.strip("，。、, "))
    if but := _NOT_A_BUT_B.search(text):
        return Claim(text=but["yes"], retracted=but["no"])
    if swapped := _B_NOT_A.search(text):
        return Claim(text=text[: swapped.start()] + swapped["yes"], retracted=swapped["no"])
    return Claim(text=text)
