"""Nearest voices among many. An index is built from the table and never stored: SQL is the truth."""

import threading
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from voiceprint.voiceprint import Vector, Vectors

Keys = NDArray[np.int64]  # shape (n,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    key: int
    inner_product: float


class VoiceIndex(Protocol):
    """One encoder version's voices. Searching and adding may happen at once from several threads. Blocks."""

    def add(self, keys: Keys, vectors: Vectors) -> None:
        """Vectors (n, r). Raises SurveyError for a wrong shape or values that are not numbers."""
        ...

    def search(self, vector: Vector, k: int) -> list[Neighbour]:
        """At most k, largest inner product first; [] if the index is empty."""
        ...

    def __len__(self) -> int: ...


class FaissIndex:
    """VoiceIndex by exhaustive inner products: exact, 4 bytes per dimension and voice."""

    def __init__(self, dimensions: int) -> None:
        import faiss

        self._dimensions = dimensions
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions))
        self._lock = threading.Lock()  # FAISS allows searches at once, but none beside an add

    def add(self, keys: Keys, vectors: Vectors) -> None:
        if vectors.shape != (len(keys), self._dimensions) or not np.isfinite(vectors).all():
            raise SurveyError(
                f"voice index: got {vectors.shape}, want ({len(keys)}, {self._dimensions}) of finite "
                "numbers; rebuild it from the watch list"
            )
        with self._lock:
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), keys)

    def search(self, vector: Vector, k: int) -> list[Neighbour]:
        if vector.shape != (self._dimensions,) or not np.isfinite(vector).all():
            raise SurveyError(
                f"voice index: searched with {vector.shape}, want ({self._dimensions},) of finite numbers; "
                "make the voiceprint again from audio"
            )
        with self._lock:
            wanted = min(k, int(self._index.ntotal))
            if wanted == 0:
                return []
            products, keys = self._index.search(np.ascontiguousarray(vector[None], dtype=np.float32), wanted)
        return [
            Neighbour(key=int(key), inner_product=float(product))
            for key, product in zip(keys[0], products[0], strict=True)
        ]

    def __len__(self) -> int:
        return int(self._index.ntotal)
