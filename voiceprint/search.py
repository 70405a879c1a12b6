"""The one object the rest of the house talks to: is this caller's voice on the watch list?"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
from sqlalchemy.engine import Engine

from config.settings import VoiceprintSettings
from decision_hook.contract import Consent, ConsentKind, SurveyError, VoiceResult
from voiceprint.audio import RATE_HZ, Samples
from voiceprint.backend import Backend
from voiceprint.call_store import CallStore
from voiceprint.encoder import ENCODERS
from voiceprint.encoder.port import SpeakerEncoder
from voiceprint.filler import draw_strangers
from voiceprint.pool import pool, pooled, pooled_speech
from voiceprint.quality import Confidence, confidence
from voiceprint.recent_voices import RecentVoices
from voiceprint.replay import Catalogue, Landmarks, landmarks
from voiceprint.seal import Vault
from voiceprint.similarity import Similarity
from voiceprint.store import WatchListStore
from voiceprint.tables import VOICEPRINT_TABLE, VoiceprintTable
from voiceprint.voiceprint import Voiceprint
from voiceprint.watchlist import ListPolicy, WatchList

REPLAYS_AMONG = 1_000  # newest calls whose audio is remembered
EARLIER_CALLS = 20  # of one person; older ones add nothing
RETENTION_EVERY = timedelta(hours=1)
COUNTED_DAYS = 30  # in which calls of one voice are counted, as the budgets against guessing count
CHANCE_CALLS = 0.05  # calls of strangers expected among those taken for this voice
ONE_PERSON_LLR = (
    3.0  # natural log, 20 to 1: from here on speech of earlier calls is searched along with this one's
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loaded:
    """What is read once: encoder, numbers, keys, list."""

    encoder: SpeakerEncoder
    table: VoiceprintTable
    backend: Backend
    store: WatchListStore
    calls: CallStore
    recent: RecentVoices
    watchlist: WatchList
    similarity: Similarity


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two sets of recordings: one voice?"""

    llr: float  # natural log, one voice against two
    score: float
    net_speech_s: tuple[float, float]
    confidence: Confidence


