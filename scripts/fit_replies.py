"""Fits config/tables/replies.yaml: `python -m scripts.fit_replies`.

Synthetic people by chance say yes, no and other things over lines by chance; families of wordings are scored
against the audio; a multinomial logistic model with a ridge turns scores into log-likelihoods. Figures are
from people left out of the fit. Rewrites `source`, `n`, `bias` and `weights`; wordings stay as edited.
"""

import argparse
import asyncio
import random
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import yaml
from numpy.typing import NDArray

from config.load import load_settings
from config.settings import Settings
from dialogue.answer.closed import (
    SURE,
    family_likelihoods,
    family_sounds,
    features,
    sound_features,
    wordings,
)
from dialogue.answer.consent import decide, said_side
from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.side import Side
from dialogue.answer.spotting import spot
from dialogue.answer.tables import read_tables
from dialogue.answer.tolerance import tolerance_of
from dialogue.hearing.phones import phone_ids
from dialogue.hearing.port import Utterance
from dialogue.speaking.kokoro import Kokoro
from ivr.hearing_desk import open_recognizer
from ivr.simulator import phrases
from ivr.simulator.persona import Act
from ivr.simulator.random import Chance, random_persona
from ivr.simulator.reply import Reply, Say
from ivr.simulator.studio import Studio
from question_bank.load import load_bank

