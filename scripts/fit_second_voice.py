"""Fits `other_voice` of config/tables/delivery.yaml: `python -m scripts.fit_second_voice`.

Against each caller's own low speech and fillers stand other voices of the same loudness. Figures are from
voices that the fit has never heard, by turn and by call, with and without the embedding that needs consent.
"""

import argparse
import json
import math
import random
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from config.settings import Settings
from dialogue.answer.delivery.caller_voice import CallerVoice, Stretch, quieter_by, split
from dialogue.answer.delivery.measures import MARGIN_MS, floor_db
from dialogue.answer.delivery.murmur import with_murmurs
from dialogue.answer.delivery.other_voice import (
    OtherVoiceModel,
    SpeakerSimilarity,
    voice_features,
)
from dialogue.answer.delivery.second_voice import Aside, SecondVoicePolicy, WhoSpoke, find_asides, who_spoke
from dialogue.answer.delivery.table import load_delivery
from dialogue.answer.values import HeardAnswer
from dialogue.line import Samples
from question_bank.load import load_bank
from scripts.second_voice_set import DISTANT, FITTED_ON, HELD_OUT, PROMPTED, Call, Studio, Turn
from voiceprint.encoder.ge2e import Ge2eEncoder
from voiceprint.similarity import Similarity
from voiceprint.tables import VoiceprintTable

RIDGE = 0.5
LONGEST_MS = 1_400
PAUSE_MS = 700  # of silence ends a turn that says a fact, on the average
NEITHER = frozenset({"television", DISTANT})  # no prompter, and not the caller's voice either
# Of a caller whom nobody prompts: how often each kind of turn comes. An assumption, not counted.
GENUINE_CALL = {
    "answer": 9, "quiet beginning": 1, "filler, answer": 2, "quiet answer": 1, "muttered, answer": 1,
}  # fmt: skip
PROMPTED_ANSWERS = 4  # of a coached call
CALLS_DRAWN = 2_000


class LogOdds:
    """SpeakerSimilarity over the voice room's probability."""

    def __init__(self, similarity: Similarity) -> None:
        self._similarity = similarity

    def same(self, a: Samples, b: Samples) -> float | None:
        probability = self._similarity.same(a, b)
        if probability is None:
            return None
        bounded = min(1 - 1e-6, max(1e-6, probability))
        return math.log(bounded / (1 - bounded))


@dataclass(frozen=True)
class Heard:
    """One call with the caller's voice known from the warm-up."""

    call: Call

    @cached_property
    def caller(self) -> CallerVoice:
        caller = CallerVoice()
        for heard in self.call.warm_up:
            caller = caller.heard(split(heard))
        return caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    other: bool  # another voice
    features: tuple[float, ...]


def cases(calls: Iterable[Heard], policy: SecondVoicePolicy, similarity: SpeakerSimilarity) -> list[Case]:
    """Single stretches that are quieter than the caller."""
    found = []
    for heard in calls:
        if not heard.caller.known:
            continue
        for turn in heard.call.turns:
            if turn.kind in NEITHER:
                continue
            whole = with_murmurs(turn.heard)
            for piece in split(whole):
                if not _counts(piece, whole, heard.caller, policy):
                    continue
                features = voice_features(piece, heard.caller, similarity)
                if features is not None:
                    found.append(Case(other=_is_other(piece, turn), features=(1.0, *features)))
    return found


def _counts(piece: Stretch, heard: HeardAnswer, caller: CallerVoice, policy: SecondVoicePolicy) -> bool:
    floor = floor_db(heard)
    audible = floor is None or piece.level_db - floor >= policy.over_noise_db
    # a longer one would be the caller's for its length alone: whispers are short in this set
    low = policy.quieter_db <= quieter_by(piece, caller) <= policy.quieter_at_most_db
    return audible and low and policy.least_ms <= piece.ms < LONGEST_MS


def _is_other(piece: Stretch, turn: Turn) -> bool:
    shared_ms = sum(
        max(0, min(end, piece.end_ms) - max(start, piece.start_ms)) for start, end in turn.prompters
    )
    return shared_ms > piece.ms / 2


def fitted(given: Sequence[Case]) -> OtherVoiceModel:
    """Logistic regression as a log-likelihood ratio: the share of either kind is taken out.

    The embedding's weight, which comes last, is fitted on top of the others: they must do without it.
    """
    x = np.array([case.features for case in given])
    y = np.array([case.other for case in given], dtype=np.float64)
    odds = np.full(len(y), math.log(y.mean() / (1 - y.mean())))
    sound = _weights(x[:, :-1], y, odds)
    voice = _weights(x[:, -1:], y, odds + x[:, :-1] @ sound)
    names = [field.name for field in fields(OtherVoiceModel)]
    weights = (*sound, *voice)
    return OtherVoiceModel(**{n: round(float(w), 3) for n, w in zip(names, weights, strict=True)})


