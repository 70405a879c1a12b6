from pathlib import Path

import numpy as np
import pytest
import soundfile

from dialogue.line import Samples
from dialogue.speaking.prompt_cache import PromptCache, PromptKey, decode, encode


def key(text: str = "您好", *, version: str = "kokoro-1") -> PromptKey:
    return PromptKey(text=text, voice="jf_alpha", speed=1.0, version=version)


def sound(length: int = 800) -> Samples:
    return np.arange(length, dtype=np.int16)


def test_a_stored_prompt_is_found_by_another_process(tmp_path: Path) -> None:
    PromptCache(tmp_path).store(key(), sound())
    found = PromptCache(tmp_path).get(key())
    assert found is not None
    assert np.array_equal(found, sound())


def test_people_can_listen_to_a_stored_prompt(tmp_path: Path) -> None:
    cache = PromptCache(tmp_path)
    cache.store(key(), sound())
    samples, rate_hz = soundfile.read(cache.path(key()), dtype="int16")
    assert rate_hz == 8_000
    assert np.array_equal(samples, sound())


@pytest.mark.parametrize(
    "other",
    [
        key("再见"),
        key(version="kokoro-2"),
        PromptKey(text="您好", voice="jf_alpha", speed=0.75, version="kokoro-1"),
    ],
)
def test_another_text_version_or_speed_is_another_prompt(tmp_path: Path, other: PromptKey) -> None:
    cache = PromptCache(tmp_path)
    cache.store(key(), sound())
    assert cache.get(other) is None


def test_a_damaged_file_counts_as_missing(tmp_path: Path) -> None:
    content = encode(sound(40))
    for cut in range(len(content)):
        assert decode(content[:cut]) is None
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 4
        assert decode(bytes(changed)) is None
    assert decode(content + b"\0") is None
    assert decode(content) is not None


def test_memory_forgets_the_least_recently_used(tmp_path: Path) -> None:
    cache = PromptCache(tmp_path, memory_bytes=3 * sound().nbytes)
    for text in "甲乙丙":
        cache.remember(key(text), sound())
    cache.get(key("甲"))
    cache.remember(key("丁"), sound())
    assert [cache.get(key(text)) is not None for text in "甲乙丙丁"] == [True, False, True, True]


def test_the_disk_is_bounded(tmp_path: Path) -> None:
    cache = PromptCache(tmp_path, disk_bytes=2 * len(encode(sound())))
    for text in "甲乙丙":
        cache.store(key(text), sound())
    (cache.path(key("甲")).parent / ".new-interrupted").write_bytes(b"half")
    assert cache.prune() == 1
    assert len(list(tmp_path.glob("*/*"))) == 2
