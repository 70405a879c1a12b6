"""What may never be asked, by whatever file or writer: secrets, religion and ethnicity, health."""

import re

from question_bank.plain import plain

# Looked for in the characters without spaces and marks, and in the words with single spaces.
_MANDARIN = {
    "asks for a secret": (
        r"密码|口令|令牌|U盾|(?:安全|验证|校验|动态|识别|随机|授权|短信)(?:号|代|数)?码|(?:安全|验证|动态)数字"
        r"|短信.{0,8}(?:数字|(?<!号)码)|(?:卡|卡片)的?[背反]面|[背反]面的?(?:最后|后|末)?[三3]位|有效期|后[三3]位"
    ),
    "asks about religion or ethnicity": (
        r"宗教|信仰|信教|信佛|拜佛|烧香|念经|祷告|做礼拜|教徒|教会|教堂|佛教|道教|天主教|基督|伊斯兰|穆斯林|清真|古兰|圣经"
        r"|民族|种族"
        r"|[汉回满藏壮苗彝侗瑶白傣黎羌畲]族|(?:维吾尔|蒙古|朝鲜|土家|哈萨克|布依|哈尼)族"
    ),
    "asks about health": (
        r"健康|疾病|生病|得病|患病|看病|病史|病历|病情|什么病|慢性病|心脏病|精神[病科]|得过.{0,4}[病癌症]|癌|肿瘤|糖尿"
        r"|血压|血糖|血脂|肝炎|艾滋|抑郁|过敏|住院|手术|诊断|确诊|就医|残疾|怀孕|体检|吃药|服药|用药"
    ),
}
_ENGLISH = {
    "asks for a secret": (
        r"PASSWORDS?|PASS ?PHRASES?|PASS ?CODES?|PASS WORDS?|PIN|PINS|PIN ?CODES?|CV[VNC]2?|CID|OTPS?"
        r"|ONE ?TIME (?:CODE|PASS\w*|NUMBER|PIN)S?|LOG ?IN (?:NAME|DETAILS|DATA)|USER ?NAMES?|TOKENS?"
        r"|(?:SECURITY|SECRET|SAFETY|ACCESS|AUTHENTICATION|AUTHORI[SZ]ATION|CONFIRMATION|ACTIVATION|VALIDATION"
        r"|VERIFICATION|SMS|TEXT|TEXT MESSAGE|[346] ?DIGIT|THREE DIGIT|FOUR DIGIT|SIX DIGIT)"
        r" (?:CODE|NUMBER|KEY|WORD)S?|(?:SECURITY|SECRET) QUESTIONS?|MEMORABLE (?:WORD|INFORMATION|DATE)"
        r"|(?:CODE|NUMBER)S? (?:THAT )?(?:WE|I|YOU|HAS|HAVE|WAS|IS|FROM)(?: HAVE)?(?: JUST| BEEN)* ?"
        r"(?:SENT|TEXTED|GOT|GET|RECEIVED?|THE (?:SMS|TEXT|APP|MESSAGE))"
        r"|(?:CODE|NUMBER)S? (?:IN|FROM) (?:THE|YOUR) (?:SMS|TEXT|APP|MESSAGE)"
        r"|LAST (?:THREE|3) DIGITS|(?:BACK|REVERSE|STRIP) (?:OF|ON) (?:THE|YOUR) (?:CREDIT |BANK )?CARD"
        r"|FULL CARD NUMBER|EXPIRY|EXPIRES?|EXPIRATION|VALID (?:UNTIL|THRU|THROUGH)|MOTHER S MAIDEN NAME"
    ),
    "asks about religion or ethnicity": (
        r"RELIGIO\w*|ETHNIC\w*|CHURCH\w*|MOSQUES?|SYNAGOGUES?|TEMPLES?|CHAPELS?|MUSLIMS?|ISLAM\w*|BUDDHIS\w*"
        r"|CHRISTIAN\w*|CATHOLIC\w*|PROTESTANTS?|JEW(?:S|ISH)?|HINDU\w*|SIKHS?|ATHEIS\w*|BIBLES?|QURAN|KORAN"
        r"|PRAY(?:S|ING|ER|ERS)?|WORSHIP\w*|FAITH\w*|BAPTI[SZ]\w*|HALAL|KOSHER|RAMADAN|BELIEVE IN GOD"
        r"|(?:YOUR|WHAT|WHICH) (?:RACE|TRIBE)|RACIAL\w*|SKIN COLOU?R|MINORIT(?:Y|IES)|ANCESTRY"
        r"|(?:UYGHURS?|UIGHURS?|TIBETANS?|MONGOLIANS?|HAN CHINESE)"
    ),
    "asks about health": (
        r"HEALTH\w*|ILL|ILLNESS\w*|SICK\w*|DISEASES?|CANCERS?|TUMOU?RS?|DIABET\w*"
        r"|BLOOD (?:PRESSURE|SUGAR|TYPE|TEST)S?|SURGER(?:Y|IES)|OPERATED ON|HOSPITALI\w*|IN HOSPITAL"
        r"|PREGNAN\w*|MISCARRIAGE\w*|DISABILIT\w*|DISABLED|HANDICAP\w*"
        r"|MEDICATIONS?|MEDICINES?|MEDICAL\w*|PRESCRI\w*|PILLS?|THERAP(?:Y|IST|IES)|DIAGNOS\w*|HIV|AIDS|HEPATITIS"
        r"|ALLERG\w*|ASTHMA\w*|DEPRESS\w*|ANXIETY|MENTAL\w*|PSYCHIATR\w*|SEE(?:ING)? A DOCTOR|CHRONIC\w*"
    ),
}
_PATTERNS = [
    *((what, re.compile(words), True) for what, words in _MANDARIN.items()),
    *((what, re.compile(rf"(?<![A-Z])(?:{words})(?![A-Z])"), False) for what, words in _ENGLISH.items()),
]


def forbidden_in(text: str) -> str | None:
    """Why a text may never be spoken; None: it may. In whatever script, width, case and spacing."""
    folded = plain(text)
    close = re.sub(r"[\W_]+", "", folded)
    spaced = re.sub(r"[\W_]+", " ", folded)
    spaced = re.sub(r"(?<![A-Z])([A-Z]) (?=[A-Z](?![A-Z]))", r"\1", spaced)  # C V V
    for what, pattern, is_close in _PATTERNS:
        if found := pattern.search(close if is_close else spaced):
            return f"{what} ({found.group()})"
    return None