def _weights(
    x: NDArray[np.float64], y: NDArray[np.float64], offset: NDArray[np.float64]
) -> NDArray[np.float64]:
    weights: NDArray[np.float64] = np.zeros(x.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-(x @ weights + offset)))
        bend = (x * (p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(len(weights))
        weights += np.linalg.solve(bend, x.T @ (y - p) - RIDGE * weights)
    return weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What came of one turn."""

    kind: str
    line: str
    alike: bool
    listened_on: bool
    aside: Aside


def endings(
    calls: Iterable[Heard], policy: SecondVoicePolicy, similarity: SpeakerSimilarity | None
) -> list[Ending]:
    """Each turn as the survey hears it: up to the first long silence, and on if that may be another."""
    found = []
    for heard in calls:
        for turn in heard.call.turns:
            first = until_pause(turn.heard)
            on = who_spoke(first, heard.caller, policy, similarity) is not WhoSpoke.CALLER
            reply = after(turn.heard, first) if on else first
            aside = find_asides(with_murmurs(reply), heard.caller, policy, similarity).kind
            found.append(
                Ending(
                    kind=turn.kind, line=heard.call.line, alike=heard.call.alike, listened_on=on, aside=aside
                )
            )
    return found


def until_pause(heard: HeardAnswer) -> HeardAnswer:
    """The turn as it would have ended at its first long silence."""
    ends = [end for _, end in heard.segments]
    gaps = takewhile(
        lambda pair: pair[1][0] - pair[0] < PAUSE_MS, zip(ends, heard.segments[1:], strict=False)
    )
    kept = heard.segments[: 1 + sum(1 for _ in gaps)]
    last = (kept[-1][1] + MARGIN_MS - _origin(heard)) * 8
    return replace(heard, segments=kept, ended_ms=kept[-1][1], samples=heard.samples[:last])


def after(whole: HeardAnswer, first: HeardAnswer) -> HeardAnswer:
    """What follows, as one reply before which another was heard; the first part if nothing does."""
    later = whole.segments[len(first.segments) :]
    if not later:
        return first
    start = (later[0][0] - MARGIN_MS - _origin(whole)) * 8
    return replace(
        whole,
        samples=whole.samples[start:],
        before=np.concatenate([whole.before, whole.samples[:start]]),
        segments=later,
        started_ms=later[0][0],
        others=first.segments,
    )


def _origin(heard: HeardAnswer) -> int:
    return max(0, heard.started_ms - MARGIN_MS)


def rates(found: Sequence[Ending]) -> dict[str, dict[str, float]]:
    """By kind of turn; whispers by line and likeness as well."""
    rows: dict[str, list[Ending]] = {}
    for ending in found:
        rows.setdefault(ending.kind, []).append(ending)
        if ending.kind == PROMPTED:
            rows.setdefault(f"{ending.kind} ({ending.line})", []).append(ending)
            rows.setdefault(f"{ending.kind} ({'alike' if ending.alike else 'unlike'})", []).append(ending)
    return {
        name: {
            "n": len(row),
            "listened_on": round(float(np.mean([e.listened_on for e in row])), 3),
            "fired": round(float(np.mean([e.aside is not Aside.NONE for e in row])), 3),
        }
        for name, row in sorted(rows.items())
    }


def call_rates(calls: Sequence[Heard], found: Sequence[Ending], rng: random.Random) -> dict[str, float]:
    """How often a second voice is heard twice, as a verdict needs: in prompted calls, and in others."""
    ended = iter(found)
    prompted, own = [], []
    for heard in calls:
        of_call = [next(ended) for _ in heard.call.turns]
        whispers = [e.aside is not Aside.NONE for e in of_call if e.kind == PROMPTED]
        if len(whispers) == PROMPTED_ANSWERS:
            prompted.append(sum(whispers) >= 2)
        own.append(
            {kind: [e.aside is not Aside.NONE for e in of_call if e.kind == kind] for kind in GENUINE_CALL}
        )
    false = []
    for _ in range(CALLS_DRAWN):
        of_caller = rng.choice(own)
        fired = sum(
            rng.choice(of_caller[k]) for k, n in GENUINE_CALL.items() for _ in range(n) if of_caller[k]
        )
        false.append(fired >= 2)
    return {
        "prompted calls": len(prompted),
        "found twice": round(float(np.mean(prompted)), 3),
        "genuine callers": len(own),
        "falsely twice": round(float(np.mean(false)), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--held-out", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with ThreadPoolExecutor(1) as worker:  # torch keeps its threads apart from the main one
        report = worker.submit(run, given.calls, given.held_out, given.seed).result()
    print(json.dumps(report, ensure_ascii=False, indent=1))


def run(calls: int, held_out: int, seed: int) -> dict[str, object]:
    settings = Settings()
    bank = load_bank(settings.interview.bank)
    policy = load_delivery().second_voice_policy()
    studio = Studio(settings.models, settings.var / "voices", random.Random(seed))
    encoder = Ge2eEncoder.load(settings.models / "ge2e" / "pretrained.pt")
    similarity = LogOdds(Similarity(encoder, VoiceprintTable.load()))
    people = studio.people(FITTED_ON, bank)
    found = cases([Heard(studio.call(people)) for _ in range(calls)], policy, similarity)
    strangers = studio.people(HELD_OUT, bank)
    tried = [Heard(studio.call(strangers)) for _ in range(held_out)]
    return {"n": len(found), **compared(found, tried, policy, similarity, studio.rng)}


def compared(
    found: Sequence[Case],
    tried: Sequence[Heard],
    policy: SecondVoicePolicy,
    similarity: SpeakerSimilarity,
    rng: random.Random,
) -> dict[str, object]:
    """The fit, and what it finds of voices it does not know."""
    fresh = fitted(found)
    report: dict[str, object] = {}
    for name, model, compare in (
        ("table", policy.model, None),
        ("fresh", fresh, None),
        ("fresh, with embedding", fresh, similarity),
    ):
        ended = endings(tried, replace(policy, model=model), compare)
        report[name] = {"weights": str(model), "calls": call_rates(tried, ended, rng), "turns": rates(ended)}
    return report


if __name__ == "__main__":
    main()
