"""Fits the response model (torch) and says honestly whether it predicts better than the table it replaces."""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from question_bank.bank import Bank
from question_bank.belief import HYPOTHESES
from question_bank.index import GRADES
from question_bank.question import Question
from question_bank.responses.features import APPLICANT, TEXT_SIZE, Floats, applicant_vector, text_matrix
from question_bank.responses.history import PastAnswer
from question_bank.responses.model import ResponseModel

MIN_CALLS = 200  # fewer cannot tell a better model from a lucky one
HELD_OUT = 5  # every fifth call is kept for the test
STEPS = 60
# Standard deviations of the priors, in nats: how far calls may move the editor's table. Many answers of one
# question overrule it; a question without answers stays with its topic, a topic without calls with the table.
PRIORS = {"topics": 0.5, "questions": 0.5, "text": 0.3, "applicant": 0.3}
BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How well answers of held-out calls are foretold."""

    log_loss: float  # mean nats per answer
    calibration_error: float  # 0..1: mean gap between foretold and seen frequencies, over ten bins


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    model: ResponseModel
    calls: int
    answers: int  # used; those of unknown questions are left out
    held_out: int  # answers
    table: Fit
    learnt: Fit
    gain: float  # nats per held-out answer
    gain_low: float  # lower end of its 95 % interval over calls

    @property
    def better(self) -> bool:
        """Enough calls, and the gain is no accident."""
        return self.calls >= MIN_CALLS and self.gain_low > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """a answers as arrays."""

    calls: list[str]
    question: torch.Tensor  # (a,)
    topic: torch.Tensor  # (a,)
    base: torch.Tensor  # (a, h, g): ln of the table
    grade: torch.Tensor  # (a,)
    who: torch.Tensor  # (a, h)
    person: torch.Tensor  # (a, 4)


def calibrate(
    bank: Bank,
    history: Sequence[PastAnswer],
    *,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Calibration:
    """Learns from four fifths of the calls, compares on the rest, then learns from all. Blocks; seconds.

    Raises ValueError if no answer of the history belongs to a question of this bank.
    """
    questions = bank.index.questions
    rows = {question.id: n for n, question in enumerate(questions)}
    used = [answer for answer in history if answer.question in rows and _possible(bank, answer)]
    if not used:
        raise ValueError("no answer in the history belongs to a question of this bank")
    data = _arrays(questions, rows, used)
    calls = list(dict.fromkeys(data.calls))
    order = np.random.default_rng(seed).permutation(len(calls))
    test_calls = {calls[i] for i in order[: max(1, len(calls) // HELD_OUT)]}
    held = torch.tensor([call in test_calls for call in data.calls])
    train_rows = torch.nonzero(~held).flatten()
    test_rows = torch.nonzero(held).flatten()
    texts = torch.tensor(text_matrix(questions), dtype=torch.float32)
    steps = 2 * STEPS
    fitted = _fit(data, texts, train_rows, lambda done: progress(done, steps))
    with torch.no_grad():
        table_p = _mixed(data.base[test_rows], data, test_rows)
        learnt_p = _mixed(_logits(fitted, data, texts, test_rows), data, test_rows)
    gains = _gains([data.calls[int(i)] for i in test_rows], table_p, learnt_p, data.grade[test_rows])
    final = _fit(data, texts, torch.arange(len(used)), lambda done: progress(STEPS + done, steps))
    return Calibration(
        model=_model(final, questions, used, seed),
        calls=len(calls),
        answers=len(used),
        held_out=len(test_rows),
        table=_measured(table_p, data.grade[test_rows]),
        learnt=_measured(learnt_p, data.grade[test_rows]),
        gain=float(gains.sum() / max(1, len(test_rows))),
        gain_low=_low_end(gains, len(test_rows), seed),
    )


def _possible(bank: Bank, answer: PastAnswer) -> bool:
    """Whether the table gives this grade a chance; repeats and the like are no answers."""
    table = bank.questions[answer.question].statistics_for(answer.source).table
    return all(table[hypothesis].get(answer.grade, 0.0) > 0 for hypothesis in HYPOTHESES)


def _arrays(questions: tuple[Question, ...], rows: Mapping[str, int], used: Sequence[PastAnswer]) -> _Rows:
    topics = {topic: i for i, topic in enumerate(_topics(questions))}
    base = np.full((len(used), len(HYPOTHESES), len(GRADES)), -np.inf)
    for i, answer in enumerate(used):
        table = questions[rows[answer.question]].statistics_for(answer.source).table
        for h, hypothesis in enumerate(HYPOTHESES):
            for g, grade in enumerate(GRADES):
                if (p := table[hypothesis].get(grade, 0.0)) > 0:
                    base[i, h, g] = math.log(p)
    return _Rows(
        calls=[answer.call for answer in used],
        question=torch.tensor([rows[answer.question] for answer in used]),
        topic=torch.tensor([topics[questions[rows[answer.question]].topic] for answer in used]),
        base=torch.tensor(base, dtype=torch.float32),
        grade=torch.tensor([GRADES.index(answer.grade) for answer in used]),
        who=torch.tensor([[a.who.get(h, 0.0) for h in HYPOTHESES] for a in used], dtype=torch.float32),
        person=torch.tensor(
            np.array([applicant_vector(answer.applicant) for answer in used]), dtype=torch.float32
        ),
    )


def _topics(questions: Sequence[Question]) -> list[str]:
    return list(dict.fromkeys(question.topic for question in questions))


Parameters = dict[str, torch.Tensor]


def _fit(data: _Rows, texts: torch.Tensor, rows: torch.Tensor, progress: Callable[[int], None]) -> Parameters:
    """The most probable parameters given these answers; the prior pulls each towards the table."""
    h, g = len(HYPOTHESES), len(GRADES)
    shapes = {
        "topics": (int(data.topic.max()) + 1, h, g),
        "questions": (len(texts), h, g),
        "text": (h, TEXT_SIZE, g),
        "applicant": (h, len(APPLICANT), g),
    }
    parameters = {name: torch.zeros(shape, requires_grad=True) for name, shape in shapes.items()}
    optimiser = torch.optim.LBFGS(
        list(parameters.values()), max_iter=STEPS, history_size=20, line_search_fn="strong_wolfe"
    )

    evaluations = 0

    def loss() -> torch.Tensor:
        nonlocal evaluations
        evaluations += 1
        progress(min(evaluations, STEPS - 1))
        optimiser.zero_grad()
        foretold = _mixed(_logits(parameters, data, texts, rows), data, rows)
        seen = foretold.gather(1, data.grade[rows, None]).clamp_min(1e-9)
        pull = sum(
            (value.square().sum() / (2 * PRIORS[name] ** 2) for name, value in parameters.items()),
            start=torch.zeros(()),
        )
        total: torch.Tensor = pull - seen.log().sum()  # a mean would be below the optimiser's tolerances
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    progress(STEPS)
    return {name: value.detach() for name, value in parameters.items()}


def _logits(p: Parameters, data: _Rows, texts: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """(a, h, g), not normalised; what the table excludes stays excluded."""
    question = data.question[rows]
    effect = p["topics"][data.topic[rows]] + p["questions"][question]
    effect = effect + torch.einsum("ad,hdg->ahg", texts[question], p["text"])
    effect = effect + torch.einsum("af,hfg->ahg", data.person[rows], p["applicant"])
    return data.base[rows] + effect


def _mixed(logits: torch.Tensor, data: _Rows, rows: torch.Tensor) -> torch.Tensor:
    """(a, g): the grades foretold, over who it may have been."""
    return torch.einsum("ah,ahg->ag", data.who[rows], logits.softmax(dim=-1))


def _measured(foretold: torch.Tensor, seen: torch.Tensor) -> Fit:
    p = foretold.gather(1, seen[:, None]).clamp_min(1e-9)
    hit = torch.zeros_like(foretold).scatter_(1, seen[:, None], 1.0)
    bins = (foretold * BINS).long().clamp(0, BINS - 1)
    gap = 0.0
    for b in range(BINS):
        inside = bins == b
        if count := int(inside.sum()):
            gap += count / foretold.numel() * abs(float(foretold[inside].mean() - hit[inside].mean()))
    return Fit(log_loss=float(-p.log().mean()), calibration_error=gap)


def _gains(calls: Sequence[str], table: torch.Tensor, learnt: torch.Tensor, seen: torch.Tensor) -> Floats:
    """(calls,): nats gained in each held-out call."""
    each = (learnt.clamp_min(1e-9).log() - table.clamp_min(1e-9).log()).gather(1, seen[:, None]).flatten()
    by_call: dict[str, float] = {}
    for call, gain in zip(calls, each.tolist(), strict=True):
        by_call[call] = by_call.get(call, 0.0) + gain
    return np.array(list(by_call.values()))


def _low_end(gains: Floats, answers: int, seed: int) -> float:
    """2.5 % of 1,000 resamplings of whole calls: answers of one call are no independent witnesses."""
    rng = np.random.default_rng(seed)
    drawn = rng.choice(gains, size=(1_000, len(gains))).sum(axis=1) / max(1, answers)
    return float(np.quantile(drawn, 0.025))


def _model(
    p: Parameters, questions: tuple[Question, ...], used: Sequence[PastAnswer], seed: int
) -> ResponseModel:
    digest = hashlib.sha256(str(seed).encode())
    for answer in used:
        digest.update(answer.model_dump_json().encode())
    counts = Counter(answer.question for answer in used)
    topics = p["topics"].double().numpy()
    effects = p["questions"].double().numpy()
    return ResponseModel(
        version=digest.hexdigest()[:12],
        source="simulated" if any(answer.simulated for answer in used) else "calls",
        topics={topic: topics[i] for i, topic in enumerate(_topics(questions)) if i < len(topics)},
        questions={question.id: effects[n] for n, question in enumerate(questions) if counts[question.id]},
        answers=dict(counts),
        text=p["text"].double().numpy(),
        applicant=p["applicant"].double().numpy(),
    )
