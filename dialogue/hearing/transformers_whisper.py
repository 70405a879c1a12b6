"""Whisper through transformers: any local folder of that class, larger or fine-tuned, in full precision."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import GenerationMixin, WhisperForConditionalGeneration
from transformers.modeling_outputs import BaseModelOutput
from transformers.utils.logging import disable_progress_bar

from decision_hook.contract import SurveyError
from dialogue.hearing.forced import TokenTree
from dialogue.hearing.heads import NO_HEADS, Heads
from dialogue.hearing.speech import SpeechFinder
from dialogue.hearing.vocabulary import load_vocabulary
from dialogue.hearing.whisper import (
    NO_REPEAT_NGRAM,
    REPETITION_PENALTY,
    Hypothesis,
    Reading,
    WhisperEngine,
)


class TransformersWhisper:
    """Implements WhisperModel. Immutable after construction."""

    def __init__(self, folder: Path) -> None:
        """Loads the model. Raises SurveyError if the folder holds none."""
        try:
            self._model = WhisperForConditionalGeneration.from_pretrained(
                str(folder), local_files_only=True, dtype=torch.float32
            ).eval()
        except Exception as exc:  # OSError, ValueError, KeyError, safetensors' own …
            raise SurveyError(
                f"{folder}: not a usable Whisper folder of transformers; correct hearing.model"
            ) from exc
        vocabulary = load_vocabulary(folder)
        self._begin, self._end = vocabulary.special("<|startoftranscript|>"), vocabulary.end
        self._no_speech = vocabulary.special("<|nospeech|>", "<|nocaptions|>")  # by model generation

    @property
    def mels(self) -> int:
        return int(self._model.config.num_mel_bins)

    @torch.inference_mode()
    def encode(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """See WhisperModel. The library's own forward insists on 30 s; its layers do not."""
        encoder = self._model.model.encoder
        x = torch.nn.functional.gelu(encoder.conv1(torch.from_numpy(features)))
        x = torch.nn.functional.gelu(encoder.conv2(x)).permute(0, 2, 1)
        x = x + encoder.embed_positions.weight[: x.shape[1]]
        for layer in encoder.layers:
            x = layer(x, None)
        encoded: NDArray[np.float32] = encoder.layer_norm(x).numpy()
        return encoded

    @torch.inference_mode()
    def read(
        self, encoded: NDArray[np.float32], *, starts: Sequence[Sequence[int]], max_tokens: int, beam: int
    ) -> list[Reading]:
        """See WhisperModel."""
        audio = torch.from_numpy(encoded)
        before = torch.tensor([list(start) for start in starts])
        # Whether anybody speaks is told right after the token that begins the transcript.
        begin = starts[0].index(self._begin) + 1
        states = self._model.model.decoder(before[:, :begin], encoder_hidden_states=audio).last_hidden_state
        no_speech = self._model.proj_out(states[:, -1]).softmax(dim=-1)[:, self._no_speech]
        # The plain beam search: Whisper's own `generate` re-windows the audio to 30 s.
        found = GenerationMixin.generate(
            self._model,
            encoder_outputs=BaseModelOutput(last_hidden_state=audio),
            decoder_input_ids=before,
            num_beams=beam,
            num_return_sequences=beam,
            do_sample=False,
            max_new_tokens=max_tokens,
            max_length=None,
            repetition_penalty=REPETITION_PENALTY,
            no_repeat_ngram_size=NO_REPEAT_NGRAM,
            return_dict_in_generate=True,
            output_scores=True,
        )
        hypotheses = [
            Hypothesis(tokens=tuple(t for t in row if t < self._end), log_prob=score)
            for row, score in zip(
                found.sequences[:, before.shape[1] :].tolist(), found.sequences_scores.tolist(), strict=True
            )
        ]
        return [
            Reading(hypotheses=tuple(hypotheses[i * beam : (i + 1) * beam]), no_speech=float(no_speech[i]))
            for i in range(len(audio))
        ]

    @torch.inference_mode()
    def log_probs(self, encoded: NDArray[np.float32], tree: TokenTree) -> NDArray[np.float32]:
        """See WhisperModel. Path by path: every path is a row of one padded batch."""
        start = tree.tokens[: tree.start]
        longest = max(map(len, tree.paths))
        ids = torch.tensor(
            [
                [*start, *(tree.tokens[node] for node in path), *[self._end] * (longest - len(path))]
                for path in tree.paths
            ]
        )
        audio = torch.from_numpy(encoded).expand(len(ids), -1, -1)
        states = self._model.model.decoder(ids, encoder_hidden_states=audio).last_hidden_state
        rows = self._model.proj_out(states[:, tree.start - 1 :]).log_softmax(dim=-1).numpy()
        found = np.empty((len(tree.tokens) - tree.start + 1, rows.shape[-1]), dtype=np.float32)
        found[0] = rows[0, 0]
        for row, path in zip(rows, tree.paths, strict=True):
            for depth, node in enumerate(path, 1):
                found[node - tree.start + 1] = row[depth]
        return found


def load(folder: Path, finder: SpeechFinder, *, heads: Heads = NO_HEADS) -> WhisperEngine:
    """The engine on the model in `folder`. Raises SurveyError."""
    disable_progress_bar()
    return WhisperEngine(TransformersWhisper(folder), load_vocabulary(folder), finder, heads)
