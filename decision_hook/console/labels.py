"""Words for open sets: fact keys, reason codes, measures. What is not known here stays as it is."""

import re

from decision_hook.console.fact_labels import FACTS
from decision_hook.console.words import REASONS, STATES

CODES = {
    **{reason.value: words for reason, words in REASONS.items()},
    # put on the call list, or given up
    "call_first": "先电话核实",
    "do_not_call": "在免打扰名单上",
    "called_already": "已通过话",
    "number_rejected": "号码无法接续",
    "somebody_elses_number": "号码属于他人",
    "has_not_applied": "接听人称未申请",
    "attempts_used_up": "呼叫次数已用完",
    "guesses_used_up": "近期核实次数过多",
    # limits
    "score_too_low": "评分过低",
    "limit_below_product": "额度低于产品下限",
    # config/rules
    "age_below_18": "未满十八岁",
    "age_above_70": "超过七十岁",
    "income_below_minimum": "收入低于最低要求",
    "too_many_cards": "信用卡过多",
    "debt_above_income": "负债高于收入",
    "income_unusual_for_age": "收入与年龄不相称",
    "hired_as_a_child": "入职时尚未成年",
    "employment_years_disagree": "工龄前后不一",
    "graduated_as_a_child": "毕业年份过早",
    "incomes_disagree": "月收入与年收入不一",
    "fund_small_for_income": "公积金与收入不相称",
    "fund_in_another_city": "公积金在异地",
    "contact_is_the_applicant": "联系人即申请人",
    "limit_far_above_income": "申请额度远高于收入",
    "debt_heavy": "负债偏重",
    "many_cards": "信用卡较多",
    "applied_through_an_agent": "经中介申请",
    "employer_on_blocked_list": "单位在可疑名单上",
    "number_abroad": "境外号码",
    "most_facts_not_known": "多数资料答不上来",
    "probably_not_the_applicant": "很可能不是本人",
    "risk_extreme": "风险评分极高",
}
TOPICS = {
    "warmup": "热身",
    "identity": "身份",
    "residence": "居住",
    "employment": "工作",
    "income": "收入",
    "contacts": "联系人",
    "accounts": "账户",
    "credit": "信贷",
    "purpose": "用途",
    "study": "学业",
    "family": "家庭",
    "housing": "住房",
    "vehicle": "车辆",
    "social": "社保公积金",
    "phone": "电话",
    "spending": "往来",
    "timeline": "经历",
}
PARTS = {
    "fact": "事实",
    "delivery": "语态",
    "second_voice": "旁人声音",
    "latency": "反应时间",
    "pauses": "停顿",
    "tone": "语调",
    "consistency": "前后一致",
}
ORIGINS = {"expert": "专家估计", "simulated": "模拟数据", "calls": "通话统计"}
NOTES = {
    "said in these words": "说法相同",
    "misheard, but sounds like it": "读音相近",
    "says something else": "说的是别的",
    "between right and wrong": "对错难定",
    "silence": "没有出声",
    "no words were recognised": "没有听出字词",
    "yes or no to a question that asks for more": "只答了是或否",
    "fluent: no sign of anything else": "流畅，无异常",
    "keyed": "按键作答",
    "not recognised in time": "未及识别",
    "no voiceprint consent": "未同意声纹核验",
    "no conversation": "没有通话",
}
TOO_SHORT = re.compile(r"voice too short: ([\d.]+) s of speech, ([\d.]+) s needed")
# Inside the notes on delivery.
PHRASES = {
    "latency z": "反应偏离 σ",
    "longest pause z": "最长停顿偏离 σ",
    "fillers": "个口头语",
    "at once, and faster than usual (z": "立即作答，且比平时快（偏离 σ",
    "ms of silence": "毫秒静默",
    "then fluent without a pause": "随后一气说完",
    "then the answer": "随后作答",
    "another voice": "另有人声",
    "flat melody (z": "语调平（偏离 σ",
    "syllables without a pause": "个音节不停顿",
    "speech without words that could be understood": "有话声，听不出字词",
}
MEASURES = {
    "latency_ms": "反应 ms",
    "speech_ms": "说话 ms",
    "pauses": "停顿次数",
    "pause_ms": "停顿合计 ms",
    "longest_pause_ms": "最长停顿 ms",
    "fillers": "口头语",
    "said_whole": "答完的可能",
    "syllables": "音节数",
    "rate_syl_s": "语速 音节/秒",
    "articulation_syl_s": "吐字 音节/秒",
    "f0_hz": "音高 Hz",
    "f0_range_semitones": "音域 半音",
    "level_db": "音量 dB",
    "over_noise_db": "高于噪声 dB",
    "latency_z": "反应偏离 σ",
    "pause_z": "停顿偏离 σ",
    "articulation_z": "吐字偏离 σ",
    "f0_range_z": "音域偏离 σ",
}


def fact(key: str) -> str:
    return FACTS.get(key, key)


def code(reason: str) -> str:
    return CODES.get(reason, reason)


def topic(name: str) -> str:
    return TOPICS.get(name, name)


def part(name: str) -> str:
    return PARTS.get(name, name)


def note(text: str) -> str:
    """A part's note; where it names a state and numbers, the numbers stay."""
    if text in NOTES:
        return NOTES[text]
    short = TOO_SHORT.fullmatch(text)
    if short is not None:
        return f"语音过短：净语音 {short[1]} 秒，至少要 {short[2]} 秒"
    state, colon, rest = text.partition(": ")
    for said, words in PHRASES.items():
        rest = rest.replace(said, words)
    return f"{STATES[state]}：{rest}" if colon and state in STATES else text


def measure(name: str) -> str:
    return MEASURES.get(name, name)


def origin(source: str, n: int) -> str:
    """Where a weight comes from, and on how many samples it rests: "statistics:expert", 0."""
    kind = source.rpartition(":")[2]
    return f"{ORIGINS.get(kind, source)}（{n:,} 例）" if n else ORIGINS.get(kind, source)
