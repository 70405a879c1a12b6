"""Turns the gathered CTranslate2 Whisper into a transformers folder: the same weights, exactly."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration
from transformers.utils.logging import disable_progress_bar

from decision_hook.contract import SurveyError
from dialogue.hearing.vocabulary import Vocabulary, load_vocabulary
from dialogue.hearing.weights import Weights, read_model

_NORMS = {"gamma": "weight", "beta": "bias"}
_FINAL_NORM = "final_layer_norm"  # transformers' name for the one before the feed-forward part


def converted(source: Path, target: Path) -> Path:
    """`target`, made from `source` if it does not exist. Blocks some seconds; 0.15 GB of disk.

    Written aside and moved, so that an interrupted conversion is never taken for a model. Raises
    SurveyError if the source is not a floating-point CTranslate2 Whisper.
    """
    if target.exists():
        return target
    weights, vocabulary = read_model(source / "model.bin").weights(), load_vocabulary(source)
    settings = json.loads((source / "config.json").read_text())
    try:
        model = WhisperForConditionalGeneration(_config(weights, vocabulary))
        model.load_state_dict(dict(_state(weights)), strict=True)
    except (KeyError, RuntimeError) as exc:
        raise SurveyError(
            f"{source}: its weights are not those of a float16 Whisper; "
            "gather the models with `shengwen models gather`"
        ) from exc
    model.generation_config = GenerationConfig(
        decoder_start_token_id=model.config.decoder_start_token_id,
        bos_token_id=vocabulary.end,
        eos_token_id=vocabulary.end,
        pad_token_id=vocabulary.end,
        suppress_tokens=settings["suppress_ids"],
        begin_suppress_tokens=settings["suppress_ids_begin"],
        max_length=model.config.max_target_positions,
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".converting-") as scratch:
        disable_progress_bar()
        made = Path(scratch) / target.name
        model.half().save_pretrained(made)
        shutil.copy(source / "tokenizer.json", made)
        os.replace(made, target)
    return target


def _config(weights: Weights, vocabulary: Vocabulary) -> WhisperConfig:
    width, mels, _ = weights["encoder/conv1/weight"].shape
    return WhisperConfig(
        vocab_size=len(weights["decoder/embeddings/weight"]),
        num_mel_bins=mels,
        d_model=width,
        encoder_layers=_layers(weights, "encoder"),
        decoder_layers=_layers(weights, "decoder"),
        encoder_attention_heads=int(weights["encoder/num_heads"]),
        decoder_attention_heads=int(weights["decoder/num_heads"]),
        encoder_ffn_dim=len(weights["encoder/layer_0/ffn/linear_0/bias"]),
        decoder_ffn_dim=len(weights["decoder/layer_0/ffn/linear_0/bias"]),
        max_source_positions=len(weights["encoder/position_encodings/encodings"]),
        max_target_positions=len(weights["decoder/position_encodings/encodings"]),
        decoder_start_token_id=vocabulary.special("<|startoftranscript|>"),
        bos_token_id=vocabulary.end,
        eos_token_id=vocabulary.end,
        pad_token_id=vocabulary.end,
    )


def _layers(weights: Weights, side: str) -> int:
    return sum(name.startswith(f"{side}/") and name.endswith("ffn/linear_0/bias") for name in weights)


def _state(weights: Weights) -> Iterator[tuple[str, torch.Tensor]]:
    """Names and tensors as transformers wants them. Raises KeyError if one is missing."""

    def tensor(name: str) -> torch.Tensor:
        return _float(weights[name])

    def norm(theirs: str, ours: str) -> Iterator[tuple[str, torch.Tensor]]:
        for suffix, name in _NORMS.items():
            yield f"{ours}.{name}", tensor(f"{theirs}/{suffix}")

    yield "model.decoder.embed_tokens.weight", tensor("decoder/embeddings/weight")
    yield "proj_out.weight", tensor("decoder/embeddings/weight")
    for conv in ("conv1", "conv2"):
        for part in ("weight", "bias"):
            yield f"model.encoder.{conv}.{part}", tensor(f"encoder/{conv}/{part}")
    for side in ("encoder", "decoder"):
        yield f"model.{side}.embed_positions.weight", tensor(f"{side}/position_encodings/encodings")
        yield from norm(f"{side}/layer_norm", f"model.{side}.layer_norm")
        for n in range(_layers(weights, side)):
            theirs, ours = f"{side}/layer_{n}", f"model.{side}.layers.{n}"
            yield from _attention(weights, f"{theirs}/self_attention", f"{ours}.self_attn", ("qkv", "o"))
            yield from norm(f"{theirs}/self_attention/layer_norm", f"{ours}.self_attn_layer_norm")
            if side == "decoder":
                yield from _attention(
                    weights, f"{theirs}/attention", f"{ours}.encoder_attn", ("q", "kv", "o")
                )
                yield from norm(f"{theirs}/attention/layer_norm", f"{ours}.encoder_attn_layer_norm")
            for i in (0, 1):
                yield f"{ours}.fc{i + 1}.weight", tensor(f"{theirs}/ffn/linear_{i}/weight")
                yield f"{ours}.fc{i + 1}.bias", tensor(f"{theirs}/ffn/linear_{i}/bias")
            yield from norm(f"{theirs}/ffn/layer_norm", f"{ours}.{_FINAL_NORM}")


def _attention(
    weights: Weights, theirs: str, ours: str, stacked: tuple[str, ...]
) -> Iterator[tuple[str, torch.Tensor]]:
    """CTranslate2 stacks projections of one input; keys have no bias (theirs is zero)."""
    names = {"q": "q_proj", "k": "k_proj", "v": "v_proj", "o": "out_proj"}
    for n, group in enumerate(stacked):
        matrices = np.split(weights[f"{theirs}/linear_{n}/weight"], len(group))
        biases = np.split(weights[f"{theirs}/linear_{n}/bias"], len(group))
        for letter, matrix, bias in zip(group, matrices, biases, strict=True):
            yield f"{ours}.{names[letter]}.weight", _float(matrix)
            if letter != "k":
                yield f"{ours}.{names[letter]}.bias", _float(bias)


def _float(array: NDArray[np.float16]) -> torch.Tensor:
    return torch.from_numpy(array.astype(np.float32))
