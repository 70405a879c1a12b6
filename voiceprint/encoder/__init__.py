"""Speaker encoders. The choice is `ENCODERS`; a model is loaded when its function is called."""

from collections.abc import Callable
from pathlib import Path

from voiceprint.encoder.port import SpeakerEncoder


def _ge2e(models: Path) -> SpeakerEncoder:
    from voiceprint.encoder.ge2e import Ge2eEncoder

    return Ge2eEncoder.load(models / "ge2e" / "pretrained.pt")


# name in the settings: loader, given the folder of the gathered models
ENCODERS: dict[str, Callable[[Path], SpeakerEncoder]] = {"ge2e": _ge2e}
