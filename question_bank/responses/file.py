"""`_responses.npz` in a bank's folder: what `shengwen bank calibrate` learnt. Arrays only, no code."""

import json
import os
import tempfile
import zlib
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from config.document import DocumentError, Problem
from question_bank.belief import HYPOTHESES
from question_bank.index import GRADES
from question_bank.responses.features import APPLICANT, TEXT_SIZE
from question_bank.responses.model import ResponseModel

RESPONSES = "_responses.npz"
FORMAT = 1
_EFFECT = (len(HYPOTHESES), len(GRADES))
# What numpy, zip and JSON raise for files that are cut off, damaged or another program's.
_UNREADABLE = (
    OSError, ValueError, LookupError, TypeError, AttributeError, EOFError, BadZipFile, zlib.error,
    RuntimeError, MemoryError, SyntaxError, ArithmeticError,
)  # fmt: skip


def read_responses(folder: Path) -> ResponseModel | None:
    """None if there is none: the tables of the YAML files hold. Raises DocumentError if it is not ours."""
    path = folder / RESPONSES
    if not path.exists():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            about = json.loads(str(arrays["about"]))
            model = ResponseModel(
                version=about["version"],
                source=about["source"],
                topics=dict(zip(about["topics"], arrays["topics"], strict=True)),
                questions=dict(zip(about["questions"], arrays["questions"], strict=True)),
                answers={name: int(n) for name, n in about["answers"].items()},
                text=arrays["text"],
                applicant=arrays["applicant"],
            )
            fits = (
                about["format"] == FORMAT
                and about["grades"] == [grade.value for grade in GRADES]
                and all(
                    effect.shape == _EFFECT for effect in (*model.topics.values(), *model.questions.values())
                )
                and model.text.shape == (_EFFECT[0], TEXT_SIZE, _EFFECT[1])
                and model.applicant.shape == (_EFFECT[0], len(APPLICANT), _EFFECT[1])
                and all(
                    np.isfinite(arrays[name]).all() for name in ("topics", "questions", "text", "applicant")
                )
            )
    except _UNREADABLE as exc:
        raise _refused(path, "cannot be read as a response model") from exc
    if not fits:
        raise _refused(path, "is of another format or holds impossible numbers")
    return model


def write_responses(folder: Path, model: ResponseModel) -> Path:
    """Writes aside and moves into place. Raises OSError."""
    about = {
        "format": FORMAT,
        "version": model.version,
        "source": model.source,
        "grades": [grade.value for grade in GRADES],
        "topics": list(model.topics),
        "questions": list(model.questions),
        "answers": dict(model.answers),
    }
    path = folder / RESPONSES
    handle, aside = tempfile.mkstemp(dir=folder, prefix=".new-", suffix=".npz")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(
                file,
                about=np.array(json.dumps(about)),
                topics=np.array(list(model.topics.values())).reshape(-1, *_EFFECT),
                questions=np.array(list(model.questions.values())).reshape(-1, *_EFFECT),
                text=model.text,
                applicant=model.applicant,
            )
        os.replace(aside, path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    return path


def _refused(path: Path, problem: str) -> DocumentError:
    fix = "delete it, or run `shengwen bank calibrate` again"
    return DocumentError([Problem(file=path, line=None, where="", problem=problem, fix=fix)])
