"""A phrasing and the facts on file become the words to be spoken. Sandboxed; no fact is spoken alone."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment

from decision_hook.contract import Fact, SurveyError
from question_bank.question import Question

SAID = "said"  # what the caller has just said, in a follow-up
CHOICES = "choices"  # the true value among decoys of its kind, in an order that never changes
DECOYS_SPOKEN = 2

_ENVIRONMENT = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
# What a phrasing may be made of. No attribute, call, filter or assignment: nothing to escape through.
_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Compare,
            nodes.Operand, nodes.Const, nodes.And, nodes.Or, nodes.Not)  # fmt: skip


def phrase(question: Question, index: int, facts: Mapping[str, Fact]) -> str:
    """The words of one phrasing for one applicant.

    Raises SurveyError if it needs a fact that is not on file.
    """
    text = question.phrasings[index]
    names = names_in(text)
    if not names:
        return text
    values = {key: fact.value for key, fact in facts.items() if key in names}
    if CHOICES in names and question.fact_keys[0] in facts:
        values[CHOICES] = _choices(question, facts[question.fact_keys[0]])
    try:
        return _template(text).render(values).strip()
    except TemplateError as exc:
        raise SurveyError(
            f"question {question.id}: phrasing {index} cannot be spoken: {exc}; list it in `requires`"
        ) from exc


def phrase_said(question: Question, index: int, said: str) -> str:
    """A follow-up's words with what was just said. `said` is spoken as it is, never read as a template."""
    return _template(question.said_phrasings[index]).render({SAID: said}).strip()


def is_personal(question: Question, index: int) -> bool:
    """True if the words depend on the applicant's facts, so that their audio serves nobody else."""
    return bool(names_in(question.phrasings[index]))


@lru_cache(maxsize=4_096)
def names_in(text: str, spoken: str = CHOICES) -> frozenset[str]:
    """The variables a phrasing uses. Raises ValueError, saying what is wrong, if it may not be spoken.

    `spoken`: the only variable whose value may be heard.
    """
    if "{" not in text:
        return frozenset()
    try:
        tree = _ENVIRONMENT.parse(text)
    except TemplateError as exc:
        raise ValueError(f"template error: {exc}") from exc
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            raise ValueError(f"{type(node).__name__.lower()} is not allowed in a phrasing")
    for output in tree.find_all(nodes.Output):
        for part in output.nodes:
            if not isinstance(part, nodes.TemplateData) and not _is_name(part, spoken):
                raise ValueError(
                    f"speaks a fact; only {{{{ {spoken} }}}} may be spoken, "
                    "facts may be tested with {% if %}"
                )
    return frozenset(name.name for name in tree.find_all(nodes.Name))


def _is_name(node: nodes.Node, name: str) -> bool:
    return isinstance(node, nodes.Name) and node.name == name


@lru_cache(maxsize=4_096)
def _template(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)


def _choices(question: Question, fact: Fact) -> str:
    """甲、乙，还是丙. Same decoys, same order at every call: two calls must not tell the truth apart."""
    taken = {fact.value, *fact.also}

    def order(value: str) -> bytes:
        return hashlib.sha256(f"{question.id}|{fact.value}|{value}".encode()).digest()

    decoys = sorted((option for option in question.options if option not in taken), key=order)
    named = sorted([fact.value, *decoys[:DECOYS_SPOKEN]], key=order)
    between, before_last = question.joins
    return between.join(named[:-1]) + before_last + named[-1]
