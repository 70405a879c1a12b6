"""Ours and the others behind one face. Libraries that are not installed are left out by name."""

import importlib.util
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from voiceprint.index import FaissIndex, Keys, VoiceIndex
from voiceprint.large_index import TRAINED_ON, LargeIndex
from voiceprint.voiceprint import Vector, Vectors
from voiceprint.watchlist import LARGE_FROM

Listed = NDArray[np.float16]
PART = 100_000  # voices turned to 32 bits at a time
RECALL = 0.999  # of the nearest: what a watch list needs


class Contestant(Protocol):
    """One way to search. Everything blocks."""

    def build(self, listed: Listed) -> None: ...

    def aim(self, probes: Vectors, nearest: Keys) -> str:
        """Chooses what reaches RECALL on these probes, whose nearest are known; says what that is."""
        ...

    def nearest(self, probe: Vector) -> tuple[int, float]:
        """Position in the list and inner product."""
        ...

    def nearest_of_many(self, probes: Vectors) -> list[int]:
        """Positions, one for each probe of a batch."""
        ...

    def add(self, keys: Keys, vectors: Vectors) -> None: ...

    def remove(self, keys: Keys) -> None: ...

    @property
    def bytes_held(self) -> int: ...


class Ours:
    """What the watch list uses at this size."""

    def __init__(self) -> None:
        self.index: VoiceIndex
        self._bytes: Callable[[], int]

    def build(self, listed: Listed) -> None:
        dimensions = listed.shape[1]
        if len(listed) < LARGE_FROM:
            self.index = exact = FaissIndex(dimensions)
            self._bytes = lambda: len(exact) * (4 * dimensions + 16)
        else:
            self.index = large = LargeIndex(dimensions, listed[:TRAINED_ON].astype(np.float32))
            large.reserve(len(listed))
            self._bytes = lambda: large.bytes_held
        for start, part in parts(listed):
            self.index.add(np.arange(start, start + len(part)), part)

    def aim(self, probes: Vectors, nearest: Keys) -> str:
        return type(self.index).__name__

    def nearest(self, probe: Vector) -> tuple[int, float]:
        found = self.index.search(probe, 1)[0]
        return found.key, found.inner_product

    def nearest_of_many(self, probes: Vectors) -> list[int]:
        return [found[0].key for found in self.index.search_many(probes, 1)]

    def add(self, keys: Keys, vectors: Vectors) -> None:
        self.index.add(keys, vectors)

    def remove(self, keys: Keys) -> None:
        self.index.remove(keys)

    @property
    def bytes_held(self) -> int:
        return self._bytes()


class NumpyExact:
    """Products with all rows. A removed voice's place is taken by the last one's."""

    SPARE = 10_000  # rows for voices added later

    def build(self, listed: Listed) -> None:
        self._used = len(listed)
        self._rows = np.zeros((len(listed) + self.SPARE, listed.shape[1]), dtype=np.float32)
        self._rows[: len(listed)] = listed
        self._keys = np.arange(len(self._rows))

    def aim(self, probes: Vectors, nearest: Keys) -> str:
        return "exact"

    def nearest(self, probe: Vector) -> tuple[int, float]:
        products = self._rows[: self._used] @ probe
        best = int(products.argmax())
        return int(self._keys[best]), float(products[best])

    def nearest_of_many(self, probes: Vectors) -> list[int]:
        best = (probes @ self._rows[: self._used].T).argmax(axis=1)
        return [int(key) for key in self._keys[best]]

    def add(self, keys: Keys, vectors: Vectors) -> None:
        places = slice(self._used, self._used + len(keys))
        self._rows[places], self._keys[places] = vectors, keys
        self._used += len(keys)

    def remove(self, keys: Keys) -> None:
        for key in keys:
            place, last = int(np.flatnonzero(self._keys[: self._used] == key)[0]), self._used - 1
            self._rows[place], self._keys[place] = self._rows[last], self._keys[last]
            self._used = last

    @property
    def bytes_held(self) -> int:
        return int(self._used * (self._rows.shape[1] * 4 + 8))


class FaissFlat:
    """Exhaustive, as the library comes; only adding is kept apart from searching, or it crashes."""

    def build(self, listed: Listed) -> None:
        import faiss

        self._lock = threading.Lock()
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(listed.shape[1]))
        for start, part in parts(listed):
            self.add(np.arange(start, start + len(part)), part)

    def aim(self, probes: Vectors, nearest: Keys) -> str:
        return "exact"

    def nearest(self, probe: Vector) -> tuple[int, float]:
        with self._lock:
            products, keys = self._index.search(probe[None], 1)
        return int(keys[0, 0]), float(products[0, 0])

    def nearest_of_many(self, probes: Vectors) -> list[int]:
        with self._lock:
            return [int(key) for key in self._index.search(probes, 1)[1][:, 0]]

    def add(self, keys: Keys, vectors: Vectors) -> None:
        with self._lock:
            self._index.add_with_ids(vectors, keys)

    def remove(self, keys: Keys) -> None:
        import faiss

        with self._lock:
            self._index.remove_ids(faiss.IDSelectorBatch(keys))

    @property
    def bytes_held(self) -> int:
        return int(self._index.ntotal) * (4 * int(self._index.d) + 16)


