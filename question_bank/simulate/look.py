"""An editor's look at a bank: our papers only, with the statistics of its files."""

from collections.abc import Sequence

from question_bank.bank import Bank
from question_bank.paper import PaperPolicy
from question_bank.simulate.figures import of_method
from question_bank.simulate.hearing import load_ear
from question_bank.simulate.interview import Played, Setting
from question_bank.simulate.people import Respondent
from question_bank.simulate.rivals import ours
from question_bank.simulate.stream import Tell, run_stream


def look(
    bank: Bank, people: Sequence[Respondent], *, seed: int, tell: Tell | None = None
) -> tuple[dict[str, object], list[Played]]:
    """The report (see figures.of_method) and the papers behind it."""
    setting = Setting(bank=bank, policy=PaperPolicy(), ear=load_ear())
    papers = run_stream(setting, ours(), people, seed=seed, tell=tell)
    return of_method(bank, papers), papers
