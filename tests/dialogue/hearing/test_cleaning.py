"""What counts as heard, and what a recogniser made up."""

import pytest

from dialogue.hearing.cleaning import heard, simplified


@pytest.mark.parametrize(
    ("text", "seconds", "no_speech", "log_prob", "expected"),
    [
        pytest.param("是的", 0.5, 0.1, -0.5, True, id="a short answer"),
        pytest.param("谢谢", 0.6, 0.1, -0.5, True, id="thanks are an answer"),
        pytest.param("1990年5月17号", 2.0, 0.1, -0.5, True, id="digits are words"),
        pytest.param("是的", 0.5, 0.7, -1.6, False, id="probably nobody spoke, and a poor guess"),
        pytest.param("是的", 0.5, 0.7, -0.4, True, id="confident words outweigh it"),
        pytest.param("是的", 0.5, None, None, True, id="an engine that tells nothing"),
        pytest.param("。……", 2.0, 0.1, -0.5, False, id="no word in it"),
        pytest.param("中文字幕志愿者 李宗盛", 3.0, 0.1, -0.2, False, id="credits of subtitles"),
        pytest.param("谢谢观看", 2.0, 0.1, -0.2, False, id="thanks for watching"),
        pytest.param("请不吝点赞 订阅 转发 打赏", 4.0, 0.1, -0.2, False, id="please subscribe"),
        pytest.param("Thanks for watching!", 2.0, 0.1, -0.2, False, id="the same in English"),
        pytest.param(
            "我住在人民路十五号翠湖花园三栋二单元", 0.4, 0.1, -0.2, False, id="too much for the time"
        ),
        pytest.param("二五一六" * 12, 30.0, 0.1, -0.2, False, id="a runaway"),
    ],
)
def test_what_was_heard(
    text: str, seconds: float, no_speech: float | None, log_prob: float | None, expected: bool
) -> None:
    assert heard(text, seconds=seconds, no_speech=no_speech, log_prob=log_prob) is expected


def test_traditional_writing_is_folded() -> None:
    assert simplified("我姓張,在銀行當會計") == "我姓张,在银行当会计"
    assert simplified("OK 你好 안녕") == "OK 你好 안녕"
