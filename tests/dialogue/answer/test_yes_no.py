"""Yes and no."""

import pytest

from dialogue.answer.yes_no import read_yes_no
from tests.dialogue.answer.asked import tables, words

YES = words(
    """
    是 是的 是啊 对 对的 对对对 没错 嗯 嗯嗯 可以 可以的 行 行啊 好 好的 好吧 同意
    我同意 愿意 没问题 没有问题 没关系 没事 当然 当然可以 有 有的 有啊 是我 我就是 本人
    是本人 OK 不介意 没意见 无所谓 都行 方便的 嗯，好 那行吧 哦可以 你说吧 请讲 录吧
    可以，你录吧 肯定的 对，没错 嗯对 不是不可以 是的是的 行行行 好嘞 成 要得 随便 我没意见
    """
)
NO = words(
    """
    不是 不是的 不 不行 不可以 不同意 我不同意 不愿意 不太愿意 不要 不用 不用了 不需要 没有
    没 没有啊 没有没有 从来没有 不太方便 不方便 不对 不好 不太好 算了 算了吧 免了 别录
    不要录音 我不想录 拒绝 我拒绝 我介意 没必要 不是我 嗯，不行 呃不用了 对，没有 没有，对
    不不不 还清了 怎么可能 嗯不同意 不能录 不是很愿意 还是不要了 不是，我没办过
    """
)
NEITHER = words(
    """
    不知道 什么 你是谁 为什么 是不是 可以吗 没听清 不清楚 对不起 一万五 我想想 是什么
    可不可以不录 可以不录吗 有什么用 同意什么 你好 喂 银行 能不能不录音 不好意思
    """
)


@pytest.mark.parametrize("said", YES)
def test_yes(said: str) -> None:
    reply = read_yes_no(said, tables().yes_no)
    assert reply is not None
    assert reply.polarity == "yes"


@pytest.mark.parametrize("said", NO)
def test_no(said: str) -> None:
    reply = read_yes_no(said, tables().yes_no)
    assert reply is not None
    assert reply.polarity == "no"


@pytest.mark.parametrize("said", NEITHER)
def test_neither(said: str) -> None:
    assert read_yes_no(said, tables().yes_no) is None


def test_a_contradiction_is_neither() -> None:
    assert read_yes_no("同意，不同意", tables().yes_no) is None


def test_a_correction_decides() -> None:
    reply = read_yes_no("有，不对不对，没有", tables().yes_no)
    assert reply is not None
    assert reply.polarity == "no"


def test_statements_outweigh_affirmations() -> None:
    reply = read_yes_no("对，没有", tables().yes_no)
    assert reply is not None
    assert reply.contradicted
