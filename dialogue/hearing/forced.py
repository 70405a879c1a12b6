"""Teacher forcing: the likelihood of given token sequences under Whisper's decoder, all in one pass.

CTranslate2 gives probabilities of forced text without the end of text and encodes the audio's keys once
per wording; both matter when six wordings of one short answer are compared. So the decoder is computed
here, from the same weights: wordings share the audio's keys and every common beginning (a tree).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from dialogue.hearing.weights import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTree:
    """Token sequences with common beginnings merged. Node 0.. `start`-1 are the shared start sequence."""

    tokens: tuple[int, ...]
    parents: tuple[int, ...]  # -1 for the root
    paths: tuple[tuple[int, ...], ...]  # per sequence: its nodes after the start sequence
    start: int


def grow_tree(start: Sequence[int], sequences: Sequence[Sequence[int]]) -> TokenTree:
    """Merges sequences that all continue the (non-empty) `start`."""
    tokens, parents = list(start), list(range(-1, len(start) - 1))
    children: dict[tuple[int, int], int] = {}
    paths = []
    for sequence in sequences:
        node, path = len(start) - 1, []
        for token in sequence:
            if (node, token) not in children:
                children[node, token] = len(tokens)
                tokens.append(token)
                parents.append(node)
            node = children[node, token]
            path.append(node)
        paths.append(tuple(path))
    return TokenTree(tokens=tuple(tokens), parents=tuple(parents), paths=tuple(paths), start=len(start))


class ForcedDecoder:
    """Whisper's decoder over a token tree. Immutable after construction, safe to share."""

    def __init__(self, weights: Weights) -> None:
        """`weights`: of a CTranslate2 Whisper model, in floating point (not quantised)."""
        self._weights = {
            name.removeprefix("decoder/"): torch.from_numpy(array.astype(np.float32))
            for name, array in weights.items()
            if name.startswith("decoder/") and array.dtype.kind == "f" and name != "decoder/projection/weight"
        }
        # Transposed in memory: on AMD the same product runs up to 1.6 times as fast; on Intel, alike.
        for name, matrix in self._weights.items():
            if "linear_" in name and name.endswith("/weight"):
                self._weights[name] = matrix.T.contiguous()
        self._layers = sum(name.endswith("ffn/linear_0/bias") for name in self._weights)
        self._heads = int(weights["decoder/num_heads"])

    @torch.inference_mode()
    def log_probs(self, encoded: NDArray[np.float32], tree: TokenTree) -> NDArray[np.float32]:
        """Natural log P(next token | audio, the node's path), shape (nodes - start + 1, vocabulary).

        Row 0 follows the start sequence, row i the node `start` - 1 + i. `encoded`: (frames, width).
        """
        audio = torch.from_numpy(encoded)
        depths, visible = _geometry(tree)
        embeddings = self._weights["embeddings/weight"]
        x = embeddings[torch.tensor(tree.tokens)] + self._weights["position_encodings/encodings"][depths]
        for layer in range(self._layers):
            x = x + self._attend_tokens(f"layer_{layer}/self_attention", x, visible)
            x = x + self._attend_audio(f"layer_{layer}/attention", x, audio)
            x = x + self._feed_forward(f"layer_{layer}/ffn", x)
        x = self._normalise("layer_norm", x[tree.start - 1 :])
        rows: NDArray[np.float32] = functional.log_softmax(x @ embeddings.T, dim=-1).numpy()
        return rows

    def _attend_tokens(self, name: str, x: torch.Tensor, visible: torch.Tensor) -> torch.Tensor:
        both = self._linear(f"{name}/linear_0", self._normalise(f"{name}/layer_norm", x))
        query, key, value = (self._split(part) for part in both.chunk(3, dim=-1))
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=visible)
        return self._linear(f"{name}/linear_1", self._join(mixed))

    def _attend_audio(self, name: str, x: torch.Tensor, audio: torch.Tensor) -> torch.Tensor:
        query = self._linear(f"{name}/linear_0", self._normalise(f"{name}/layer_norm", x))
        key, value = self._linear(f"{name}/linear_1", audio).chunk(2, dim=-1)
        mixed = functional.scaled_dot_product_attention(
            self._split(query), self._split(key), self._split(value)
        )
        return self._linear(f"{name}/linear_2", self._join(mixed))

    def _feed_forward(self, name: str, x: torch.Tensor) -> torch.Tensor:
        inner = self._linear(f"{name}/linear_0", self._normalise(f"{name}/layer_norm", x))
        return self._linear(f"{name}/linear_1", functional.gelu(inner))

    def _linear(self, name: str, x: torch.Tensor) -> torch.Tensor:
        return torch.addmm(self._weights[f"{name}/bias"], x, self._weights[f"{name}/weight"])

    def _normalise(self, name: str, x: torch.Tensor) -> torch.Tensor:
        gamma, beta = self._weights[f"{name}/gamma"], self._weights[f"{name}/beta"]
        return functional.layer_norm(x, gamma.shape, gamma, beta)

    def _split(self, x: torch.Tensor) -> torch.Tensor:
        return x.view(len(x), self._heads, -1).transpose(0, 1)

    def _join(self, x: torch.Tensor) -> torch.Tensor:
        return x.transpose(0, 1).flatten(1)


def _geometry(tree: TokenTree) -> tuple[torch.Tensor, torch.Tensor]:
    """Depth of each node, shape (n,), and which nodes each sees (itself and its ancestors), (n, n) bool."""
    n = len(tree.tokens)
    visible = np.eye(n, dtype=np.bool_)
    depths = np.zeros(n, dtype=np.int64)
    for node, parent in enumerate(tree.parents):
        if parent >= 0:
            visible[node] |= visible[parent]
            depths[node] = depths[parent] + 1
    return torch.from_numpy(depths), torch.from_numpy(visible)
