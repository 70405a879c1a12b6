"""The clear wordings of every intent."""

import pytest

from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.intent.intent import Intent
from dialogue.answer.intent.rules import by_rule
from tests.dialogue.answer.asked import tables

SAID = {
    Intent.DONT_KNOW: """
        不知道 我不清楚 忘了 记不得了 嗯，不太记得了 想不起来了 这个我还真不记得 没印象
        不好说 步知道 这谁记得 我得问问我老婆 说不上来
    """,
    Intent.REFUSAL: """
        不方便说 不想回答 这是我的隐私 凭什么告诉你 无可奉告 这个保密 下一个问题吧 你们自己查
        问这么多干嘛 可以不说吗 跟你没关系
    """,
    Intent.DENIAL: """
        我没有房贷 没这回事 没有 没有啊 我没有信用卡 没交公积金 没办过 我没有车贷
    """,
    Intent.REPEAT: """
        什么？ 啊？ 你说什么 没听清 再说一遍 听不清楚 你再讲一遍好吗 信号不好 喂喂
        没听懂你的意思
    """,
    Intent.SLOWER: """
        说慢一点 慢点说 你说得太快了 能不能慢点
    """,
    Intent.WHO_ARE_YOU: """
        你是谁 你哪位 哪里打来的 你们是哪个单位的什么公司 是不是骗子 有什么事吗 您哪位 哪位
    """,
    Intent.HUMAN: """
        转人工 帮我找人工客服 我不想跟机器说话 叫你们领导来 换真人
    """,
    Intent.LATER: """
        晚点再打 我现在没空 我在开会，等会儿再打 现在不方便 改天再打吧 正忙着呢
    """,
    Intent.WRONG_PERSON: """
        你打错了 我不是本人 他不在 你找谁 没这个人 我是他老婆 她出去了 不认识这个人
    """,
    Intent.NOT_APPLIED: """
        我没申请过信用卡 我没有申请过 不是我申请的 什么信用卡，我没办过信用卡
    """,
    Intent.ANNOUNCEMENT: """
        您拨打的电话已关机 对不起，您拨打的用户正在通话中 您呼叫的用户暂时无法接通
        您拨打的号码是空号 请稍后再拨 您好您波打的点话已官机
    """,
    Intent.VOICEMAIL: """
        请在滴声后留言 我是机主的智能秘书 听到提示音后请留言 已转入语音信箱
    """,
    Intent.YES: """
        是的 对 可以 嗯 好的 有
    """,
    Intent.NO: """
        不是 不同意 不行 不用了
    """,
}


@pytest.mark.parametrize(
    ("intent", "said"), [(intent, words) for intent, line in SAID.items() for words in line.split()]
)
def test_a_clear_wording(intent: Intent, said: str) -> None:
    guess = by_rule(said, tables())
    assert guess is not None
    assert guess.intent is intent


@pytest.mark.parametrize(
    "said",
    [
        "一万五",
        "我住在阳光花园",
        "在腾达科技上班",
        "九零年五月十七",
        "二五一六",
        "张伟",
        "周末一般在家看电视做饭带孩子",
        "我爱人在医院上班",
        "平时都是坐地铁上班",
        "工商银行",
        "做仓库管理的",
        "我同事叫王丽，坐我旁边",
        "开货车的，跑长途",
        "下班以后去接孩子",
    ],
)
def test_an_answer_fits_no_rule(said: str) -> None:
    guess = by_rule(said, tables())
    assert guess is None, guess


@pytest.mark.parametrize(
    "said",
    [
        "平时没什么时间，不知道干嘛，一般就在家看看电视",
        "周末有时候加班，没空出去玩，就带带孩子",
        "忘了说，我还喜欢钓鱼和爬山",
    ],
)
def test_a_long_open_answer_stays_one(said: str) -> None:
    classifier = IntentClassifier(tables())
    assert classifier.classify(said, open_answer=True).intent is Intent.ANSWER


def test_a_short_open_answer_may_refuse() -> None:
    classifier = IntentClassifier(tables())
    assert classifier.classify("这个不想说", open_answer=True).intent is Intent.REFUSAL


def test_nothing_said_is_no_intent() -> None:
    assert by_rule("", tables()) is None
    assert by_rule("。。。", tables()) is None
