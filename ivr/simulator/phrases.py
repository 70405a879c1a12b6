"""What people say on the telephone besides facts. Several ways each; free answers by topic."""

from ivr.simulator.persona import Act

HELLO = ("喂，你好", "喂", "喂，哪位")
YES_PERSON = ("是我", "对，我是", "我是", "嗯，对，是我本人", "是的，我就是", "对，是我")
CONSENT = ("可以", "可以的", "行，没问题", "同意", "好的，可以", "没问题")
DONT_KNOW = (
    "这个我不太清楚",
    "我记不清了",
    "不知道，想不起来了",
    "这个我还真不记得",
    "我不清楚这个",
    "忘了，记不得了",
)
EVADE = (
    "这个跟办卡有什么关系啊",
    "这个不太方便说吧",
    "你们系统里不是都有吗",
    "反正都按表上填的来",
    "这个就不用问了吧",
)
VAGUE = (
    "就是，嗯，平时随便用用吧",
    "差不多就那样吧",
    "这个怎么说呢，也没什么特别的",
    "就一般吧，跟别人一样",
    "呃，也说不上来",
)
AGAIN = ("我说的是{value}", "{value}，对", "是{value}", "刚才说了，{value}")
CORRECTION = ("，不对，", "，哦不，", "，啊不对，应该是")

ACTS: dict[Act, tuple[str, ...]] = {
    Act.ASK_REPEAT: (
        "啊？你再说一遍",
        "什么？没听清，再说一遍好吗",
        "不好意思，我没听清楚",
        "麻烦你再说一遍",
    ),
    Act.ASK_SLOWER: ("你说慢一点好吗", "太快了，说慢一点", "麻烦慢一点说"),
    Act.WHO_ARE_YOU: ("你是哪里啊", "你们是哪个单位的", "你是谁啊"),
    Act.ASK_HUMAN: ("我要转人工", "帮我转人工客服", "我不想跟机器说，转人工吧"),
    Act.CALL_LATER: ("我现在正忙，晚点再打吧", "在开会呢，等会儿再打过来吧", "现在不方便，你过会儿再打"),
    Act.REFUSE: ("不行", "不同意", "不可以，我不愿意", "我不想说这个"),
    Act.DENY_APPLYING: ("我没有申请过信用卡", "我没申请过啊，你们弄错了", "没有，我从来没办过你们的卡"),
    Act.WRONG_PERSON: ("你打错了", "不是，你打错电话了", "我不是，你找错人了"),
    Act.MUMBLE: ("呜嗯啊那个什么来着唔", "嗯呃那什么嘟囔的那个"),
}
# Refusals of a consent differ from refusals of a question.
REFUSE_CONSENT = ("不行，我不同意", "不同意", "不可以", "我不愿意，不要录")
REFUSE_FACT = ("这个我不想说", "不方便告诉你", "这个我不回答")

WARM_UP = (
    "还行吧，就是最近工作有点忙，周末在家休息休息。",
    "今天早上吃了点稀饭，然后就去上班了，没什么特别的。",
    "平时下了班就回家做饭，吃完饭出去走一走。",
    "最近天气不错，我一般坐公交车上班，路上看看手机。",
    "周末先去菜市场买点菜，下午约朋友喝喝茶。",
    "在忙着收拾家里，前两天刚换了一台洗衣机。",
)
FREE: dict[str, tuple[str, ...]] = {
    "work": (
        "早上八点半到公司，先看看邮件，然后开个短会。",
        "同事都挺好的，中午一起去楼下吃饭。",
        "我一般坐地铁上班，路上四十分钟左右。",
        "我们部门有七八个人，领导人挺随和的。",
        "就是跟客户打交道比较多，月底会忙一些。",
        "公司楼下有个便利店，还有一家面馆。",
    ),
    "home": (
        "小区门口有个菜市场，旁边还有一家药店。",
        "出门走五分钟就是公交站，附近还有个小公园。",
        "楼下有超市，对面是一个小学，早上有点堵。",
        "住得还可以，邻居都认识，就是停车不太方便。",
        "家里就我们几口人，周末去爸妈那边看看。",
        "附近有一家商场，走路十来分钟吧。",
    ),
    "card": (
        "主要就是平时买买东西，加油，吃饭这些。",
        "想着网上买东西方便，出去旅游也可以刷。",
        "家里准备买几样家电，分期轻松一点。",
        "一个月大概用个三四千块，工资发了就还上。",
        "就是备着急用的，平时买点日用品。",
        "朋友说你们这个卡优惠多，我就想办一张。",
    ),
    "money": (
        "就是工资，年底会有一点奖金，别的没有什么。",
        "工资发下来先给家里用，剩下的存一点。",
        "每个月也就吃饭、水电这些，还算够用。",
        "平时钱都是家里人管，我自己留一点零花。",
        "基本上每个月能存一两千块吧。",
        "奖金看公司效益，好的时候多一点。",
    ),
    "people": (
        "认识好多年了，一个星期打一两次电话。",
        "也在我们这边，周末经常一起吃饭。",
        "家里人都知道我办这张卡，有事也能找到我。",
        "我们关系挺好的，过年过节都在一起。",
        "性格比较开朗，喜欢打球，做点小生意。",
    ),
    "bank": (
        "我一般都用手机银行转账，很少去柜台。",
        "网点离我上班的地方不远，门口能停车。",
        "以前去办过卡，等了半个小时，态度挺好的。",
        "平时就是交交水电费，偶尔转转账。",
    ),
    "general": (
        "这个嘛，就是比较方便，朋友也推荐过。",
        "我觉得还可以吧，就跟平时一样。",
        "一般都是我自己弄的，家里人也帮忙看看。",
        "那时候正好有空，就在手机上填了一下。",
        "说起来也挺简单的，看着合适就申请了。",
        "大概就是这样，上班下班，周末休息。",
    ),
}
# Which topic a question belongs to, by what its fact keys or its id mention; first hit wins.
TOPIC_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("people", ("contact", "relation", "family", "friend", "spouse", "child", "marital")),
    ("work", ("employ", "job", "depart", "hire", "work", "colleague", "commut", "office", "boss", "lunch")),
    ("home", ("home", "resid", "neighbo", "communit", "street", "shop", "previous_city", "city")),
    ("card", ("card_purpose", "purpose", "card_use", "spend", "usage", "limit", "apply", "channel", "card")),
    ("money", ("income", "pay", "salary", "provident", "mortgage", "loan", "money", "saving", "expense")),
    ("bank", ("account", "branch", "debit", "bank", "product")),
)
TALK_ON = (
    "然后我再跟你说啊，上次去你们那个网点，等了好长时间。",
    "后来那个柜员说系统坏了，让我第二天再来。",
    "我邻居也是，填了好多表，填完又说不行。",
    "不过话说回来，现在手机上办确实方便，女儿教我的。",
    "对了，还有那个短信，一天到晚发个不停。",
)
ANNOUNCEMENT_OFF = "对不起，您拨打的电话已关机，请稍后再拨。"
VOICEMAIL_GREETING = "您好，我现在不方便接听电话，请在提示音之后留言，谢谢。"


def topic_of(question_id: str, fact_keys: tuple[str, ...]) -> str:
    """Which table of free answers fits."""
    for text in (*fact_keys, question_id.lower()):
        for topic, words in TOPIC_WORDS:
            if any(word in text for word in words):
                return topic
    return "general"
