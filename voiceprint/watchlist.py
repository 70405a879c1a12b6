"""The watch list: who is on it, and whether a caller's voice is."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError, VoiceHit, VoiceResult
from voiceprint.audio import Samples
from voiceprint.backend import Backend, FoundShare, OperatingPoint
from voiceprint.encoder.port import SpeakerEncoder
from voiceprint.entry import EntryStatus, Grounds, WatchlistEntry
from voiceprint.index import FaissIndex, VoiceIndex
from voiceprint.large_index import LargeIndex
from voiceprint.quality import LISTING_FROM_S, confidence
from voiceprint.seal import Vault
from voiceprint.store import NewEntry, WatchListStore
from voiceprint.voiceprint import Vector, Vectors, Voiceprint, same_encoder, unit

SHORT_LIST = 64  # more above the threshold than this nobody reviews
MAX_HITS = 10
LARGE_FROM = 50_000  # voices from which an exhaustive search takes longer than 10 ms


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPolicy:
    """How the list is searched and kept."""

    candidates_per_1000_calls: float
    target_fpir: float | None  # set: decides the threshold instead of the candidates
    min_speech_s: float
    keep: timedelta
    review: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A new entry, and those it resembles, active or pending: one person listed twice?"""

    entry: WatchlistEntry
    resembles: tuple[VoiceHit, ...]


@dataclass(slots=True, kw_only=True, eq=False)
class _Listed:
    """The searchable list. Voices come and go one by one; searches go on meanwhile."""

    backend: Backend  # centred on the voices that were listed when the process began
    index: VoiceIndex  # whitened and rotated rows of active entries
    pending: VoiceIndex  # of those that wait for approval: only new entries are compared with them
    entries: dict[int, WatchlistEntry] = field(default_factory=dict)  # by key in either index
    keys: dict[str, int] = field(default_factory=dict)
    change: int  # the newest that is in here
    next_key: int


