"""Values of a small vocabulary, and rivals from the same one."""

from dialogue.answer.fold import bare
from dialogue.answer.tables import Tables
from dialogue.answer.values import Form
from dialogue.answer.wordings import members_of, vocabularies

_HEADS = ("部", "部门", "专员", "人员", "主管", "经理", "行业", "业", "座")


def term_forms(value: str, tables: Tables) -> tuple[Form, ...]:
    """The value, its other wordings, and without a usual head word."""
    folded = bare(value)
    texts = [folded]
    for vocabulary in vocabularies(folded, tables):
        table = tables.terms[vocabulary]
        for member in sorted(members_of(folded, vocabulary, tables), key=lambda m: m != folded):
            texts += [member, *table.members[member]] if member == folded else []
        if vocabulary == "zodiac" and len(folded) == 1:
            texts.insert(0, f"属{folded}的")
    for head in _HEADS:
        if folded.endswith(head) and len(folded) - len(head) >= 2:
            texts.append(folded.removesuffix(head))
    return tuple(
        Form(text=t, template=f"t{i}" if i else "t0", alone=len(t) == 1)
        for i, t in enumerate(dict.fromkeys(texts))
    )


def near_terms(value: str, tables: Tables, options: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The question's own choices first, then members of the vocabulary that share no wording with it."""
    folded = bare(value)
    own = {form.text for form in term_forms(value, tables)}
    rivals = [o for o in options if not _related(bare(o), own, tables)]
    for vocabulary in vocabularies(folded, tables):
        for member, others in tables.terms[vocabulary].members.items():
            if member not in own and not own & set(others):
                rivals.append(member)
    if len(rivals) < 10:
        for vocabulary in ("job", "trade", "department"):
            rivals += [m for m in tables.terms[vocabulary].members if m not in own]
            if len(rivals) >= 10:
                break
    return tuple(dict.fromkeys(rivals))


def _related(option: str, own: set[str], tables: Tables) -> bool:
    return option in own or bool(own & {form.text for form in term_forms(option, tables)})
