"""What may never be asked, however it is written; and what only looks like it."""

import pytest

from question_bank.forbidden import forbidden_in

SECRET, BELIEF, HEALTH = "a secret", "religion or ethnicity", "health"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("您的取款密碼是多少？", SECRET),
        ("您的取款密 码是多少？", SECRET),
        ("您的密-码是多少？", SECRET),
        ("短信里的六位数字是多少？", SECRET),
        ("请念一下刚收到的短信代码？", SECRET),
        ("手机上那个驗證碼是多少？", SECRET),
        ("卡片背面后三位是什么？", SECRET),
        ("背面最后三位数是什么？", SECRET),
        ("安全代码是多少？", SECRET),
        ("请报一下ＣＶＶ？", SECRET),
        ("What is the one time code?", SECRET),
        ("What is the one-time code?", SECRET),
        ("your C-V-V please?", SECRET),
        ("Which code we just sent you?", SECRET),
        ("the last three digits, please?", SECRET),
        ("Tell me your pin code", SECRET),
        ("What is your 6-digit code?", SECRET),
        ("Read me the code in the text", SECRET),
        ("Please say the code that you received", SECRET),
        ("And the access code?", SECRET),
        ("What is your mother's maiden name?", SECRET),
        ("When does your card expire?", SECRET),
        ("The answer to your security question?", SECRET),
        ("您是回族吗？", BELIEF),
        ("您是維吾爾族吗？", BELIEF),
        ("附近有清真寺吗？", BELIEF),
        ("周末去教堂吗？", BELIEF),
        ("Which church do you go to?", BELIEF),
        ("Do you pray on Fridays?", BELIEF),
        ("Are you Catholic?", BELIEF),
        ("Which temple is near your home?", BELIEF),
        ("What is your skin colour?", BELIEF),
        ("您有糖尿病吗？", HEALTH),
        ("Were you often ill last year?", HEALTH),
        ("What medicine do you take?", HEALTH),
        ("Have you been in hospital?", HEALTH),
        ("Any allergies?", HEALTH),
        ("您血压高吗？", HEALTH),
        ("家里有人得过癌症吗？", HEALTH),
        ("What about your blood-pressure?", HEALTH),
        ("Are you diabetic?", HEALTH),
        ("您留的手机号码是多少？", None),
        ("银行的短信提醒，发到哪个手机号码？", None),
        ("您是上班族吗？", None),
        ("这张卡您礼拜天用得多吗？", None),
        ("码头离您家远吗？", None),
        ("How many times did you move, and one more time?", None),
        ("What is the name of the pinewood estate?", None),
        ("Which area code do you live in?", None),
        ("Will you still live there in ten years?", None),
        ("Which number do you call for a taxi?", None),
        ("How do you pay your bills?", None),
        ("Is your operation a shop or a workshop?", None),
        ("What do you pass on your way to work?", None),
    ],
)
def test_whatever_the_spelling(text: str, what: str | None) -> None:
    found = forbidden_in(text)
    assert (found is None) is (what is None), found
    assert what is None or what in (found or "")