class WatchList:
    """Search and upkeep over one encoder version. Thread-safe; every method blocks, a search about 2 ms."""

    def __init__(
        self,
        store: WatchListStore,
        backend: Backend,
        encoder: SpeakerEncoder,
        policy: ListPolicy,
        vault: Vault,
        strangers: Vectors,
    ) -> None:
        """`strangers` (n, d): drawn voices; as many of them are searched as the list is shorter than n."""
        self._store = store
        self._backend = backend
        self._encoder = encoder
        self._policy = policy
        self._rotation = vault.rotation(encoder.dimensions)
        self._strangers = strangers
        self._listed: _Listed | None = None
        self._updating = threading.Lock()

    def add(
        self, voiceprint: Voiceprint, *, speech: Samples, grounds: Grounds, by: str, now: datetime
    ) -> Added:
        """A pending entry; `speech` is kept for a later encoder. Raises SurveyError for too little."""
        same_encoder(voiceprint.encoder, self._encoder.id)
        if voiceprint.net_speech_s < LISTING_FROM_S:
            raise SurveyError(
                f"watch list: {voiceprint.net_speech_s:.1f} s of speech, an entry needs "
                f"{LISTING_FROM_S:.0f} s; pass more recordings of the voice"
            )
        said = {name: getattr(grounds, name).strip() for name in Grounds.__slots__}
        for name, text in {**said, "person": by.strip()}.items():
            if not text:
                raise SurveyError(f"watch list: the {name.replace('_', ' ')} is empty; say it")
        entry = WatchlistEntry(
            id=f"voice-{uuid4().hex[:12]}",
            grounds=Grounds(**said),
            status=EntryStatus.PENDING,
            added_by=by.strip(),
            added_at=now,
            approved_by=None,
            review_at=now + min(self._policy.review, self._policy.keep),
            expires_at=now + self._policy.keep,
            encoder=self._encoder.id,
            net_speech_s=round(voiceprint.net_speech_s, 2),
        )
        vector = unit(voiceprint.vector, where="watch list")
        resembles = self._resembling(vector, voiceprint.net_speech_s, now)
        self._store.add([NewEntry(entry=entry, vector=vector, speech=speech)])
        return Added(entry=entry, resembles=resembles)

    def size(self, now: datetime) -> int:
        """Voices searched, drawn strangers included."""
        return len(self._current(now).index)

    def found_of_100(self, speech_s: float, now: datetime) -> tuple[float, float, float]:
        """Of 100 listed voices, how many a call with so much speech would show; and the 95 % interval."""
        found = self._found(self._point(self.size(now)), speech_s)
        return found.share, found.low, found.high

    def search(self, voiceprint: Voiceprint, now: datetime) -> VoiceResult:
        """Candidates above the threshold, best first. Raises SurveyError for another encoder's voiceprint."""
        same_encoder(voiceprint.encoder, self._encoder.id)
        vector = unit(voiceprint.vector, where="watch list")
        listed = self._current(now)
        size = len(listed.index)
        point = self._point(size)
        found = self._found(point, voiceprint.net_speech_s)
        return VoiceResult(
            searched=True,
            hits=self._hits(listed, listed.index, point, vector, voiceprint.net_speech_s, now),
            net_speech_s=round(voiceprint.net_speech_s, 2),
            confidence=confidence(voiceprint.net_speech_s, min_speech_s=self._policy.min_speech_s),
            found_of_100=found.share,
            found_of_100_interval=(found.low, found.high),
            found_of_100_from=self._backend.measured_on,
            list_size=size,
            model=str(self._encoder.id),
        )

    def _resembling(self, vector: Vector, speech_s: float, now: datetime) -> tuple[VoiceHit, ...]:
        listed = self._current(now)
        point = self._point(len(listed.index))
        return tuple(
            hit
            for index in (listed.index, listed.pending)
            for hit in self._hits(listed, index, point, vector, speech_s, now)
        )

    def _found(self, point: OperatingPoint, speech_s: float) -> FoundShare:
        """In percent."""
        found = self._backend.found_share(point.threshold, speech_s)
        shares = (round(100 * share, 1) for share in (found.share, found.low, found.high))
        return FoundShare(**dict(zip(("share", "low", "high"), shares, strict=True)))

    def _point(self, size: int) -> OperatingPoint:
        if self._policy.target_fpir is not None:
            return self._backend.point_at_fpir(size, self._policy.target_fpir)
        return self._backend.operating_point(size, self._policy.candidates_per_1000_calls)

    def _hits(
        self,
        listed: _Listed,
        index: VoiceIndex,
        point: OperatingPoint,
        vector: Vector,
        speech_s: float,
        now: datetime,
    ) -> tuple[VoiceHit, ...]:
        probe = listed.backend.whitened(vector[None])[0] @ self._rotation
        above = [near for near in index.search(probe, SHORT_LIST) if near.inner_product >= point.threshold]
        hits = []
        for near in above:
            entry = listed.entries.get(near.key)  # none: a drawn stranger, or removed this moment
            if entry is None or entry.expires_at <= now:
                continue
            false_alarms = listed.backend.false_alarms(near.inner_product, point.list_size)
            hits.append(
                VoiceHit(
                    entry=entry.id,
                    llr=round(listed.backend.llr(near.inner_product, speech_s), 2),
                    score=round(near.inner_product, 3),
                    expected_false_alarms=float(f"{false_alarms:.3g}"),
                    rivals=len(above) - 1,
                )
            )
        return tuple(hits[:MAX_HITS])

    def _current(self, now: datetime) -> _Listed:
        """The list as the table has it now: what another thread or process changed is taken over first."""
        newest = self._store.newest_change()
        listed = self._listed
        if listed is not None and listed.change >= newest:
            return listed
        with self._updating:
            if self._listed is None:
                self._listed = self._load(now)
            elif self._listed.change < newest:
                self._catch_up(self._listed, newest, now)
            return self._listed

    def _load(self, now: datetime) -> _Listed:
        newest = self._store.newest_change()  # before the entries: a change in between is taken over later
        entries, vectors = self._store.kept(self._encoder.id, self._encoder.dimensions, now)
        active = _active(entries)
        fillers = self._strangers[: max(0, len(self._strangers) - int(active.sum()))]
        backend = self._backend.centred_on(vectors[active])
        rows = backend.whitened(np.concatenate((vectors, fillers))) @ self._rotation
        listed = _Listed(
            backend=backend,
            index=self._index(rows),
            pending=FaissIndex(self._encoder.dimensions),
            change=newest,
            next_key=0,
        )
        if len(fillers):  # with negative keys: none is an entry's
            listed.index.add(-1 - np.arange(len(fillers), dtype=np.int64), rows[len(entries) :])
        self._take(listed, entries, rows[: len(entries)])
        return listed

    def _index(self, rows: Vectors) -> VoiceIndex:
        if len(rows) < LARGE_FROM:
            return FaissIndex(self._encoder.dimensions)
        return LargeIndex(self._encoder.dimensions, rows)

    def _catch_up(self, listed: _Listed, newest: int, now: datetime) -> None:
        changed = self._store.changed_after(listed.change)
        entries, vectors = self._store.kept(self._encoder.id, self._encoder.dimensions, now, only=changed)
        gone = np.array([listed.keys.pop(entry) for entry in sorted(changed & listed.keys.keys())], np.int64)
        for key in gone.tolist():
            listed.entries.pop(key)
        for index in (listed.index, listed.pending):
            index.remove(gone)
        self._take(listed, entries, listed.backend.whitened(vectors) @ self._rotation)
        listed.change = newest

    @staticmethod
    def _take(listed: _Listed, entries: Sequence[WatchlistEntry], rows: Vectors) -> None:
        """Puts each entry into its index. `rows` (n, d): whitened and rotated."""
        keys = np.arange(listed.next_key, listed.next_key + len(entries), dtype=np.int64)
        for key, entry in zip(keys.tolist(), entries, strict=True):
            listed.entries[key], listed.keys[entry.id] = entry, key
        active = _active(entries)
        for index, chosen in ((listed.index, active), (listed.pending, ~active)):
            if chosen.any():
                index.add(keys[chosen], rows if chosen.all() else rows[chosen])
        listed.next_key += len(entries)


def _active(entries: Sequence[WatchlistEntry]) -> NDArray[np.bool_]:
    return np.array([entry.status is EntryStatus.ACTIVE for entry in entries], dtype=np.bool_)
