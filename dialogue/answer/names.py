"""Persons' names: 张伟 is 张伟, 我叫张伟, 小张 says too little."""

from dialogue.answer.fold import bare
from dialogue.answer.tables import NameTable
from dialogue.answer.values import Form


def surname_of(value: str, table: NameTable) -> str:
    """The surname, two characters if it is a known double one."""
    return next((s for s in table.surnames if len(s) == 2 and value.startswith(s)), value[:1])


def name_forms(value: str, table: NameTable) -> tuple[Form, ...]:
    """The name, the given name alone if it has two characters, the surname with a title as a part."""
    folded = bare(value)
    surname = surname_of(folded, table)
    given = folded.removeprefix(surname)
    forms = [Form(text=folded, template="full")]
    if len(given) >= 2:
        forms.append(Form(text=given, template="given", whole=False))
    forms += [Form(text=f"{surname}{title}", template=f"title{title}", whole=False) for title in table.titles]
    return tuple(forms)


def near_names(value: str, table: NameTable) -> tuple[str, ...]:
    """Names with another surname, another given name, or both, in a fixed order."""
    folded = bare(value)
    surname = surname_of(folded, table)
    given = folded.removeprefix(surname)
    start = sum(map(ord, folded)) % max(1, len(table.given))  # each name has its own rivals
    pool = [g for g in (*table.given[start:], *table.given[:start]) if g not in folded]
    others = [s for s in table.surnames if s != surname]
    rivals: list[str] = []
    for i in range(8):
        fresh = "".join(pool[(2 * i + k) % len(pool)] for k in range(max(1, len(given))))
        rivals.append(others[(start + i) % len(others)] + fresh)
        if i % 2:
            rivals.append(surname + fresh)
        else:
            rivals.append(others[(start + 3 * i) % len(others)] + given)
    return tuple(dict.fromkeys(r for r in rivals if r != folded))
