"""How a bench applicant answers: the simulator's words, some with silences inside. No clock, no I/O."""

import math
import random
import re
from dataclasses import replace

from decision_hook.contract import FactKind
from ivr.simulator.applicant import KEYPAD_SUFFIX, Applicant
from ivr.simulator.cue import Cue
from ivr.simulator.persona import Persona
from ivr.simulator.reply import Reply, Say, Step, Wait

PAUSE_MEDIAN_MS = 500.0
PAUSE_P95_MS = 1_200.0
PAUSE_SIGMA = math.log(PAUSE_P95_MS / PAUSE_MEDIAN_MS) / 1.645  # of the natural log
LEAST_GAP_MS = 600  # longer than any pause inside a prompt: an answer given into it is another measurement
RENDERED_SILENCE_MS = 140  # what two renderings bring along where they meet
SHARE = 0.25  # of the questions that are hesitated at
SECOND_PAUSE = 0.25  # share of hesitant answers that begin with a filler besides
NEVER = ("opening.", "consent.")  # a yes or a no has no inside
FILLERS = ("嗯", "那个", "这个")

_READ_OUT = re.compile(r"^[零幺一二三四五六七八九]{4,}$")
# Never a single syllable: alone it is no word that anybody recognises.
_LEAD = re.compile(
    r"^(我是|我叫|我住在|我在|是我|大概|应该是|好像是|一共|每个月|一个月|一年|主要是|就是|今年"
    r"|尾号是|尾号|后四位是|卡的尾号是|单位是|之前在|以前在|我申请的是|第一张是)"
)


def split(text: str) -> tuple[str, str]:
    """Where somebody stops to think: at a comma, amid digits, after a year, a 万, or the first words.

    A text without such a place begins with a filler instead.
    """
    body = text.rstrip("。，")
    if _READ_OUT.match(body):
        return body[: len(body) // 2], body[len(body) // 2 :]
    for mark in "，年万":
        at = body.find(mark) + 1
        if 0 < at < len(body) - 1:
            return body[:at], body[at:]
    lead = _LEAD.match(body)
    if lead is not None and lead.end() < len(body):
        return body[: lead.end()], body[lead.end() :]
    return FILLERS[len(body) % len(FILLERS)], text


class HesitantApplicant:
    """An applicant for one call. Where it hesitates, and how long, depends on the call.

    Asked again, it says the same again, so that all its words can be rendered beforehand.
    """

    def __init__(self, applicant: Applicant, *, seed: int, call: int) -> None:
        self._applicant = applicant
        self._call = f"{seed}/{call}"
        self._rng = random.Random(f"{seed}/pauses/{call}")
        self._said: dict[str, Reply | None] = {}

    @property
    def persona(self) -> Persona:
        return self._applicant.persona

    def hello(self) -> Reply | None:
        return self._applicant.hello()

    def reply(self, cue: Cue) -> Reply | None:
        if not cue.question_id or cue.question_id.endswith(KEYPAD_SUFFIX):
            return self._applicant.reply(cue)
        if cue.question_id not in self._said:
            self._said[cue.question_id] = self._applicant.reply(cue)
        reply = self._said[cue.question_id]
        if reply is None:
            return None
        reply = replace(reply, after_ms=max(reply.after_ms, LEAST_GAP_MS))
        return self._hesitating(reply) if self.hesitates_at(cue.question_id) else reply

    def hesitates_at(self, question_id: str) -> bool:
        if question_id.startswith(NEVER):
            return False
        return random.Random(f"{self._call}/hesitates/{question_id}").random() < SHARE

    def rehearsal(self, cue: Cue) -> tuple[Say, ...]:
        """Everything that may be said to this question, so that it can be rendered. Spends this applicant."""
        if cue.kind is FactKind.FREE:
            texts = self.persona.wording.get("free", ())
            return tuple(Say(text=part) for text in texts for part in (text, *split(text)))
        reply = self._applicant.reply(cue)
        texts = () if reply is None else tuple(say.text for say in reply.says())
        parts = split(texts[0]) if len(texts) == 1 else ()
        return tuple(Say(text=text) for text in (*texts, *parts, *FILLERS))

    def _hesitating(self, reply: Reply) -> Reply:
        said = reply.says()
        if len(said) != 1:
            return reply
        before, after = split(said[0].text)
        steps: list[Step] = [Say(text=before), self._pause(), Say(text=after)]
        if before not in FILLERS and self._rng.random() < SECOND_PAUSE:
            steps = [Say(text=self._rng.choice(FILLERS)), self._pause(), *steps]
        return replace(reply, steps=tuple(steps))

    def _pause(self) -> Wait:
        ms = self._rng.lognormvariate(math.log(PAUSE_MEDIAN_MS), PAUSE_SIGMA)
        return Wait(ms=max(0, round(ms) - RENDERED_SILENCE_MS))
