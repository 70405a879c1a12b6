"""What a recogniser wrote, made comparable: simplified characters, and nothing nobody said."""

import re
import zlib
from functools import lru_cache

import opencc

# What Whisper writes over silence, music and noise: credits of the subtitles it was trained on.
_CREDITS = re.compile(
    r"字幕|请不吝|點贊|点赞|打赏|明镜与点点|优优独播|独播剧场|谢谢(观看|收看|大家收看|您的观看|大家观看)|"
    r"(欢迎|请|记得)(大家)?(订阅|关注)|订阅(我们|本)?.{0,4}频道|志愿者|Amara|amara|"
    r"^by ?[A-Za-z]*[\u4e00-\u9fff]{2,4}$|MING ?PAO|Thanks? (you )?for watching|ご視聴|시청해"
)
_WORDS = re.compile(r"\w")
_SYLLABLES_PER_S = 11.0  # the fastest speech, and then half as much again
_COMPRESSION = 2.4  # zlib ratio above which a text only repeats itself; Whisper's own threshold
_NO_SPEECH, _LOG_PROB = 0.6, -1.0  # Whisper's own: probably nobody spoke, and the text is a poor guess


def simplified(text: str) -> str:
    """Traditional characters folded to simplified ones; other writing untouched."""
    folded: str = _converter().convert(text)
    return folded


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def heard(text: str, *, seconds: float, no_speech: float | None, log_prob: float | None) -> bool:
    """Whether a text can have been said in that time. False: the recogniser made it up. Pure.

    `no_speech`: probability 0..1; `log_prob`: mean natural log per token; None: engine does not tell.
    """
    if not _WORDS.search(text) or _CREDITS.search(text):
        return False
    if len(re.findall(r"[\u4e00-\u9fff]|[A-Za-z]+|\d", text)) > 4 + _SYLLABLES_PER_S * seconds:
        return False
    if repetitive(text):
        return False
    if no_speech is not None and log_prob is not None:
        return not (no_speech > _NO_SPEECH and log_prob < _LOG_PROB)
    return True


def repetitive(text: str) -> bool:
    """Whether a text longer than any honest repetition only repeats itself."""
    data = text.encode()
    return len(data) > 60 and len(data) / len(zlib.compress(data)) > _COMPRESSION
