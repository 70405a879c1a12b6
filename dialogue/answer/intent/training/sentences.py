"""Sentences to train and measure the intent classifier with, drawn from a grammar; half of them misheard."""

import random
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from config.load import check, read_yaml
from decision_hook.contract import SurveyError
from dialogue.answer.intent.intent import Intent
from dialogue.answer.sound import syllables
from dialogue.answer.tables import Tables

GRAMMAR_FILE = Path("config/intent_grammar.yaml")
LABELS = tuple(Intent)
_WEIGHTS = {Intent.ANSWER: 8.0}  # most replies are answers; the others count alike
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"<(\w+)>")
_HELD_OUT_EVERY = 5  # templates of an intent
_FROM_TABLES, _HUMMED, _MISHEARD = 0.3, 0.1, 0.6  # shares of sentences

Lines = Annotated[list[str], Field(min_length=1)]


class Grammar(BaseModel):
    """What people say on the telephone: [a|b|] is a choice, <name> a slot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slots: dict[str, Lines]
    templates: dict[Intent, Annotated[list[str], Field(min_length=_HELD_OUT_EVERY)]]
    asides: list[str] = Field(default_factory=list)  # answers to an open question, and to no other


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    text: str
    intent: Intent


def read_grammar(path: Path) -> Grammar:
    """Raises SurveyError naming every problem."""
    grammar = check(Grammar, read_yaml(path), path)
    unknown = {
        slot
        for lines in (*grammar.templates.values(), *grammar.slots.values(), grammar.asides)
        for line in lines
        for slot in _SLOT.findall(line)
        if slot not in grammar.slots
    }
    if unknown:
        raise SurveyError(f"{path}: no slot {', '.join(sorted(unknown))}; add it below `slots`")
    return grammar


def said(template: str, grammar: Grammar, rng: random.Random) -> str:
    """One sentence of a template."""
    filled = _CHOICE.sub(lambda m: rng.choice(m[1].split("|")), template)
    return _SLOT.sub(lambda m: rng.choice(grammar.slots[m[1]]), filled)


@cache
def common_characters() -> tuple[str, ...]:
    """The 3,755 of GB 2312's first level."""
    found = []
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            try:
                found.append(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:  # the last row is not full
                continue
    return tuple(found)


@cache
def _alike() -> dict[tuple[str, str], tuple[str, ...]]:
    """Characters by toneless sound, dialect mergers folded together."""
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for character in common_characters():
        for syllable in syllables(character):
            groups[_folded(syllable.initial, syllable.final)].append(character)
    return {sound: tuple(characters) for sound, characters in groups.items()}


def _folded(initial: str, final: str) -> tuple[str, str]:
    initial = {"zh": "z", "ch": "c", "sh": "s", "n": "l"}.get(initial, initial)
    return initial, {"ing": "in", "eng": "en", "ang": "an"}.get(final, final)


def misheard(text: str, share: float, rng: random.Random) -> str:
    """Some characters replaced by others that sound alike, as a recogniser does; now and then one is lost."""
    out = []
    for character in text:
        draw = rng.random()
        sound = syllables(character)
        if draw < share and sound:
            out.append(rng.choice(_alike().get(_folded(sound[0].initial, sound[0].final), (character,))))
        elif draw < share * 1.15:
            continue
        else:
            out.append(character)
    return "".join(out)


def phrases(tables: Tables) -> dict[Intent, list[str]]:
    """The wordings of the tables, so that the model knows them misheard."""
    found = {Intent(name): list(table.phrases) for name, table in tables.intents.items()}
    for phrase, meaning in tables.yes_no.meanings.items():
        if meaning is not None:
            found.setdefault(Intent(meaning[0]), []).append(phrase)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where sentences are drawn from."""

    grammar: Grammar
    known: dict[Intent, list[str]]  # of the tables

    def draw(self, n: int, *, held_out: bool, noise: float, rng: random.Random) -> list[Example]:
        """n sentences, intents by weight. Held out: of templates never trained on, and of no table.

        `noise`: share of the characters that are misheard at most, 0 for none.
        """
        pools = {
            intent: [t for i, t in enumerate(lines) if (i % _HELD_OUT_EVERY == 4) is held_out]
            for intent, lines in self.grammar.templates.items()
        }
        intents = list(pools)
        chosen = rng.choices(intents, weights=[_WEIGHTS.get(intent, 1.0) for intent in intents], k=n)
        found = []
        for intent in chosen:
            text = said(rng.choice(pools[intent]), self.grammar, rng)
            if not held_out and intent in self.known and rng.random() < _FROM_TABLES:
                text = said(f"<hum>{rng.choice(self.known[intent])}<end>", self.grammar, rng)
            if rng.random() < _HUMMED:
                text = said("<hum>", self.grammar, rng) + text
            if noise and rng.random() < _MISHEARD:
                text = misheard(text, rng.uniform(0.05, noise), rng)
            if text.strip():
                found.append(Example(text=text, intent=intent))
        return found
