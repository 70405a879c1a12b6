"""Pipecat's own packages, in a folder of their own that only its process sees.

Pipecat 1.14 asks for protobuf below 7 and soundfile 0.13, this house for newer ones of both, so one
environment cannot hold the two by their own declarations. What its pipeline imports besides our packages is
listed here and installed without dependencies; everything else (onnxruntime, CTranslate2, faster-whisper,
numpy) is shared with us, so that both run on the same engines.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from decision_hook.contract import SurveyError

PIPECAT = "1.14.0"
PACKAGES = (
    f"pipecat-ai=={PIPECAT}",  # BSD-2-Clause
    "aiofiles==25.1.0",  # Apache-2.0
    "audioop-lts==0.2.2; python_version >= '3.13'",  # PSF-2.0
    "docstring_parser==0.18.0",  # MIT
    "loguru==0.7.3",  # MIT
    "loudness==0.2.0",  # MIT; the volume its voice activity asks for
    "sentencex==1.0.32",  # MIT
    "soxr==1.1.0",  # LGPL-2.1; 8 to 16 kHz, as its telephone serializers do
    "wait_for2==0.4.1; python_version < '3.12'",  # Apache-2.0
)
INSTALL_S = 600.0


def folder(var: Path) -> Path:
    return var / "peers" / f"pipecat-{PIPECAT}"


def require(var: Path) -> Path:
    """The folder. Raises SurveyError if it is not there."""
    place = folder(var)
    if not (place / "pipecat").is_dir():
        raise SurveyError(
            f"{place}: Pipecat is not installed; run `shengwen bench peers`, or leave --peers out"
        )
    return place


def install(var: Path) -> Path:
    """Installs it if it is not there. Blocks, about 10 s; 40 MB. Raises SurveyError."""
    place = folder(var)
    if (place / "pipecat").is_dir():
        return place
    aside = place.with_name(f".{place.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    command += ["--no-deps", "--only-binary=:all:", "--target", str(aside), *PACKAGES]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_S, check=False)
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["no message"]
            raise SurveyError(f"{place}: pip failed ({lines[-1][:200]}); check the network and try again")
        os.replace(aside, place)
    except subprocess.TimeoutExpired:
        raise SurveyError(
            f"{place}: pip took over {INSTALL_S:.0f} s; check the network and try again"
        ) from None
    except OSError as exc:
        raise SurveyError(f"{place}: cannot be written ({exc.strerror}); free space or rights") from exc
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return place
