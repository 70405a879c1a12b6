"""Speaker encoders. The choice is `ENCODERS`; a model is loaded when its function is called."""

from collections.abc import Callable
from pathlib import Path

from voiceprint.encoder.port import SpeakerEncoder


def _ge2e(models: Path, source: str) -> SpeakerEncoder:
    from voiceprint.encoder.ge2e import Ge2eEncoder

    return Ge2eEncoder.load(Path(source) if source else models / "ge2e" / "pretrained.pt")


def _ecapa(models: Path, source: str) -> SpeakerEncoder:
    from voiceprint.encoder.ecapa import EcapaEncoder

    return EcapaEncoder.load(source or str(models / "ecapa"), models / "ecapa")


def _xvector(models: Path, source: str) -> SpeakerEncoder:
    from voiceprint.encoder.xvector import XVectorEncoder

    return XVectorEncoder.load(source or str(models / "xvector"))


# name in the settings: loader, given the folder of the gathered models and the settings' encoder_source
ENCODERS: dict[str, Callable[[Path, str], SpeakerEncoder]] = {
    "ge2e": _ge2e,
    "ecapa": _ecapa,
    "xvector": _xvector,
}
