"""Spoken answers that follow-ups repeat, as the recogniser heard them: `python -m scripts.slot_set --n 180`.

Applicants by chance answer the questions that have follow-ups, over a noisy line. One JSON object a line, for
scripts/fit_slots.py.
"""

import argparse
import json
import random
from pathlib import Path

import numpy as np

from config.derivations import completed
from config.settings import Settings
from decision_hook.contract import Application
from dialogue.hearing.context import context_of
from dialogue.hearing.engine import ToTranscribe
from dialogue.hearing.engines import build_engine
from dialogue.hearing.port import Utterance
from dialogue.speaking.kokoro import Kokoro
from ivr.simulator.applicant import Applicant
from ivr.simulator.channel import levelled, to_telephone, trimmed
from ivr.simulator.cue import Cue
from ivr.simulator.persona import Codec, Persona
from ivr.simulator.random import random_application
from question_bank.load import load_bank
from question_bank.question import Question
from scripts.match_set import VOICES, through_the_line
from scripts.match_values import draw_value

PLAIN = Persona(name="slots")


def drawn(application: Application, question: Question, rng: random.Random, tables: object) -> Application:
    """Every other value is made of characters that stand in none of the judge's tables."""
    key = question.fact_keys[0]
    fact = application.facts[key]
    if key not in ("employer", "previous_employer", "contact_name", "home_community", "home_street"):
        return application
    if rng.random() < 0.5:
        return application
    fact = fact.model_copy(update={"value": draw_value(question.kind, key, tables, rng), "also": ()})  # type: ignore[arg-type]
    return application.model_copy(update={"facts": {**application.facts, key: fact}})


def main() -> None:
    from dialogue.answer.tables import read_tables

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--n", type=int, default=180)
    arguments.add_argument("--seed", type=int, default=5)
    arguments.add_argument("--bank", type=Path, default=Path("config/banks/zh"))
    arguments.add_argument("--out", type=Path, default=Path("var/bench/slots.jsonl"))
    chosen = arguments.parse_args()
    bank, tables = load_bank(chosen.bank), read_tables(Path("config/tables"))
    asked = [question for question in bank.questions.values() if question.follow_ups]
    engine, kokoro = build_engine(Settings()), Kokoro(Path("var/models/kokoro"), threads=1)
    rng, noise = random.Random(chosen.seed), np.random.default_rng(chosen.seed)
    speech: list[np.ndarray] = []
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    made = seed = 0
    with chosen.out.open("w", encoding="utf-8") as out:
        while made < chosen.n:
            seed += 1
            question = asked[seed % len(asked)]
            application = completed(random_application(chosen.seed * 1_000 + seed))
            if question.fact_keys[0] not in application.facts:
                continue
            application = drawn(application, question, rng, tables)
            cue = Cue(question_id=question.id, fact_keys=question.fact_keys, kind=question.kind)
            reply = Applicant(application, PLAIN, seed).reply(cue)
            assert reply is not None
            words = "，".join(say.text for say in reply.says())
            first, second = rng.sample(VOICES, 2)
            clean = to_telephone(kokoro.speak(words, f"{first}*0.6+{second}*0.4", rng.uniform(0.9, 1.1)))
            snr_db = rng.uniform(20, 40) if rng.random() < 0.7 else rng.uniform(10, 20)
            heard = through_the_line(clean, snr_db, Codec.ALAW, noise, speech)
            speech = [*speech[-20:], levelled(trimmed(clean))]
            context = context_of(question.kind, question.phrasings[0])
            transcript = engine.transcribe_many(
                [ToTranscribe(utterance=Utterance(samples=heard), context=context)]
            )[0]
            row = {
                "question": question.id,
                "value": application.facts[question.fact_keys[0]].value,
                "words": words,
                "heard": transcript.text,
                "alternatives": transcript.alternatives,
                "log_prob": transcript.log_prob,
                "snr_db": round(snr_db, 1),
            }
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            out.flush()
            made += 1


if __name__ == "__main__":
    main()
