"""Millions of voices: 4-bit codes choose a short list, 16-bit vectors decide it."""

import threading

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from voiceprint.index import Keys, Neighbour, check_rows
from voiceprint.voiceprint import Vector, Vectors

SHORT_SHARE, SHORT_LIST = 1 / 500, 1_000  # chosen by codes: so many of all voices, and at least so many
# A short list is made so much longer while the nearest voice in it is no more than so many times the codes'
# error above the last one chosen: then a nearer one may have been left out.
WIDER, DOUBT = 4, 2.5
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
            return self._nearest(probes, k, max(SHORT_LIST, int(SHORT_SHARE * self._used), 16 * k))

    def _nearest(self, probes: Vectors, k: int, chosen: int) -> list[list[Neighbour]]:
        estimates, places = self._codes.search(probes, min(self._used, chosen))
        found = [self._exact(probe, row, k) for probe, row in zip(probes, places, strict=True)]
        if chosen < self._used:
            for number, last in enumerate(estimates[:, -1].tolist()):
                best = found[number][0].inner_product if found[number] else -1.0
                if self._slope * best - last < DOUBT * self._error:
                    found[number] = self._nearest(probes[number][None], k, WIDER * chosen)[0]
        return found

    def _exact(self, probe: Vector, found: Keys, k: int) -> list[Neighbour]:
        places = found[found >= 0]
        places = places[self._alive[places]]
        products = self._vectors.take(places, axis=0).astype(np.float32) @ probe
        best = np.argsort(-products, kind="stable")[:k]
        return [
            Neighbour(key=int(key), inner_product=float(product))
            for key, product in zip(self._keys[places[best]], products[best], strict=True)
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
