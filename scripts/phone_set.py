"""Sentences with known sounds, to train the phone model on: `python -m scripts.phone_set --n 800 --seed 1`.

Each is drawn, spoken clean by a synthetic voice, and kept at telephone rate with its words. Lines, noise and
further speakers are added later, when features are computed: that is cheap, speaking is not.
"""

import argparse
import json
import random
import sys
from pathlib import Path

import numpy as np

from dialogue.answer.intent.training.sentences import (
    GRAMMAR_FILE,
    Grammar,
    common_characters,
    read_grammar,
    said,
)
from dialogue.answer.tables import Tables, read_tables
from dialogue.speaking.kokoro import Kokoro
from ivr.simulator.channel import levelled, to_pcm, to_telephone, trimmed
from scripts.match_set import KINDS, SENTENCES, VOICES, said_form
from scripts.match_values import asked_for, draw_value

FILLERS = (
    "嗯，",
    "呃，",
    "嗯……",
    "呃……那个，",
    "这个，",
    "那个，",
    "这个这个，",
    "嗯，那个，",
    "啊，",
    "哦，",
)
BARE_FILLERS = ("嗯。", "呃。", "嗯嗯。", "呃……", "那个……", "这个……", "啊？", "哦。", "对。", "喂？", "哎。")
TAILS = ("。", "吧。", "，对。", "，嗯。", "，应该是。", "。", "。")
SALAD = (4, 9)  # characters
# 那个 and 这个 that point at something, and are no hesitation.
POINTING = (
    "{}{}不在我手上",
    "{}{}我一直在用",
    "{}{}是我爱人办的",
    "我就在{}{}上班",
    "我们家{}{}挺大的",
    "{}{}还没还完",
    "{}{}早就不用了",
    "我说的就是{}{}",
    "{}{}怎么走来着",
    "{}{}离我家不远",
    "您问的是{}{}吗",
    "{}{}我记得很清楚",
    "就是{}{}旁边",
    "{}{}有什么问题吗",
    "当时{}{}刚装修完",
    "{}{}的事我不清楚",
)
POINTED_AT = (
    "月", "卡", "地方", "小区", "公司", "银行", "时候", "单子", "房子", "工作", "贷款", "账户", "楼",
    "路口", "部门", "同事", "城市", "项目", "合同", "超市", "学校", "车", "人", "表", "短信", "客户",
)  # fmt: skip


def drawn_text(rng: random.Random, tables: Tables, grammar: Grammar) -> str:
    """Values as callers say them, other replies, and plain syllables so that every sound is met."""
    choice = rng.random()
    if choice < 0.42:
        kind, key, _ = rng.choice(KINDS)
        form = said_form(asked_for(kind, key, draw_value(kind, key, tables, rng)), tables, rng)
        if form is not None:
            filler = rng.choice(FILLERS) if rng.random() < 0.4 else ""
            return filler + rng.choice(SENTENCES).format(form.text) + rng.choice(TAILS)
    if choice < 0.65:
        return said(rng.choice(grammar.templates[rng.choice(list(grammar.templates))]), grammar, rng)
    if choice < 0.68:
        return rng.choice(BARE_FILLERS)
    filler = rng.choice(FILLERS) if rng.random() < 0.25 else ""
    return filler + "".join(rng.sample(common_characters(), rng.randint(*SALAD))) + "。"


def pointing(rng: random.Random) -> str:
    return rng.choice(POINTING).format(rng.choice(("那个", "这个")), rng.choice(POINTED_AT)) + "。"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--n", type=int, default=800)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--models", type=Path, default=Path("var/models"))
    arguments.add_argument("--tables", type=Path, default=Path("config/tables"))
    arguments.add_argument("--out", type=Path, default=Path("var/fit/phones"))
    arguments.add_argument("--replies", action="store_true", help="replies only, with what they mean")
    arguments.add_argument(
        "--pointing", action="store_true", help="only 那个 and 这个 that point at something"
    )
    chosen = arguments.parse_args()
    tables, grammar = read_tables(chosen.tables), read_grammar(GRAMMAR_FILE)
    rng = random.Random(chosen.seed)
    kokoro = Kokoro(chosen.models / "kokoro", threads=1)
    folder = chosen.out / str(chosen.seed)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "index.jsonl").open("w", encoding="utf-8") as index:
        for number in range(chosen.n):
            intent = rng.choice(list(grammar.templates)) if chosen.replies else None
            text = (
                said(rng.choice(grammar.templates[intent]), grammar, rng)
                if intent is not None
                else pointing(rng)
                if chosen.pointing
                else drawn_text(rng, tables, grammar)
            )
            first, second = rng.sample(VOICES, 2)
            share = round(rng.uniform(0.4, 1.0), 2)
            voice = f"{first}*{share}+{second}*{round(1 - share, 2)}"
            spoken = kokoro.speak(text, voice, round(rng.uniform(0.8, 1.25), 2))
            clean = levelled(trimmed(to_telephone(spoken)))
            np.save(folder / f"{number:05d}.npy", to_pcm(clean))
            line = {"file": f"{number:05d}.npy", "text": text, "voice": voice, "intent": intent}
            index.write(json.dumps(line, ensure_ascii=False) + "\n")
            index.flush()
            print(f"\r{number + 1} of {chosen.n}", end="", file=sys.stderr)


if __name__ == "__main__":
    main()
