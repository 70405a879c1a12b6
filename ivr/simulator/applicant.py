"""How one applicant behaves: a cue comes in, what is said after what delay comes out. No clock, no I/O."""

import math
import random
from collections import Counter
from fnmatch import fnmatchcase

from decision_hook.contract import Application, FactKind
from ivr.simulator import phrases
from ivr.simulator.cue import Cue
from ivr.simulator.mind import Mind, Origin, Recalled
from ivr.simulator.persona import Act, Persona, Rule, Spread, Unknown
from ivr.simulator.reply import Press, Reply, Say, Speaker, Step, Wait
from ivr.simulator.wording import Wording

KEYPAD_SUFFIX = ":keypad"
SCRIPT_PREFIXES = ("opening.", "consent.", "warmup.")
# Acts that make no sense once the keypad is offered: keys are as clear by a mumbler's hand.
SPOKEN_ACTS = frozenset({Act.MUMBLE, Act.ASK_REPEAT, Act.ASK_SLOWER, Act.BARGE_IN, Act.TALK_ON})
# Answering takes longer when it has to be remembered, looked up or made up.
EFFORT = {Origin.LIVED: 1.0, Origin.LEARNT: 1.15, Origin.INVENTED: 1.5}
SLIPPING_KINDS = frozenset({FactKind.DATE, FactKind.YEAR, FactKind.AMOUNT, FactKind.COUNT, FactKind.DIGITS})
OPENING_CUES = tuple(
    Cue(question_id=name, fact_keys=(), kind=FactKind.YES_NO)
    for name in ("opening.person", "consent.recording", "consent.voiceprint")
)


