"""Spoken answers with known truth, for fitting the match decision: `python scripts/match_set.py --n 300`.

Values are drawn, said in a sentence by a synthetic voice, sent through G.711 with noise, and stored with
what was said. The values of names, firms and places are drawn from characters, not from the judge's tables.
"""

import argparse
import json
import random
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np

from decision_hook.contract import FactKind
from dialogue.answer.forms import spoken
from dialogue.answer.tables import Tables, read_tables
from dialogue.answer.truth import truth_of
from dialogue.answer.values import AskedQuestion, Form
from dialogue.speaking.kokoro import Kokoro
from ivr.simulator.channel import coded, levelled, to_pcm, to_telephone, trimmed
from ivr.simulator.persona import Codec
from scripts.match_values import asked_for, draw_value

KINDS = (
    (FactKind.AMOUNT, "monthly_income", 4),
    (FactKind.COUNT, "pay_day", 1),
    (FactKind.COUNT, "employer_years", 1),
    (FactKind.COUNT, "children_count", 1),
    (FactKind.DATE, "birth_date", 4),
    (FactKind.YEAR, "hire_year", 4),
    (FactKind.MONTH, "birth_month", 1),
    (FactKind.DIGITS, "mobile_tail", 4),
    (FactKind.NAME, "contact_name", 3),
    (FactKind.PLACE, "home_community", 2),
    (FactKind.PLACE, "home_city", 2),
    (FactKind.PLACE, "home_street", 2),
    (FactKind.COMPANY, "employer", 3),
    (FactKind.COMPANY, "salary_bank", 2),
    (FactKind.TERM, "job_title", 2),
    (FactKind.TERM, "contact_relation", 1),
    (FactKind.TERM, "zodiac", 1),
    (FactKind.TERM, "employer_trade", 1),
)
SENTENCES = (
    "{}",
    "{}",
    "{}",
    "嗯，{}",
    "是{}",
    "{}吧",
    "大概{}",
    "应该是{}",
    "就是{}",
    "呃，{}，对",
    "我记得是{}",
)
VOICES = ("jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
TODAY = date(2026, 11, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One line of the set's index."""

    file: str
    kind: str
    key: str
    value: str
    words: str
    voice: str
    snr_db: float


def said_form(asked: AskedQuestion, tables: Tables, rng: random.Random) -> Form | None:
    """A whole form without Arabic digits, as a person would say it."""
    truth = truth_of(asked, today=TODAY)
    if truth is None:
        return None
    forms = [f for f in spoken(truth, tables) if f.whole and not any(c.isascii() for c in f.text)]
    return rng.choice(forms[:5]) if forms else None


def babble(size: int, rng: np.random.Generator, speech: list[np.ndarray]) -> np.ndarray:
    """Three earlier answers on top of each other; white noise until there are any."""
    if len(speech) < 3:
        return rng.standard_normal(size).astype(np.float32)
    picks = rng.choice(len(speech), 3, replace=False)
    return sum(np.resize(np.roll(speech[i], int(rng.integers(4_000))), size) for i in picks).astype(
        np.float32
    )


def through_the_line(
    clean: np.ndarray, snr_db: float, codec: Codec, rng: np.random.Generator, speech: list[np.ndarray]
) -> np.ndarray:
    """8 kHz int16 with 200 ms of margin either side."""
    voice = levelled(trimmed(clean))
    padded = np.concatenate([np.zeros(1_600, np.float32), voice, np.zeros(1_600, np.float32)])
    noise = babble(padded.size, rng, speech) if rng.random() < 0.5 else rng.standard_normal(padded.size)
    scale = np.sqrt(np.mean(voice**2)) / (np.sqrt(np.mean(noise**2)) + 1e-9) * 10 ** (-snr_db / 20)
    return coded(to_pcm((padded + noise * scale).astype(np.float32)), codec)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--n", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--models", type=Path, default=Path("var/models"))
    arguments.add_argument("--tables", type=Path, default=Path("config/tables"))
    arguments.add_argument("--out", type=Path, default=Path("var/bench/match"))
    chosen = arguments.parse_args()
    tables = read_tables(chosen.tables)
    rng, noise_rng = random.Random(chosen.seed), np.random.default_rng(chosen.seed)
    kokoro = Kokoro(chosen.models / "kokoro", threads=1)
    chosen.out.mkdir(parents=True, exist_ok=True)
    kinds = [(kind, key) for kind, key, weight in KINDS for _ in range(weight)]
    speech: list[np.ndarray] = []
    with (chosen.out / "index.jsonl").open("w", encoding="utf-8") as index:
        for i in range(chosen.n):
            kind, key = kinds[i % len(kinds)]
            value = draw_value(kind, key, tables, rng)
            form = said_form(asked_for(kind, key, value), tables, rng)
            if form is None:
                continue
            words = rng.choice(SENTENCES).format(form.text)
            first, second = rng.sample(VOICES, 2)
            share = round(rng.uniform(0.5, 1.0), 2)
            voice = f"{first}*{share}+{second}*{1 - share:.2f}"
            clean = to_telephone(kokoro.speak(words, voice, rng.uniform(0.85, 1.1)))
            snr_db = round(rng.uniform(20, 40) if rng.random() < 0.7 else rng.uniform(10, 20), 1)
            codec = Codec.GSM if rng.random() < 0.15 else Codec.ALAW
            heard = through_the_line(clean, snr_db, codec, noise_rng, speech)
            speech = [*speech[-20:], levelled(trimmed(clean))]
            np.save(chosen.out / f"{i:04d}.npy", heard)
            line = Said(
                file=f"{i:04d}.npy", kind=kind, key=key, value=value, words=words, voice=voice, snr_db=snr_db
            )
            index.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")
            index.flush()


if __name__ == "__main__":
    main()
