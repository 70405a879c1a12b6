"""Spoken answers (synthetic, 8 kHz, through G.711) and engines that several tests share."""

from pathlib import Path

import pytest
import soundfile

from config.settings import HearingSettings, Settings
from dialogue.hearing.convert import converted
from dialogue.hearing.engine import HearingEngine
from dialogue.hearing.engines import build_engine, build_finder
from dialogue.hearing.port import Utterance
from dialogue.hearing.speech import SpeechFinder

SPEECH = Path(__file__).parent / "speech"


def spoken(name: str) -> Utterance:
    samples, rate_hz = soundfile.read(SPEECH / f"{name}.flac", dtype="int16")
    return Utterance(samples=samples, rate_hz=rate_hz)


@pytest.fixture(scope="session")
def whisper() -> HearingEngine:
    return build_engine(Settings(hearing=HearingSettings(threads=1)))


@pytest.fixture(scope="session")
def converted_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gathered weights as a transformers folder, made anew."""
    return converted(Settings().models / "whisper-base", tmp_path_factory.mktemp("converted") / "whisper")


@pytest.fixture(scope="session")
def transformers(converted_folder: Path) -> HearingEngine:
    return build_engine(Settings(hearing=HearingSettings(engine="transformers", model=converted_folder)))


@pytest.fixture(scope="session")
def finder() -> SpeechFinder:
    return build_finder(Settings())