class Applicant:
    """One applicant in one call. Application, persona and seed decide every reply."""

    def __init__(self, application: Application, persona: Persona, seed: int) -> None:
        self.application = application
        self.persona = persona
        self._seed = seed
        self._mind = Mind(application, persona, seed)
        self._wording = Wording(persona, seed)
        self._survey_ids: list[str] = []  # in the order asked, each once
        self._answered: Counter[str] = Counter()  # by question id
        self._acted: Counter[tuple[int, str]] = Counter()  # by rule and question id

    def hello(self) -> Reply | None:
        """What is said on picking up; None: waits for the caller."""
        if not self.persona.hello:
            return None
        rng = self._rng("hello")
        words = self.persona.wording.get("hello", phrases.HELLO)
        return Reply(question_id="", after_ms=rng.randint(300, 900), steps=(Say(text=rng.choice(words)),))

    def reply(self, cue: Cue) -> Reply | None:
        """The turn that follows this question; None if nothing was asked."""
        if not cue.question_id:
            return None
        asked = cue.question_id.removesuffix(KEYPAD_SUFFIX)
        offered = cue.question_id.endswith(KEYPAD_SUFFIX)
        if not asked.startswith(SCRIPT_PREFIXES) and asked not in self._survey_ids:
            self._survey_ids.append(asked)
        rule = self._rule(asked, cue.kind, offered)
        if rule is not None and (acted := self._act(rule, asked, self._times(rule))) is not None:
            return acted
        self._answered[asked] += 1
        if offered and (keys := self._keys(asked, cue)):
            return self._press(asked, keys)
        answer = self._answer(asked, cue, self._answered[asked])
        return self._in_manner(rule, answer) if rule is not None else answer

    def beginning(self) -> tuple[Say, ...]:
        """What is said at the beginning of nearly every call, for rendering ahead. Changes nothing.

        Answers to the paper are rendered while their question is asked: of all that could be said to
        a paper which nobody knows beforehand, a tenth is needed.
        """
        return self._said([*OPENING_CUES, *(_free(name) for name in ("warmup.1", "warmup.2"))])

    def _said(self, cues: list[Cue]) -> tuple[Say, ...]:
        twin = Applicant(self.application, self.persona.model_copy(update={"behaviour": ()}), self._seed)
        replies = [twin.hello(), *(twin.reply(cue) for cue in cues), *self._likely_acts()]
        said = [say for reply in replies if reply is not None for say in reply.says()]
        said += [Say(text=word) for word in self.persona.fillers.words if self.persona.fillers.probability]
        return tuple(dict.fromkeys(said))

    def _likely_acts(self) -> list[Reply | None]:
        replies: list[Reply | None] = [self._act(rule, rule.at, 1) for rule in self.persona.behaviour]
        if any(rule.act is Act.TALK_ON for rule in self.persona.behaviour):
            replies.append(Reply(question_id="", after_ms=0, steps=self._endless(self._rng("likely"))))
        return replies

    def _rule(self, asked: str, kind: FactKind, offered: bool) -> Rule | None:
        """The first rule that applies and is not used up."""
        ordinal = str(self._survey_ids.index(asked) + 1) if asked in self._survey_ids else ""
        for index, rule in enumerate(self.persona.behaviour):
            if offered and rule.act in SPOKEN_ACTS:
                continue
            if rule.at not in (ordinal, f"kind:{kind.value}") and not fnmatchcase(asked, rule.at):
                continue
            limit = rule.limit()
            if limit is not None and self._acted[index, asked] >= limit:
                continue
            self._acted[index, asked] += 1
            return rule
        return None

    def _times(self, rule: Rule) -> int:
        """How often this rule has applied in this call."""
        return sum(n for (index, _), n in self._acted.items() if self.persona.behaviour[index] is rule)

    def _act(self, rule: Rule, asked: str, nth: int) -> Reply | None:
        """A turn that is no answer; None if the act is a manner of answering."""
        rng = self._rng("act", rule.at, rule.act, nth)
        after_ms = self._latency(rng, 1.0)
        words: tuple[str, ...]
        match rule.act:
            case Act.SILENT:
                return Reply(question_id=asked, after_ms=0, steps=())
            case Act.HANG_UP | Act.TALK_ON | Act.BARGE_IN:
                return None
            case Act.REFUSE if asked.startswith("consent."):
                words = phrases.REFUSE_CONSENT
            case Act.REFUSE if not asked.startswith(SCRIPT_PREFIXES):
                words = phrases.REFUSE_FACT
            case _:
                words = phrases.ACTS[rule.act]
        text = rule.say or rng.choice(words)
        mumbled = rule.act is Act.MUMBLE
        return Reply(question_id=asked, after_ms=after_ms, steps=(Say(text=text, mumbled=mumbled),))

    def _in_manner(self, rule: Rule, answer: Reply) -> Reply:
        """The answer, cut short by hanging up, given too early, or never ended."""
        rng = self._rng("manner", rule.act, answer.question_id)
        match rule.act:
            case Act.HANG_UP:
                return Reply(
                    question_id=answer.question_id,
                    after_ms=answer.after_ms,
                    steps=answer.steps,
                    cut_at=rng.uniform(0.45, 0.75),
                )
            case Act.BARGE_IN:
                steps = tuple(step for step in answer.steps if not isinstance(step, Wait))
                return Reply(
                    question_id=answer.question_id,
                    after_ms=rng.randint(900, 1_600),
                    steps=steps,
                    from_start=True,
                )
            case Act.TALK_ON:
                return Reply(
                    question_id=answer.question_id,
                    after_ms=answer.after_ms,
                    steps=(*answer.steps, *self._endless(rng)),
                    insists=True,
                )
            case _:
                return answer

    def _endless(self, rng: random.Random) -> tuple[Step, ...]:
        """About a minute and a half of talk from few sentences, so that little must be rendered."""
        steps: list[Step] = []
        while len(steps) < 40:
            order = list(phrases.TALK_ON)
            rng.shuffle(order)
            for text in order:
                steps += [Wait(ms=rng.randint(200, 450)), Say(text=text)]
        return tuple(steps)

    def _keys(self, asked: str, cue: Cue) -> str:
        """What is pressed; "" if the answer cannot be keyed or is not known."""
        if asked in self.persona.keypad:
            return self.persona.keypad[asked]
        if cue.kind is FactKind.YES_NO and not cue.fact_keys:
            return "1"
        if not cue.fact_keys:
            return ""
        recalled = self._mind.recall(cue.fact_keys[0], cue.kind)
        return (
            self._wording.keys(recalled, cue.kind, self._mind.today) if isinstance(recalled, Recalled) else ""
        )

    def _press(self, asked: str, keys: str) -> Reply:
        rng = self._rng("keys", asked)
        steps: list[Step] = []
        for digit in keys:
            steps += [Press(digit=digit), Wait(ms=rng.randint(180, 420))]
        return Reply(question_id=asked, after_ms=self._latency(rng, 1.6), steps=tuple(steps))

    def _answer(self, asked: str, cue: Cue, attempt: int) -> Reply:
        if asked in self.persona.wording and "{" not in "".join(self.persona.wording[asked]):
            return self._plain(asked, self.persona.wording[asked], attempt)
        if asked == "opening.person":
            return self._plain(asked, phrases.YES_PERSON, attempt)
        if asked.startswith("consent."):
            return self._plain(asked, phrases.CONSENT, attempt)
        if cue.kind is FactKind.FREE:
            return self._free(asked, cue)
        key = cue.fact_keys[0] if cue.fact_keys else asked
        return self._about(asked, key, cue.kind, attempt)

    def _plain(self, asked: str, words: tuple[str, ...], attempt: int) -> Reply:
        rng = self._rng("plain", asked)
        text = words[(rng.randrange(len(words)) + attempt - 1) % len(words)]
        return Reply(question_id=asked, after_ms=self._latency(rng, 0.9), steps=(Say(text=text),))

    def _free(self, asked: str, cue: Cue) -> Reply:
        """Plausible talk about the topic. Somebody with a prompter has no life to tell and stays vague."""
        rng = self._rng("free", asked)
        vague = self.persona.second_voice is not None and not asked.startswith("warmup.")
        text = self._wording.free(asked, cue.fact_keys, vague=vague)
        filler = self._filler(rng, 0.8 if vague else self.persona.fillers.probability)
        return Reply(
            question_id=asked,
            after_ms=self._latency(rng, 2.0 if vague else 1.1),
            steps=(*filler, *self._wording.with_pauses(text, rng)),
        )

    def _about(self, asked: str, key: str, kind: FactKind, attempt: int) -> Reply:
        rng = self._rng("fact", key, kind, attempt)
        whispered = self._mind.prompted(key)
        if whispered is not None:
            return self._prompted(asked, key, kind, whispered, attempt, rng)
        recalled = self._mind.recall(key, kind)
        if isinstance(recalled, Unknown):
            usual = phrases.EVADE if recalled is Unknown.EVADE else phrases.DONT_KNOW
            words = self.persona.wording.get(recalled.value, usual)
            filler = self._filler(rng, max(0.5, self.persona.fillers.probability))
            return Reply(
                question_id=asked,
                after_ms=self._latency(rng, 1.5),
                steps=(*filler, Say(text=rng.choice(words))),
            )
        text = self._wording.sentence(asked, key, kind, recalled, attempt, self._mind.today)
        if attempt == 1 and recalled.kind in SLIPPING_KINDS and rng.random() < self.persona.corrections:
            slipped = self._mind.slip(key, recalled.kind, recalled.value, attempt)
            text = self._wording.corrected(key, kind, recalled, slipped, text, rng, self._mind.today)
        likely = self.persona.fillers.probability
        filler = self._filler(rng, min(1.0, likely * EFFORT[recalled.origin] ** 2))
        return Reply(
            question_id=asked,
            after_ms=self._latency(rng, EFFORT[recalled.origin]),
            steps=(*filler, *self._wording.with_pauses(text, rng)),
        )

    def _prompted(
        self, asked: str, key: str, kind: FactKind, whispered: Recalled, attempt: int, rng: random.Random
    ) -> Reply:
        """Whispered once, then repeated fluently after a silence; asked again, it is remembered."""
        helper = self.persona.second_voice
        assert helper is not None
        text = self._wording.sentence(asked, key, kind, whispered, attempt, self._mind.today)
        if attempt > 1:
            return Reply(question_id=asked, after_ms=self._latency(rng, 1.0), steps=(Say(text=text),))
        hint = self._wording.bare(key, kind, whispered, self._mind.today)
        silence_ms = min(max(_draw(helper.silence_ms, rng), 1_000), 6_000)
        return Reply(
            question_id=asked,
            after_ms=_draw(helper.delay_ms, rng),
            steps=(Say(text=hint, speaker=Speaker.PROMPTER), Wait(ms=silence_ms), Say(text=text)),
        )

    def _filler(self, rng: random.Random, probability: float) -> tuple[Step, ...]:
        if rng.random() >= probability:
            return ()
        return Say(text=rng.choice(self.persona.fillers.words)), Wait(ms=rng.randint(150, 500))

    def _latency(self, rng: random.Random, factor: float) -> int:
        return round(_draw(self.persona.latency_ms, rng) * factor)

    def _rng(self, *slot: object) -> random.Random:
        return random.Random(f"{self._seed}/{self.persona.voice.name}/{'/'.join(map(str, slot))}")


def _draw(spread: Spread, rng: random.Random) -> int:
    """A log-normal time in ms, never above 20 s."""
    if spread.median == 0:
        return 0
    return min(round(rng.lognormvariate(math.log(spread.median), spread.sigma)), 20_000)


def _free(question_id: str) -> Cue:
    return Cue(question_id=question_id, fact_keys=(), kind=FactKind.FREE)
