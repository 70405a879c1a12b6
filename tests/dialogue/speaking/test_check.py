from pathlib import Path

import pytest

from dialogue.speaking.check import check_prompts, syllable_error
from dialogue.speaking.lexicon import load_lexicon
from tests.fakes.recognizer import FakeRecognizer
from tests.fakes.synthesizer import FakeSynthesizer


@pytest.mark.parametrize(
    ("text", "heard", "wrong"),
    [
        pytest.param("您在哪家银行？", "您在哪家银行", 0, id="as written"),
        pytest.param("沈阳", "审养", 0, id="tones and characters do not count"),
        pytest.param("尾号是1234", "尾号是一二三四", 0, id="digits"),
        pytest.param("尾号是幺二三四", "尾号是1234", 0, id="written digits"),
        pytest.param("一九九八年五月", "1998年5月", 0, id="a written date"),
        pytest.param("请说银行", "请说银型", 1, id="walked instead of rowed"),
        pytest.param("请问您好", "请问", 2, id="missing"),
        pytest.param("请问", "", 2, id="nothing heard"),
    ],
)
def test_errors_are_counted_in_syllables(text: str, heard: str, wrong: int) -> None:
    lexicon = load_lexicon()
    length = len([c for c in text if "\u4e00" <= c <= "\u9fff"]) + sum(c.isdigit() for c in text)
    assert syllable_error(text, heard, lexicon) * length == pytest.approx(wrong)


async def test_a_prompt_is_heard_once_and_listed_if_misheard(tmp_path: Path) -> None:
    progress: list[tuple[int, int]] = []
    checks = await check_prompts(
        ["您好", "请问您住在哪里", "您好"],
        FakeSynthesizer(),
        FakeRecognizer(["你好", "请问您住在那里面"]),
        tmp_path,
        on_progress=lambda done, of: progress.append((done, of)),
    )
    assert [(c.text, c.listed) for c in checks] == [("您好", True), ("请问您住在哪里", True)]
    assert progress == [(1, 2), (2, 2)]
    again = await check_prompts(["您好"], FakeSynthesizer(), FakeRecognizer(), tmp_path)
    assert again == checks[:1]


async def test_what_could_not_be_heard_is_tried_again(tmp_path: Path) -> None:
    assert not await check_prompts(["您好"], FakeSynthesizer(), FakeRecognizer([None]), tmp_path)
    (only,) = await check_prompts(["您好"], FakeSynthesizer(), FakeRecognizer(["您好"]), tmp_path)
    assert not only.listed
