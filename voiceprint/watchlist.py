"""The watch list: who is on it, and whether a caller's voice is."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import numpy as np

from decision_hook.contract import SurveyError, VoiceHit, VoiceResult
from voiceprint.backend import Backend, OperatingPoint
from voiceprint.encoder.port import SpeakerEncoder
from voiceprint.entry import EntryOrigin, EntryStatus, WatchlistEntry
from voiceprint.filler import draw_strangers
from voiceprint.index import FaissIndex, VoiceIndex
from voiceprint.plda import Latents
from voiceprint.quality import LISTING_FROM_S, confidence
from voiceprint.store import Revision, WatchListStore
from voiceprint.tables import VoiceprintTable
from voiceprint.voiceprint import Vectors, Voiceprint, same_encoder, unit

SHORT_LIST = 64  # ranked exactly by the index; more above the threshold than this nobody reviews
MAX_HITS = 10
FILLER_YEARS = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Listed:
    """The searchable list at one moment. Never changed, only replaced, so searches never wait for adds."""

    revision: Revision
    next_expiry: datetime | None  # None: the list is empty
    entries: list[WatchlistEntry]  # at the position that is its key in the index
    latents: Latents
    index: VoiceIndex
    point: OperatingPoint


class WatchList:
    """Search and upkeep over one encoder version. Thread-safe; every method blocks, a search about 5 ms."""

    def __init__(
        self,
        store: WatchListStore,
        backend: Backend,
        encoder: SpeakerEncoder,
        candidates_per_1000_calls: float,
        min_speech_s: float,
    ) -> None:
        self._store = store
        self._backend = backend
        self._encoder = encoder
        self._candidates = candidates_per_1000_calls
        self._min_speech_s = min_speech_s
        self._listed: _Listed | None = None
        self._loading = threading.Lock()

    def add(
        self, voiceprint: Voiceprint, *, label: str, reason: str, by: str, now: datetime, keep: timedelta
    ) -> WatchlistEntry:
        """A pending entry. Raises SurveyError if there is too little speech for one."""
        same_encoder(voiceprint.encoder, self._encoder.id)
        if voiceprint.net_speech_s < LISTING_FROM_S:
            raise SurveyError(
                f"watch list: {voiceprint.net_speech_s:.1f} s of speech, an entry needs "
                f"{LISTING_FROM_S:.0f} s; pass more recordings of the voice"
            )
        for name, text in (("label", label), ("reason", reason), ("person", by)):
            if not text.strip():
                raise SurveyError(f"watch list: the {name} is empty; say it")
        entry = WatchlistEntry(
            id=f"voice-{uuid4().hex[:12]}",
            label=label.strip(),
            reason=reason.strip(),
            origin=EntryOrigin.REAL,
            status=EntryStatus.PENDING,
            added_by=by.strip(),
            added_at=now,
            approved_by=None,
            expires_at=now + keep,
            encoder=self._encoder.id,
            net_speech_s=round(voiceprint.net_speech_s, 2),
        )
        self._store.add([entry], unit(voiceprint.vector, where="watch list")[None])
        return entry

    def fill_up(self, table: VoiceprintTable, *, to: int, now: datetime) -> int:
        """Draws strangers until the active list has `to` entries; returns how many were drawn."""
        missing = to - len(self._current(now).entries)
        if missing <= 0:
            return 0
        # The seed is where the list stands, so that a second filling draws others.
        vectors = draw_strangers(table, missing, np.random.default_rng([to, missing]))
        drawn = [
            WatchlistEntry(
                id=f"filler-{uuid4().hex}",
                label="drawn stranger",
                reason="makes the list as hard to search as a long one",
                origin=EntryOrigin.FILLER,
                status=EntryStatus.ACTIVE,
                added_by="shengwen",
                added_at=now,
                approved_by=None,
                expires_at=now + timedelta(days=365 * FILLER_YEARS),
                encoder=self._encoder.id,
                net_speech_s=LISTING_FROM_S,
            )
            for _ in range(missing)
        ]
        self._store.add(drawn, vectors)
        return missing

    def size(self, now: datetime) -> int:
        """Active entries, drawn strangers included."""
        return len(self._current(now).entries)

    def found_of_100(self, speech_s: float, now: datetime) -> float:
        """Of 100 listed voices, how many a call with so much speech would show as candidates."""
        return self._found_of_100(self._current(now), speech_s)

    def search(self, voiceprint: Voiceprint, now: datetime) -> VoiceResult:
        """Candidates above the threshold, best first. Raises SurveyError for another encoder's voiceprint."""
        same_encoder(voiceprint.encoder, self._encoder.id)
        vector = unit(voiceprint.vector, where="watch list")
        listed = self._current(now)
        hits = self._hits(listed, vector[None], voiceprint.net_speech_s, now)
        return VoiceResult(
            searched=True,
            hits=hits,
            net_speech_s=round(voiceprint.net_speech_s, 2),
            confidence=confidence(voiceprint.net_speech_s, min_speech_s=self._min_speech_s),
            found_of_100=self._found_of_100(listed, voiceprint.net_speech_s),
            found_of_100_from=self._backend.measured_on,
            list_size=len(listed.entries),
            model=f"{self._encoder.id.model}:{self._encoder.id.checksum[:12]}",
        )

    def _found_of_100(self, listed: _Listed, speech_s: float) -> float:
        return round(100 * self._backend.found_share(listed.point.threshold, speech_s), 1)

    def _hits(self, listed: _Listed, vector: Vectors, speech_s: float, now: datetime) -> tuple[VoiceHit, ...]:
        probe = self._backend.latents(vector)
        near = listed.index.search(self._backend.query(probe), SHORT_LIST)
        if not near:
            return ()
        keys = [neighbour.key for neighbour in near]
        scores = self._backend.scores(listed.latents[keys], probe)
        above = [
            (float(score), listed.entries[key])
            for key, score in zip(keys, scores, strict=True)
            if score >= listed.point.threshold and listed.entries[key].expires_at > now
        ]
        above.sort(key=lambda pair: pair[0], reverse=True)
        return tuple(
            VoiceHit(
                entry=entry.id,
                llr=round(self._backend.llr(score, speech_s), 2),
                score=round(score, 3),
                expected_false_alarms=float(f"{self._backend.false_alarms(score, len(listed.entries)):.3g}"),
                rivals=len(above) - 1,
            )
            for score, entry in above
            if entry.origin is EntryOrigin.REAL
        )[:MAX_HITS]

    def _current(self, now: datetime) -> _Listed:
        """The list as the table has it now: read again when another thread or process changed it."""
        listed = self._listed
        if listed is not None and self._is_current(listed, now):
            return listed
        with self._loading:
            listed = self._listed
            if listed is None or not self._is_current(listed, now):
                listed = self._load(now)
                self._listed = listed
        return listed

    def _is_current(self, listed: _Listed, now: datetime) -> bool:
        expired = listed.next_expiry is not None and listed.next_expiry <= now
        return not expired and listed.revision == self._store.revision()

    def _load(self, now: datetime) -> _Listed:
        revision = self._store.revision()  # before the entries: a change in between is noticed next time
        entries, vectors = self._store.active(self._encoder.id, self._encoder.dimensions, now)
        latents = self._backend.latents(vectors)
        rows = self._backend.listed_rows(latents)
        index = FaissIndex(rows.shape[1])
        index.add(np.arange(len(entries), dtype=np.int64), rows)
        return _Listed(
            revision=revision,
            next_expiry=min((entry.expires_at for entry in entries), default=None),
            entries=entries,
            latents=latents,
            index=index,
            point=self._backend.operating_point(len(entries), self._candidates),
        )
