"""An editor's look at a bank: our papers only, with the statistics of its files."""

from collections.abc import Sequence

from decision_hook.contract import Application
from question_bank.bank import Bank
from question_bank.paper import PaperPolicy
from question_bank.simulate.figures import exposed, is_undecided, mean_error, of_method
from question_bank.simulate.hearing import load_ear
from question_bank.simulate.interview import Played, Setting
from question_bank.simulate.people import Population, Respondent, draw_person
from question_bank.simulate.rivals import ours
from question_bank.simulate.stream import Tell, run_stream

PAPERS = 5  # per applicant and population


def look(
    bank: Bank, people: Sequence[Respondent], *, seed: int, tell: Tell | None = None
) -> tuple[dict[str, object], list[Played]]:
    """The report (see figures.of_method) and the papers behind it."""
    setting = Setting(bank=bank, policy=PaperPolicy(), ear=load_ear())
    papers = run_stream(setting, ours(), people, seed=seed, tell=tell)
    return of_method(bank, papers), papers


def people_of(applicants: Sequence[Application], *, papers: int = PAPERS, seed: int = 0) -> list[Respondent]:
    """These applicants in the life of every population, the same people for every bank.

    In turn, so that the same file never meets itself in the next paper. Raises ValueError without applicants.
    """
    if not applicants:
        raise ValueError("no applicants to draw papers for")
    return [
        draw_person(applicant, population, f"{seed}|{applicant.id}|{population}|{number}")
        for number in range(papers)
        for population in Population
        for applicant in applicants
    ]


def summary(bank: Bank, people: Sequence[Respondent], *, tell: Tell | None = None) -> dict[str, object]:
    """A few figures of a bank, for comparing two versions on the same people."""
    report, papers = look(bank, people, seed=0, tell=tell)
    shown = exposed(bank, papers)
    rows = {
        name: [paper for paper in papers if paper.population == name]
        for name in dict.fromkeys(paper.population for paper in papers)
    }
    undecided = {
        f"undecided_{name}": round(sum(map(is_undecided, own)) / len(own), 4) for name, own in rows.items()
    }
    return {
        "questions": len(bank.questions),
        "seconds_mean": report["seconds_mean"],
        "questions_mean": report["questions_mean"],
        **{f"error_{name}": round(mean_error(own), 4) for name, own in rows.items()},
        **undecided,
        "max_exposure": report["max_exposure"],
        "most_exposed": max(shown.questions, key=lambda name: shown.questions[name], default=""),
    }
