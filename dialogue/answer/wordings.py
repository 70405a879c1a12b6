"""What the words of a reply may mean in a small vocabulary (job titles, relations, zodiac …)."""

from dataclasses import dataclass

from dialogue.answer.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    wording: str  # as said
    members: frozenset[str]  # every member of the vocabulary it may stand for


def vocabularies(value: str, tables: Tables) -> tuple[str, ...]:
    """The vocabularies a value on file belongs to, those that have it as a member first."""
    places = tables.wordings.get(value, ())
    own = [name for name, member in places if member == value]
    return tuple(dict.fromkeys([*own, *(name for name, _ in places)]))


def members_of(wording: str, vocabulary: str, tables: Tables) -> frozenset[str]:
    """Every member of a vocabulary that a wording may stand for."""
    return frozenset(m for name, m in tables.wordings.get(wording, ()) if name == vocabulary)


def meanings(text: str, vocabulary: str, tables: Tables) -> tuple[Meaning, ...]:
    """Wordings of a vocabulary in a bare text, the longest first, not overlapping.

    Wordings of one character count only if they are all that was said, or stand at its edge (属马).
    """
    table = tables.terms[vocabulary]
    known = {w for member, others in table.members.items() for w in (member, *others)}
    taken = [False] * len(text)
    found: list[tuple[int, Meaning]] = []
    for wording in sorted(known, key=len, reverse=True):
        at = text.find(wording)
        while at >= 0:
            span = range(at, at + len(wording))
            edge = len(wording) > 1 or text in {wording, f"属{wording}", f"{wording}的", f"属{wording}的"}
            if edge and not any(taken[i] for i in span):
                for i in span:
                    taken[i] = True
                members = members_of(wording, vocabulary, tables)
                found.append((at, Meaning(wording=wording, members=members)))
            at = text.find(wording, at + 1)
    return tuple(meaning for _, meaning in sorted(found, key=lambda item: item[0]))
