"""A stream of calls, one way of choosing: every paper leaves its mark on what the next ones may ask."""

import random
import zlib
from collections.abc import Callable, Mapping, Sequence

from decision_hook.contract import Application, FactSource
from question_bank.bank import Bank
from question_bank.exposure import exposure_of
from question_bank.paper import begin
from question_bank.simulate.applicants import draw_application
from question_bank.simulate.interview import Method, Played, Setting, play
from question_bank.simulate.people import LEAKS, Population, Respondent, draw_person

Tell = Callable[[int, int], None]  # done, of


def draw_people(
    bank: Bank,
    per_population: int,
    seed: int,
    *,
    leaks: Mapping[FactSource, float] = LEAKS,
    at_most: int | None = None,
) -> list[Respondent]:
    """So many of each population, in an order that mixes them. The same seed gives the same people.

    `at_most`: facts on file; None: as drawn, about a hundred.
    """
    people: list[Respondent] = []
    for population in Population:
        for number in range(per_population):
            name = f"{seed}|{population}|{number}"
            application = _shortened(draw_application(bank, number, random.Random(name)), at_most)
            people.append(draw_person(application, population, name, leaks=leaks))
    random.Random(seed).shuffle(people)
    return people


def _shortened(application: Application, at_most: int | None) -> Application:
    """With the same few kinds of facts for everybody, as a bank with a short form has them."""
    if at_most is None:
        return application
    kept = sorted(application.facts, key=lambda key: zlib.crc32(key.encode()))[:at_most]
    return application.model_copy(update={"facts": {key: application.facts[key] for key in kept}})


def run_stream(
    setting: Setting, method: Method, people: Sequence[Respondent], *, seed: int, tell: Tell | None = None
) -> list[Played]:
    """Plays all of them, in their order."""
    index = setting.bank.index
    asked: dict[str, int] = {}
    papers = []
    for number, respondent in enumerate(people):
        state = begin(
            respondent.application,
            voice_consent=True,
            seed=number,
            exposure=exposure_of(index, asked, number) if method.spares else None,
        )
        played = play(setting, method, respondent, state, random.Random(f"{seed}|{number}"))
        for question_id in played.asked:
            asked[question_id] = asked.get(question_id, 0) + 1
        papers.append(played)
        if tell is not None:
            tell(number + 1, len(people))
    return papers