class Hnswlib:
    """A graph, as wide as the library makes it unasked. It marks removed voices and keeps them."""

    M = 16
    EFS = (100, 200, 400, 800, 1_600, 3_200)  # candidates a search keeps: more find more and take longer
    SPARE = 10_000  # places for voices added later

    def build(self, listed: Listed) -> None:
        import hnswlib

        self._index = hnswlib.Index(space="ip", dim=listed.shape[1])
        self._index.init_index(max_elements=len(listed) + self.SPARE, ef_construction=200, M=self.M)
        self._bytes_a_voice: int = 4 * listed.shape[1] + 8 + 2 * 4 * self.M
        for start, part in parts(listed):
            self._index.add_items(part, np.arange(start, start + len(part)))

    def aim(self, probes: Vectors, nearest: Keys) -> str:
        for ef in self.EFS:
            self._index.set_ef(ef)
            found = self._index.knn_query(probes, k=1)[0][:, 0]
            if np.mean(found == nearest) >= RECALL:
                break
        return f"M {self.M}, ef {ef}"

    def nearest(self, probe: Vector) -> tuple[int, float]:
        keys, distances = self._index.knn_query(probe, k=1)
        return int(keys[0, 0]), 1.0 - float(distances[0, 0])

    def nearest_of_many(self, probes: Vectors) -> list[int]:
        return [int(key) for key in self._index.knn_query(probes, k=1)[0][:, 0]]

    def add(self, keys: Keys, vectors: Vectors) -> None:
        self._index.add_items(vectors, keys)

    def remove(self, keys: Keys) -> None:
        for key in keys.tolist():
            self._index.mark_deleted(key)

    @property
    def bytes_held(self) -> int:
        return int(self._index.element_count) * int(self._bytes_a_voice)


class MilvusLite:
    """Milvus' embedded form, with its exact index. Written out once built: what is not is searched slowly."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"milvus-{uuid4().hex}.db"

    def build(self, listed: Listed) -> None:
        from pymilvus import MilvusClient

        self._client = MilvusClient(str(self._path))
        index = self._client.prepare_index_params()
        index.add_index("vector", index_type="FLAT", metric_type="IP")
        self._client.create_collection(
            "voices", dimension=listed.shape[1], metric_type="IP", index_params=index
        )
        for start, part in parts(listed, 5_000):
            self.add(np.arange(start, start + len(part)), part)
        self._client.flush("voices")

    def aim(self, probes: Vectors, nearest: Keys) -> str:
        return "exact"

    def nearest(self, probe: Vector) -> tuple[int, float]:
        found = self._client.search("voices", data=[probe], limit=1)[0][0]
        return int(found["id"]), float(found["distance"])

    def nearest_of_many(self, probes: Vectors) -> list[int]:
        return [int(found[0]["id"]) for found in self._client.search("voices", data=list(probes), limit=1)]

    def add(self, keys: Keys, vectors: Vectors) -> None:
        rows = [{"id": key, "vector": vector} for key, vector in zip(keys.tolist(), vectors, strict=True)]
        self._client.insert("voices", rows)

    def remove(self, keys: Keys) -> None:
        self._client.delete("voices", ids=keys.tolist())

    @property
    def bytes_held(self) -> int:
        held = [self._path, *self._path.rglob("*")] if self._path.exists() else []
        return sum(path.stat().st_size for path in held if path.is_file())


def parts(listed: Listed, size: int = PART) -> Iterator[tuple[int, Vectors]]:
    """Where each part begins, and its rows in 32 bits."""
    for start in range(0, len(listed), size):
        yield start, listed[start : start + size].astype(np.float32)


def peers(folder: Path) -> dict[str, Callable[[], Contestant]]:
    """By name; those whose library is not installed are left out."""
    known: dict[str, tuple[str, Callable[[], Contestant]]] = {
        "numpy_exact": ("numpy", NumpyExact),
        "faiss_flat": ("faiss", FaissFlat),
        "hnswlib": ("hnswlib", Hnswlib),
        "milvus_lite": ("pymilvus", lambda: MilvusLite(folder)),
    }
    return {name: make for name, (library, make) in known.items() if importlib.util.find_spec(library)}
