"""Voices of the last days' calls, in memory: opened once, not at the end of every call."""

import threading
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np

from voiceprint.backend import Backend
from voiceprint.call_store import CallStore, KeptCall
from voiceprint.encoder.port import SpeakerEncoder
from voiceprint.voiceprint import Vectors, Voiceprint

# A voiceprint is dated when its call is searched and stored a little later: rows appear behind newer ones.
STORED_WITHIN = timedelta(minutes=10)


class RecentVoices:
    """Thread-safe. The first count opens all that is kept, about 40 µs a call; later ones what is new."""

    def __init__(self, calls: CallStore, backend: Backend, encoder: SpeakerEncoder) -> None:
        self._store, self._backend, self._encoder = calls, backend, encoder
        self._calls: list[KeptCall] = []
        self._vectors: Vectors = np.zeros((0, encoder.dimensions), dtype=np.float32)  # whitened
        self._updating = threading.Lock()

    def alike(self, voiceprint: Voiceprint, *, call: UUID, since: datetime, strangers: float) -> int:
        """How many other calls since then were held by this voice, as far as the encoder can tell.

        `strangers`: calls of other people expected among them. Raises SurveyError if a key is gone.
        """
        with self._updating:
            self._update(since)
            calls, vectors = self._calls, self._vectors
        others = np.array([one.call != call for one in calls], dtype=np.bool_)
        if not others.any():
            return 0
        probe = self._backend.whitened(voiceprint.vector[None])[0]
        threshold = self._backend.threshold_at(strangers / int(others.sum()))
        return int(((vectors @ probe >= threshold) & others).sum())

    def forget_before(self, since: datetime) -> None:
        """Drops older calls from memory."""
        with self._updating:
            self._keep([one.made_at >= since for one in self._calls])

    def _update(self, since: datetime) -> None:
        newest = max((one.made_at for one in self._calls), default=None)
        read_from = since if newest is None else max(since, newest - STORED_WITHIN)
        fresh, vectors = self._store.kept(self._encoder.id, self._encoder.dimensions, since=read_from)
        known = {(one.call, one.made_at) for one in self._calls if one.made_at >= read_from}
        new = [row for row, one in enumerate(fresh) if (one.call, one.made_at) not in known]
        replaced = {fresh[row].call for row in new}
        self._keep([one.made_at >= since and one.call not in replaced for one in self._calls])
        if new:
            self._calls = [*self._calls, *(fresh[row] for row in new)]
            self._vectors = np.concatenate((self._vectors, self._backend.whitened(vectors[new])))

    def _keep(self, kept: list[bool]) -> None:
        if not all(kept):
            self._calls = [one for one, stays in zip(self._calls, kept, strict=True) if stays]
            self._vectors = self._vectors[np.array(kept, dtype=np.bool_)]
