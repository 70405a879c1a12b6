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
    """One encoder version's voices. All methods may be called at once from several threads. Blocks."""

    def add(self, keys: Keys, vectors: Vectors) -> None:
        """Vectors (n, d), keys never used before. Raises SurveyError for what is no vector or known."""
        ...

    def remove(self, keys: Keys) -> int:
        """Forgets these voices; returns how many were known."""
        ...

    def search(self, vector: Vector, k: int) -> list[Neighbour]:
        """At most k, largest inner product first; [] if the index is empty."""
        ...

    def search_many(self, vectors: Vectors, k: int) -> list[list[Neighbour]]:
        """`search` of each row (m, d), in less time than one by one."""
        ...

    def __len__(self) -> int: ...


class FaissIndex:
    """VoiceIndex by exhaustive inner products: exact, 4 bytes per dimension and voice, for short lists."""

    def __init__(self, dimensions: int) -> None:
        import faiss

        self._dimensions = dimensions
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions))
        self._known: set[int] = set()
        self._lock = threading.Lock()  # FAISS allows searches at once, but none beside an add

    def add(self, keys: Keys, vectors: Vectors) -> None:
        check_rows(vectors, (len(keys), self._dimensions))
        with self._lock:
            check_new(keys, self._known)
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), keys)
            self._known.update(keys.tolist())

    def remove(self, keys: Keys) -> int:
        import faiss

        with self._lock:
            self._known.difference_update(keys.tolist())
            return int(self._index.remove_ids(faiss.IDSelectorBatch(np.ascontiguousarray(keys))))

    def search(self, vector: Vector, k: int) -> list[Neighbour]:
        check_rows(vector, (self._dimensions,))
        return self.search_many(vector[None], k)[0]

    def search_many(self, vectors: Vectors, k: int) -> list[list[Neighbour]]:
        check_rows(vectors, (len(vectors), self._dimensions))
        with self._lock:
            wanted = min(k, int(self._index.ntotal))
            if wanted == 0:
                return [[] for _ in vectors]
            products, keys = self._index.search(np.ascontiguousarray(vectors, dtype=np.float32), wanted)
        return [
            [
                Neighbour(key=int(key), inner_product=float(product))
                for key, product in zip(found, scores, strict=True)
            ]
            for found, scores in zip(keys, products, strict=True)
        ]

    def __len__(self) -> int:
        return int(self._index.ntotal)


def check_rows(vectors: NDArray[np.float32], shape: tuple[int, ...]) -> None:
    """Raises SurveyError for a wrong shape or values that are not numbers."""
    if vectors.shape != shape or not np.isfinite(vectors).all():
        raise SurveyError(
            f"voice index: got {vectors.shape}, want {shape} of finite numbers; "
            "make the voiceprint again from audio, or rebuild the index from the watch list"
        )


def check_new(keys: Keys, known: set[int]) -> None:
    """Raises SurveyError for a key that is there already, or twice among the new ones."""
    fresh = keys.tolist()
    if len(set(fresh)) < len(fresh) or not known.isdisjoint(fresh):
        raise SurveyError("voice index: a key is there already; remove it first")
