"""The one object the rest of the house talks to: is this caller's voice on the watch list?"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.engine import Engine

from config.settings import VoiceprintSettings
from decision_hook.contract import Consent, ConsentKind, VoiceResult
from voiceprint.audio import RATE_HZ, Samples
from voiceprint.backend import Backend
from voiceprint.encoder import ENCODERS
from voiceprint.encoder.port import SpeakerEncoder
from voiceprint.pool import pool, pooled_speech
from voiceprint.similarity import Similarity
from voiceprint.store import WatchListStore
from voiceprint.tables import VoiceprintTable
from voiceprint.voiceprint import Voiceprint
from voiceprint.watchlist import WatchList


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loaded:
    """What is read once: encoder, numbers, list."""

    encoder: SpeakerEncoder
    table: VoiceprintTable
    store: WatchListStore
    watchlist: WatchList
    similarity: Similarity


class VoiceSearch:
    """Synchronous and thread-safe: call it in an executor. The database must be migrated."""

    def __init__(self, settings: VoiceprintSettings, models: Path, engine: Engine) -> None:
        self._settings = settings
        self._models = models
        self._engine = engine
        self._loaded: Loaded | None = None
        self._loading = threading.Lock()

    def ready(self) -> Loaded:
        """Loads what is not loaded yet (about 5 s the first time) and fills the list up.

        Raises SurveyError if weights, numbers or list cannot be used.
        """
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def voiceprint(self, segments: Sequence[Samples]) -> Voiceprint | None:
        """One voiceprint of all the speech; None: too little of it. Only with consent."""
        return pool(segments, self.ready().encoder, min_speech_s=self._settings.min_speech_s)

    def consider(
        self, segments: Sequence[Samples], consent: Consent | None, *, call: UUID | None = None
    ) -> VoiceResult:
        """Searches the list for the voice in a call's answers so far.

        `consent`: the caller's answer about voiceprints; without it nothing is embedded.
        `call`: keeps the voiceprint under this call; None keeps nothing.
        About 5 ms per second of speech. Raises SurveyError for audio of the wrong kind.
        """
        net_speech_s = round(len(pooled_speech(segments)) / RATE_HZ, 2)
        if consent is None or consent.kind is not ConsentKind.VOICEPRINT or not consent.given:
            return VoiceResult(searched=False, why_not="no voiceprint consent", net_speech_s=net_speech_s)
        voiceprint = self.voiceprint(segments)
        if voiceprint is None:
            why_not = (
                f"voice too short: {net_speech_s:.1f} s of speech, {self._settings.min_speech_s:.0f} s needed"
            )
            return VoiceResult(searched=False, why_not=why_not, net_speech_s=net_speech_s)
        loaded, now = self.ready(), datetime.now(UTC)
        if call is not None:
            loaded.store.keep_call(call, voiceprint, consent_at_ms=consent.at_ms, at=now)
        return loaded.watchlist.search(voiceprint, now)

    def same(self, first: Samples, second: Samples) -> float | None:
        """Probability that two short stretches of one call are one voice; see Similarity. Needs consent."""
        return self.ready().similarity.same(first, second)

    def found_of_100(self, speech_s: float) -> float:
        """Of 100 listed voices, how many a call with so much speech would show as candidates."""
        return self.ready().watchlist.found_of_100(speech_s, datetime.now(UTC))

    def _load(self) -> Loaded:
        encoder = ENCODERS[self._settings.encoder](self._models)
        table = VoiceprintTable.load()
        table.fits(encoder.id)
        store = WatchListStore(self._engine)
        backend = Backend(table)
        watchlist = WatchList(
            store,
            backend,
            encoder,
            self._settings.candidates_per_1000_calls,
            self._settings.min_speech_s,
        )
        watchlist.fill_up(table, to=self._settings.fill_list_to, now=datetime.now(UTC))
        anyone = backend.latents(table.strangers_mean[None])
        backend.scores(anyone, anyone)  # imports the scorer now, not in a call
        return Loaded(
            encoder=encoder,
            table=table,
            store=store,
            watchlist=watchlist,
            similarity=Similarity(encoder, table),
        )
