"""The words of the pages: closed sets as staff read them."""

from decision_hook.contract import (
    CallOutcome,
    DecisionResult,
    Grade,
    Hypothesis,
    Reason,
    Recommendation,
)

OUTCOMES = {
    CallOutcome.COMPLETED: "已完成",
    CallOutcome.PARTIAL: "部分完成",
    CallOutcome.REFUSED_RECORDING: "拒绝录音",
    CallOutcome.WRONG_PERSON: "非本人",
    CallOutcome.NOT_APPLIED: "否认申请",
    CallOutcome.HUNG_UP: "中途挂断",
    CallOutcome.BUSY: "占线",
    CallOutcome.NO_ANSWER: "无人接听",
    CallOutcome.UNREACHABLE: "无法接通",
    CallOutcome.ANNOUNCEMENT: "网络提示音",
    CallOutcome.VOICEMAIL: "语音信箱",
    CallOutcome.CONGESTION: "线路拥塞",
    CallOutcome.NUMBER_REJECTED: "号码被拒",
    CallOutcome.TRUNK_DOWN: "中继中断",
    CallOutcome.LINE_FAILED: "线路故障",
    CallOutcome.CANCELLED: "已取消",
}
RECOMMENDATIONS = {
    Recommendation.APPROVE: "建议通过",
    Recommendation.REFER: "转人工",
    Recommendation.REFER_FRAUD: "转反欺诈",
    Recommendation.CALL_AGAIN: "再次呼叫",
    Recommendation.NONE: "无",
}
DECISIONS = {
    DecisionResult.APPROVE: "批准",
    DecisionResult.REFER: "人工审核",
    DecisionResult.DECLINE: "拒绝",
    DecisionResult.PENDING: "待呼叫",
}
GRADES = {
    Grade.MATCH: "相符",
    Grade.PARTIAL: "部分相符",
    Grade.MISMATCH: "不符",
    Grade.UNCLEAR: "听不清",
    Grade.DONT_KNOW: "不知道",
    Grade.REFUSAL: "不愿回答",
    Grade.DENIAL: "否认前提",
    Grade.OFF_TOPIC: "答非所问",
    Grade.REPEAT: "请求重复",
    Grade.SLOWER: "请求慢些",
    Grade.WHO_ARE_YOU: "询问来电者",
    Grade.HUMAN: "要求人工",
    Grade.LATER: "改时再谈",
    Grade.WRONG_PERSON: "非本人",
    Grade.NO_ANSWER: "未作答",
    Grade.FREE: "开放回答",
}
HYPOTHESES = {
    Hypothesis.GENUINE: "本人",
    Hypothesis.COACHED: "有人授意",
    Hypothesis.IMPOSTOR: "冒用资料",
}
REASONS = {
    Reason.FACTS_MISMATCH: "与留存资料不符",
    Reason.FACTS_UNKNOWN: "不了解本人资料",
    Reason.SECOND_VOICE: "旁边有第二人说话",
    Reason.PROMPTED: "像是有人提示",
    Reason.READ_OUT: "像是照读",
    Reason.HESITANT: "回答迟疑",
    Reason.WATCHLIST_CANDIDATE: "声纹名单候选",
    Reason.VOICE_USED_UP: "同一声音近期核实次数过多",
    Reason.VOICE_TOO_SHORT: "语音过短",
    Reason.NO_VOICE_CONSENT: "未同意声纹核验",
    Reason.UNDECIDED: "证据不足以判断",
    Reason.LINE_UNCLEAR: "线路听不清",
    Reason.ASKED_FOR_HUMAN: "要求人工",
    Reason.ASKED_FOR_LATER: "要求改时",
    Reason.REFUSED_RECORDING: "拒绝录音",
    Reason.WRONG_PERSON: "非本人接听",
    Reason.NOT_APPLIED: "称未申请",
    Reason.SILENT: "接通后无人说话",
    Reason.NOT_REACHED: "未接通",
    Reason.HUNG_UP: "中途挂断",
}
SOURCES = {"form": "申请表", "bank": "本行", "bureau": "征信", "derived": "推算"}
STATES = {
    "fluent": "流畅",
    "hesitant": "迟疑",
    "read_out": "照读",
    "prompted": "被提示",
    "rushed": "急促",
    "unclear_line": "线路不清",
}
