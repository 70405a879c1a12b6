"""What the response model looks at: an applicant as four numbers, a question as its pairs of characters."""

import math
import zlib
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import Application
from question_bank.question import Question

Floats = NDArray[np.float64]
APPLICANT = ("risk", "age", "income", "customer_years")
TEXT_SIZE = 64  # hash cells


def applicant_features(application: Application) -> dict[str, float]:
    """Each centred on a usual applicant and about -1..1; what is not on file is left out."""
    found: dict[str, float] = {}
    applied = application.applied_at
    if application.risk_score is not None:
        found["risk"] = 2 * (application.risk_score - 0.6)
    born = _date(_value(application, "birth_date"))
    if born is not None and applied is not None:
        found["age"] = (applied.year - born.year - 40) / 20
    income = _number(application, "monthly_income")
    if income:
        found["income"] = math.log10(income) - 4
    opened = _number(application, "account_open_year")
    if opened and applied is not None:
        found["customer_years"] = (applied.year - opened - 8) / 10
    return {name: max(-3.0, min(3.0, value)) for name, value in found.items()}


def applicant_vector(features: dict[str, float]) -> Floats:
    """(4,); 0 for what is not known."""
    return np.array([features.get(name, 0.0) for name in APPLICANT])


def text_matrix(questions: Sequence[Question]) -> Floats:
    """(n, 64) rows of length 1: hashed pairs of characters of all wordings."""
    matrix = np.zeros((len(questions), TEXT_SIZE))
    for row, question in enumerate(questions):
        for text in question.phrasings:
            letters = [letter for letter in text if letter.isalnum()]
            for pair in pairwise(letters):
                matrix[row, zlib.crc32("".join(pair).encode()) % TEXT_SIZE] += 1
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    normed: Floats = matrix / np.where(lengths > 0, lengths, 1.0)
    return normed


def _value(application: Application, key: str) -> str:
    return application.facts[key].value if key in application.facts else ""


def _number(application: Application, key: str) -> int | None:
    value = _value(application, key)
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