class VoiceSearch:
    """Synchronous and thread-safe: call it in an executor. The database must be migrated."""

    def __init__(self, settings: VoiceprintSettings, models: Path, engine: Engine) -> None:
        self._settings = settings
        self._models = models
        self._engine = engine
        self._loaded: Loaded | None = None
        self._cleaned_at: datetime | None = None
        self._loading = threading.Lock()

    def ready(self) -> Loaded:
        """Loads what is not loaded yet (about 1 s the first time) and deletes what has expired.

        Raises SurveyError if weights, numbers, keys or list cannot be used.
        """
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            now = datetime.now(UTC)
            if self._cleaned_at is None or now - self._cleaned_at >= RETENTION_EVERY:
                self._cleaned_at = now
                self._loaded.store.remove_expired(now)
                self._loaded.calls.delete_before(now - timedelta(days=self._settings.keep_calls_days))
            return self._loaded

    def upkeep(self) -> None:
        """Deletes what has expired and drops from memory what another process removed. Blocks; for a timer.

        Raises SurveyError if the list cannot be read.
        """
        loaded, now = self.ready(), datetime.now(UTC)
        loaded.watchlist.size(now)
        loaded.recent.forget_before(self._counted_from(now))

    def voiceprint(self, segments: Sequence[Samples]) -> Voiceprint | None:
        """One voiceprint of all the speech; None: too little of it. Only with consent."""
        return pool(segments, self.ready().encoder, min_speech_s=self._settings.min_speech_s)

    def consider(
        self,
        segments: Sequence[Samples],
        consent: Consent | None,
        *,
        call: UUID | None = None,
        earlier: Sequence[UUID] = (),
    ) -> VoiceResult:
        """Searches the list for the voice in a call's answers so far.

        `consent`: the caller's answer about voiceprints; without it nothing is embedded.
        `call`: keeps the voiceprint under this call and looks for replayed audio; None keeps nothing.
        `earlier`: calls of the same person, the newest first; those with a voiceprint are compared.
        About 10 ms per second of speech. Raises SurveyError for audio of the wrong kind.
        """
        net_speech_s = round(len(pooled_speech(segments)) / RATE_HZ, 2)
        if consent is None or consent.kind is not ConsentKind.VOICEPRINT or not consent.given:
            return VoiceResult(searched=False, why_not="no voiceprint consent", net_speech_s=net_speech_s)
        voiceprint = self.voiceprint(segments)
        if voiceprint is None:
            return self._too_short(net_speech_s)
        loaded, now = self.ready(), datetime.now(UTC)
        if call is None:
            return loaded.watchlist.search(voiceprint, now)
        others = list(self._kept(loaded, earlier[:EARLIER_CALLS]).values())
        alike = self.compare(voiceprint, others).llr if others else None
        one_person = alike is not None and alike >= ONE_PERSON_LLR
        result = loaded.watchlist.search(pooled([voiceprint, *others]) if one_person else voiceprint, now)
        marks = _marks_of(segments)
        heard = [(name, old) for name, old in loaded.calls.landmarks(REPLAYS_AMONG) if name != call]
        counted = loaded.recent.alike(
            voiceprint, call=call, since=self._counted_from(now), strangers=CHANCE_CALLS
        )
        loaded.calls.keep(call, voiceprint, marks, consent_at_ms=consent.at_ms, at=now)
        return result.model_copy(
            update={
                "net_speech_s": round(voiceprint.net_speech_s, 2),
                "pooled_calls": len(others) if one_person else 0,
                "replay_of": _replay_among(heard, marks),
                "earlier_calls": len(others),
                "earlier_llr": alike,
                "voice_calls": counted,
            }
        )

    def search(self, segments: Sequence[Samples]) -> VoiceResult:
        """Searches the list for the voice in recordings that staff hold. Keeps nothing."""
        voiceprint = self.voiceprint(segments)
        if voiceprint is None:
            return self._too_short(round(len(pooled_speech(segments)) / RATE_HZ, 2))
        return self.ready().watchlist.search(voiceprint, datetime.now(UTC))

    def same(self, first: Samples, second: Samples) -> float | None:
        """Probability that two short stretches of one call are one voice; see Similarity. Needs consent."""
        return self.ready().similarity.same(first, second)

    def compare(self, first: Voiceprint, others: Sequence[Voiceprint]) -> Comparison:
        """1:1: one recording against all others of the voice it is said to be, pooled."""
        loaded, second = self.ready(), pooled(others)
        one, other = loaded.backend.whitened(np.stack((first.vector, second.vector)))
        score = float(one @ other)
        speech_s = min(first.net_speech_s, second.net_speech_s)
        return Comparison(
            llr=round(loaded.backend.llr(score, speech_s), 2),
            score=round(score, 3),
            net_speech_s=(round(first.net_speech_s, 2), round(second.net_speech_s, 2)),
            confidence=confidence(speech_s, min_speech_s=self._settings.min_speech_s),
        )

    def of_calls(self, calls: Sequence[UUID]) -> list[Voiceprint]:
        """Kept voiceprints of these calls. Raises SurveyError if one is not kept."""
        known = self._kept(self.ready(), calls)
        missing = [str(call) for call in calls if call not in known]
        if missing:
            raise SurveyError(f"call {missing[0]}: no voiceprint is kept; it had no consent or has expired")
        return [known[call] for call in calls]

    def found_of_100(self, speech_s: float) -> tuple[float, float, float]:
        """Of 100 listed voices, how many a call with so much speech would show; and the 95 % interval."""
        return self.ready().watchlist.found_of_100(speech_s, datetime.now(UTC))

    def _counted_from(self, now: datetime) -> datetime:
        return now - timedelta(days=min(COUNTED_DAYS, self._settings.keep_calls_days))

    @staticmethod
    def _kept(loaded: Loaded, calls: Sequence[UUID]) -> dict[UUID, Voiceprint]:
        """Of these calls, those whose voiceprint is kept."""
        kept, vectors = loaded.calls.kept(loaded.encoder.id, loaded.encoder.dimensions, only=calls)
        return {
            row.call: Voiceprint(vector=vector, encoder=loaded.encoder.id, net_speech_s=row.net_speech_s)
            for row, vector in zip(kept, vectors, strict=True)
        }

    def _too_short(self, net_speech_s: float) -> VoiceResult:
        needed_s = self._settings.min_speech_s
        why_not = f"voice too short: {net_speech_s:.1f} s of speech, {needed_s:.0f} s needed"
        return VoiceResult(searched=False, why_not=why_not, net_speech_s=net_speech_s)

    def _load(self) -> Loaded:
        settings = self._settings
        encoder = ENCODERS[settings.encoder](self._models, settings.encoder_source)
        table = VoiceprintTable.load(settings.table or VOICEPRINT_TABLE)
        table.fits(encoder.id)
        vault = Vault.open(settings.keys)
        store = WatchListStore(self._engine, vault)
        backend = Backend(table)
        policy = ListPolicy(
            candidates_per_1000_calls=settings.candidates_per_1000_calls,
            target_fpir=settings.target_fpir,
            min_speech_s=settings.min_speech_s,
            keep=timedelta(days=settings.keep_entries_days),
            review=timedelta(days=settings.review_entries_days),
        )
        strangers = draw_strangers(table, settings.fill_list_to, np.random.default_rng(0))
        watchlist = WatchList(store, backend, encoder, policy, vault, strangers)
        watchlist.size(datetime.now(UTC))  # builds the index now, not in a call
        calls = CallStore(self._engine, vault)
        return Loaded(
            encoder=encoder,
            table=table,
            backend=backend,
            store=store,
            calls=calls,
            recent=RecentVoices(calls, backend, encoder),
            watchlist=watchlist,
            similarity=Similarity(encoder, table),
        )


def _marks_of(segments: Sequence[Samples]) -> Landmarks:
    """Landmarks of each answer; between answers a second is left, so that no pair spans two of them."""
    gap = np.zeros(RATE_HZ + RATE_HZ // 4, dtype=np.int16)
    pieces = [piece for segment in segments for piece in (segment, gap)]
    return landmarks(np.concatenate(pieces) if pieces else gap)


def _replay_among(earlier: Sequence[tuple[UUID, Landmarks]], marks: Landmarks) -> str:
    catalogue = Catalogue()
    for name, old in earlier:
        catalogue.add(str(name), old)
    found = catalogue.find(marks)
    return found[0][0] if found else ""