SIDES = tuple(Side)
PER_PERSON = {Side.YES: 2, Side.NO: 2, Side.OTHER: 1}
NOISY_SHARE = 4  # every fourth person is in a noisy place
FOLDS = 6
RIDGE = 0.02
OTHERS = (
    *phrases.ACTS[Act.WHO_ARE_YOU],
    *phrases.ACTS[Act.CALL_LATER],
    *phrases.ACTS[Act.ASK_HUMAN],
    *phrases.ACTS[Act.ASK_REPEAT],
)
SAID: dict[str, dict[Side, tuple[str, ...]]] = {
    "opening": {
        Side.YES: (
            *phrases.YES_PERSON,
            "嗯，我就是啊",
            "是的是的",
            "对对对",
            "我就是本人",
            "是，您说",
            "哎，是我",
            "没错，是我",
        ),
        Side.NO: (
            *phrases.ACTS[Act.WRONG_PERSON],
            "不是",
            "不是我",
            "我不是",
            "不是，我是他爱人",
            "他不在家",
            "我是他妈妈",
            "不是的，他出去了",
        ),
        Side.OTHER: (*OTHERS, "喂，你好", "您哪位", "怎么了"),
    },
    "consent": {
        Side.YES: (
            *phrases.CONSENT,
            "我同意",
            "嗯，可以",
            "行",
            "好的",
            "好，你录吧",
            "没事，可以的",
            "嗯，行",
            "OK，没问题",
        ),
        Side.NO: (
            *phrases.REFUSE_CONSENT,
            "不行",
            "不要",
            "不用了",
            "我不同意",
            "别录音",
            "不太好吧",
            "不想录",
        ),
        Side.OTHER: (*OTHERS, "为什么要录音", "录音干什么", "什么意思", "同意什么"),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    person: int
    side: Side
    wordings: Mapping[str, float]  # features by name, of likelihoods of wordings
    sounds: Mapping[str, float]  # the same, of the sounds themselves


def somebody(number: int) -> tuple[int, Chance]:
    """A person by chance who answers the telephone; every fourth in a noisy place."""
    for seed in range(number * 200, number * 200 + 200):
        chance = random_persona(seed)
        if chance.kind in ("genuine", "impostor", "noisy") and (
            (chance.kind == "noisy") == (number % NOISY_SHARE == 0)
        ):
            return seed, chance
    raise AssertionError("200 people by chance hold one of each kind")


async def examples(settings: Settings, table: str, people: int) -> list[Example]:
    tables = read_tables(settings.answer.tables)
    replies, tolerance = tables.replies[table], tolerance_of(tables.sound)
    intents = IntentClassifier(tables, model_folder=settings.answer.intent_model)
    script = load_bank(settings.interview.bank).script
    asked = (script.opening_person if table == "opening" else script.consent_recording).phrasings[0]
    studio = Studio(Kokoro(settings.models / "kokoro"), settings.var / "voices")
    made = []
    async with AsyncExitStack() as stack:
        stack.callback(studio.close)
        recognizer = await open_recognizer(settings, stack)
        for number in range(people):
            print(f"\r{table}: person {number + 1} of {people}", end="", flush=True)
            seed, chance = somebody(number)
            rng = random.Random(number)
            for side, count in PER_PERSON.items():
                for text in rng.sample(SAID[table][side], count):
                    reply = Reply(question_id="", after_ms=0, steps=(Say(text=text),))
                    samples = studio.mouth(chance.persona, seed).perform(reply).pcm
                    utterance = Utterance(samples=np.asarray(samples, dtype=np.int16))
                    context = replies.examples + asked
                    read = await recognizer.transcribe(utterance, context=context)
                    said = said_side(decide(read, intents.classify(read.text), tables))
                    candidates = wordings(replies.families)
                    scores = await recognizer.score(
                        utterance, [*candidates, read.text or candidates[0]], context=context
                    )
                    likely = features(family_likelihoods(replies.families, scores[:-1]), said, scores[-1])
                    if read.phones is None:
                        continue  # nobody was heard
                    fits = spot([phone_ids(one) for one in candidates], read.phones, tolerance)
                    best = family_sounds(replies.families, [found.score for found in fits])
                    heard = sound_features(best, said)
                    made.append(Example(person=number, side=side, wordings=likely, sounds=heard))
    print()
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    bias: NDArray[np.float64]  # (sides,)
    weights: NDArray[np.float64]  # (features, sides)

    def log_likelihoods(self, found: NDArray[np.float64]) -> NDArray[np.float64]:
        logs: NDArray[np.float64] = found @ self.weights + self.bias
        return logs


def fit(found: NDArray[np.float64], sides: NDArray[np.int64]) -> Fit:
    """Multinomial logistic regression; every side counts alike, so that its logs are likelihoods."""
    mean, spread = found.mean(0), found.std(0) + 1e-6
    x = torch.from_numpy((found - mean) / spread)
    y = torch.from_numpy(sides)
    share = torch.bincount(y, minlength=len(SIDES)).double()
    weights = torch.zeros(x.shape[1], len(SIDES), dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(len(SIDES), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=200)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        error = torch.nn.functional.cross_entropy(x @ weights + bias, y, weight=share.sum() / share)
        total = error + RIDGE * (weights**2).sum()
        total.backward()  # type: ignore[no-untyped-call]  # torch
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]  # torch
    raw = weights.detach().numpy() / spread[:, None]
    return Fit(bias=bias.detach().numpy() - mean @ raw, weights=raw)


def arrays(made: list[Example], by: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(examples, features in alphabetical order), and the index of each side. `by`: wordings, sounds."""
    rows = [getattr(example, by) for example in made]
    found = np.array([[row[name] for name in sorted(row)] for row in rows])
    return found, np.array([SIDES.index(example.side) for example in made])


def figures(made: list[Example], by: str) -> str:
    """Held out by person: how often right, in doubt, wrong when a side must be sure."""
    found, sides = arrays(made, by)
    fold = np.array([example.person % FOLDS for example in made])
    logs = np.zeros((len(made), len(SIDES)))
    for k in range(FOLDS):
        logs[fold == k] = fit(found[fold != k], sides[fold != k]).log_likelihoods(found[fold == k])
    p = np.exp(logs - np.logaddexp.reduce(logs, axis=1, keepdims=True))
    sure = p.max(1) >= SURE
    right = p.argmax(1) == sides
    lines = [
        f"  {side}: right {np.mean((right & sure)[sides == i]):.0%}, "
        f"in doubt {np.mean(~sure[sides == i]):.0%}, "
        f"wrong {np.mean((~right & sure)[sides == i]):.1%} of {np.sum(sides == i)}"
        for i, side in enumerate(SIDES)
    ]
    return "\n".join(lines)


def written(fitted: Fit, names: list[str]) -> dict[str, object]:
    """As the table has it."""
    return {
        "bias": {str(side): round(float(fitted.bias[i]), 3) for i, side in enumerate(SIDES)},
        "weights": {
            str(side): {name: round(float(fitted.weights[j, i]), 4) for j, name in enumerate(names)}
            for i, side in enumerate(SIDES)
        },
    }


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=40)
    people: int = arguments.parse_args().people
    settings = load_settings()
    path = Path(settings.answer.tables) / "replies.yaml"
    text = path.read_text(encoding="utf-8")
    header = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    document = yaml.safe_load(text)
    for table, content in document.items():
        made = await examples(settings, table, people)
        content["source"], content["n"] = "simulated", len(made)
        for by in ("wordings", "sounds"):
            print(f" by {by}\n{figures(made, by)}")
            content[by] = written(fit(*arrays(made, by)), sorted(getattr(made[0], by)))
    dumped = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110)
    path.write_text(header + dumped, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
