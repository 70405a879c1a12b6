"""The tiny BERT that tells intents, by words or by sounds: made at random, and written when it has learnt."""

import json
from collections.abc import Sequence
from pathlib import Path

from transformers import BertConfig, BertForSequenceClassification, PreTrainedModel

from decision_hook.contract import SurveyError
from dialogue.answer.intent.stored import VOCABULARY_FILE, WEIGHTS_FILE
from dialogue.answer.intent.training.sentences import LABELS

Report = dict[str, object]


def untrained(*, words: int, longest: int) -> BertForSequenceClassification:
    """`words`: in the vocabulary; `longest`: row it reads. Random, as torch is seeded."""
    return BertForSequenceClassification(
        BertConfig(
            vocab_size=words,
            hidden_size=96,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=192,
            max_position_embeddings=longest,
            num_labels=len(LABELS),
            id2label={i: label.value for i, label in enumerate(LABELS)},
            label2id={label.value: i for i, label in enumerate(LABELS)},
        )
    )


def write_classifier(model: PreTrainedModel, vocabulary: Sequence[str], report: Report, out: Path) -> Report:
    """Writes config.json, model.safetensors, vocab.json and report.json; returns the report, with its size.

    Raises SurveyError if `out` cannot be written.
    """
    weights = out / WEIGHTS_FILE
    try:
        out.mkdir(parents=True, exist_ok=True)
        model.save_pretrained(out, safe_serialization=True)
        weights.chmod(0o644)  # written readable by its maker alone
        report = {**report, "weights_bytes": weights.stat().st_size}
        words = json.dumps(list(vocabulary), ensure_ascii=False)
        (out / VOCABULARY_FILE).write_text(words, encoding="utf-8")
        text = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
        (out / "report.json").write_text(text, encoding="utf-8")
    except OSError as exc:
        raise SurveyError(
            f"{out}: cannot be written ({exc.strerror}); name another folder with --out"
        ) from exc
    return report
