"""Which sounds may stand for which, as the table of sounds says it. Pure."""

from collections.abc import Iterator

import numpy as np

from dialogue.answer.spotting import Tolerance
from dialogue.answer.tables import SoundTable
from dialogue.hearing.phones import FINALS, INITIALS, PHONES, TONES


def tolerance_of(table: SoundTable) -> Tolerance:
    """Dialect confusions and other tones, at the table's weights. About 10 ms: make it once."""
    confusions = np.eye(len(PHONES), dtype=np.float32)
    ids = {phone: i for i, phone in enumerate(PHONES)}
    for one, other, weight in _pairs(table):
        if one in ids and other in ids and one != other:
            for a, b in ((ids[one], ids[other]), (ids[other], ids[one])):
                confusions[a, b] = max(confusions[a, b], weight)
    return Tolerance(confusions=confusions, around=table.phones.around)


def _pairs(table: SoundTable) -> Iterator[tuple[str, str, float]]:
    phones = table.phones
    for (one, other), cost in table.initials.items():
        if cost <= phones.dialect_up_to and one in INITIALS and other in INITIALS:
            yield one, other, phones.dialect
    for (one, other), cost in table.finals.items():
        if cost <= phones.dialect_up_to:
            yield from ((f"{one}{tone}", f"{other}{tone}", phones.dialect) for tone in TONES)
    for final in FINALS:
        yield from ((f"{final}{a}", f"{final}{b}", phones.tone) for a in TONES for b in TONES)
