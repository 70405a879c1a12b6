"""Millions of voices: 4-bit codes choose a short list, 16-bit vectors decide it."""

import threading

import numpy as np
import torch
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from voiceprint.index import Keys, Neighbour, check_rows
from voiceprint.voiceprint import Vector, Vectors

SHORT_SHARE, SHORT_LIST = 1 / 1_000, 500  # decided at once: so many of all voices, and at least so many
# So many times as many are looked at next while the nearest voice is no more than so many times the codes'
# error above the last one looked at: then a nearer one may have been left out.
WIDER, DOUBT = 4, 2.5
CHOSEN = 4  # times the short list are chosen by one scan: a second scan costs more than a longer list
TRAINED_ON = 65_536  # more vectors do not move the codebooks
MEASURED_ON = 2_000  # pairs of this many vectors tell how far codes err
GROWTH = 1.5
CODE_BITS = 4  # what SIMD shuffles look up without touching memory
CODED_TOGETHER = 4  # dimensions a code; with 2, twice the memory is read, at five times the time a search


class LargeIndex:
    """VoiceIndex over product-quantised codes (d / 8 bytes) and float16 vectors (2 d bytes a voice).

    Rows should be turned at random, as the watch list's are: then every code carries as much. Codes are
    scanned in full, so nothing depends on where voices lie. A removed voice keeps its place until the process
    starts anew: it is skipped, its vector is zeroed. Codebooks are learnt from the first voices.
    """

    def __init__(self, dimensions: int, sample: Vectors) -> None:
        """`sample`: vectors (n, d) like those to come; a few thousand at least, or codes say little."""
        import faiss

        check_rows(sample, (len(sample), dimensions))
        if len(sample) < 256 or dimensions % CODED_TOGETHER:
            raise SurveyError(
                f"voice index: {len(sample)} voices of {dimensions} dimensions are too few for codes; "
                "use the exact index"
            )
        self._dimensions = dimensions
        self._codes = faiss.IndexPQFastScan(
            dimensions, dimensions // CODED_TOGETHER, CODE_BITS, faiss.METRIC_INNER_PRODUCT
        )
        rows = np.ascontiguousarray(sample[:TRAINED_ON], dtype=np.float32)
        self._codes.train(rows)
        self._slope, self._error = self._measured(rows[:MEASURED_ON])
        self._vectors: NDArray[np.float16] = np.zeros((0, dimensions), dtype=np.float16)
        self._keys: Keys = np.zeros(0, dtype=np.int64)
        self._alive: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._used = 0
        self._highest = -(2**62)
        self._lock = threading.Lock()  # FAISS allows searches at once, but none beside an add

    def add(self, keys: Keys, vectors: Vectors) -> None:
        check_rows(vectors, (len(keys), self._dimensions))
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        with self._lock:
            # Keys that only rise need no look at those before: that look takes 30 ms in a million.
            risen = len(keys) == 0 or (int(keys.min()) > self._highest and bool((np.diff(keys) > 0).all()))
            if not risen and (len(np.unique(keys)) < len(keys) or np.isin(keys, self._living()).any()):
                raise SurveyError("voice index: a key is there already; remove it first")
            self._make_room(len(keys))
            places = slice(self._used, self._used + len(keys))
            self._codes.add(rows)
            self._vectors[places], self._keys[places], self._alive[places] = rows, keys, True
            self._used += len(keys)
            self._highest = max(self._highest, *keys.tolist()) if len(keys) else self._highest

    def reserve(self, voices: int) -> None:
        """Makes room for so many in one go: growing step by step holds the old vectors beside the new."""
        with self._lock:
            self._make_room(voices)

    def remove(self, keys: Keys) -> int:
        with self._lock:
            places = np.flatnonzero(np.isin(self._keys[: self._used], keys) & self._alive[: self._used])
            self._alive[places] = False
            self._vectors[places] = 0
            return len(places)

    def search(self, vector: Vector, k: int) -> list[Neighbour]:
        check_rows(vector, (self._dimensions,))
        return self.search_many(vector[None], k)[0]

    def search_many(self, vectors: Vectors, k: int) -> list[list[Neighbour]]:
        check_rows(vectors, (len(vectors), self._dimensions))
        probes = np.ascontiguousarray(vectors, dtype=np.float32)
        with self._lock:
            if self._used == 0:
                return [[] for _ in probes]
            first = max(SHORT_LIST, int(SHORT_SHARE * self._used), 16 * k)
            return self._nearest(probes, k, first, CHOSEN * first)

    def _nearest(self, probes: Vectors, k: int, first: int, chosen: int) -> list[list[Neighbour]]:
        estimates, places = self._codes.search(probes, min(self._used, chosen))
        found = []
        for probe, row, estimated in zip(probes, places, estimates, strict=True):
            looked, products = first, self._products(probe, row[:first])
            while looked < len(row) and self._in_doubt(products, estimated[looked - 1]):
                more = self._products(probe, row[looked : WIDER * looked])
                looked, products = WIDER * looked, np.concatenate((products, more))
            if chosen < self._used and looked >= len(row) and self._in_doubt(products, estimated[-1]):
                found.extend(self._nearest(probe[None], k, WIDER * len(row), WIDER * chosen))
            else:
                found.append(self._best(row, products, k))
        return found

    def _in_doubt(self, products: Vector, last: float) -> bool:
        """Whether a voice estimated to be farther than the last one may be the nearest."""
        return bool(self._slope * products.max() - last < DOUBT * self._error)

    def _products(self, probe: Vector, places: Keys) -> Vector:
        """Inner products with the voices at these places; minus infinity where nobody is (any more)."""
        rows = torch.from_numpy(self._vectors.take(places, axis=0)).float()  # numpy takes five times as long
        products: Vector = (rows @ torch.from_numpy(probe)).numpy()
        products[(places < 0) | ~self._alive.take(places)] = -np.inf
        return products

    def _best(self, places: Keys, products: Vector, k: int) -> list[Neighbour]:
        best = np.argsort(-products, kind="stable")[:k].tolist()
        return [
            Neighbour(key=int(self._keys[places[at]]), inner_product=float(products[at]))
            for at in best
            if np.isfinite(products[at])
        ]

    def _measured(self, rows: Vectors) -> tuple[float, float]:
        """An inner product's estimate by codes is about slope * the true one, with this standard error."""
        coded = self._codes.sa_decode(self._codes.sa_encode(rows))
        half = len(rows) // 2
        exact, estimate = (rows[:half] @ rows[half:].T).ravel(), (rows[:half] @ coded[half:].T).ravel()
        slope = float(exact @ estimate / (exact @ exact))
        return slope, float(np.std(estimate - slope * exact))

    def __len__(self) -> int:
        return int(self._alive[: self._used].sum())

    @property
    def bytes_held(self) -> int:
        codes = self._used * self._dimensions * CODE_BITS // (8 * CODED_TOGETHER)
        return codes + int(self._vectors.nbytes + self._keys.nbytes + self._alive.nbytes)

    def _living(self) -> Keys:
        living: Keys = self._keys[: self._used][self._alive[: self._used]]
        return living

    def _make_room(self, more: int) -> None:
        if self._used + more <= len(self._keys):
            return
        size = max(self._used + more, int(GROWTH * len(self._keys)))
        for name in ("_vectors", "_keys", "_alive"):
            old = getattr(self, name)
            grown = np.zeros((size, *old.shape[1:]), dtype=old.dtype)
            grown[: self._used] = old[: self._used]
            setattr(self, name, grown)
