"""The Asterisk line put together: our Asterisk, and beside it the test carrier with synthetic applicants."""

import asyncio
import wave
from contextlib import AsyncExitStack
from pathlib import Path

from config.settings import Settings
from ivr.dialler.ami import AmiDialler
from ivr.dialler.numbers import NUMBERS, FarEnd
from ivr.dialler.pair.layout import PairLayout, PairPorts
from ivr.dialler.pair.lifecycle import pair_status, start_pair, stop_pair
from ivr.simulator.carrier_side import CarrierSide
from ivr.simulator.cast import Cast
from ivr.simulator.cue import CueBoard
from ivr.simulator.persona import FarEnd as PersonaLine
from ivr.simulator.persona import Persona
from ivr.simulator.phrases import ANNOUNCEMENT_OFF
from ivr.simulator.studio import Studio

LOOPBACK = "127.0.0.1"
PREFIXES = {end: prefix for prefix, end in NUMBERS.items()}
# On the carrier the number decides the far end; these stand for a persona's `line`.
BEHIND: dict[PersonaLine, FarEnd] = {
    PersonaLine.BUSY: FarEnd.BUSY,
    PersonaLine.NO_ANSWER: FarEnd.RINGS_ON,
    PersonaLine.CONGESTION: FarEnd.CONGESTION,
    PersonaLine.REJECTED: FarEnd.REFUSED,
    PersonaLine.ANNOUNCEMENT_EARLY: FarEnd.EARLY_ANNOUNCEMENT,
    PersonaLine.ANNOUNCEMENT_ANSWERED: FarEnd.ANSWERED_ANNOUNCEMENT,
}


def number_behind(line: PersonaLine, number: str) -> str:
    """An eleven-digit number at which the carrier behaves like this persona's line."""
    end = BEHIND.get(line)
    return number if end is None else PREFIXES[end] + number[-6:]


async def open_asterisk(
    settings: Settings,
    stack: AsyncExitStack,
    *,
    cast: Cast,
    studio: Studio,
    cues: CueBoard,
    media: tuple[str, int],
) -> AmiDialler:
    """Dials over AMI. With a cast: starts the local pair if it does not run, and ends it again."""
    if not cast.empty:
        carrier = CarrierSide(cast=cast, studio=studio, cues=cues)
        await carrier.start(LOOPBACK, settings.asterisk.simulator_port)
        stack.push_async_callback(carrier.close)
        layout = PairLayout.below(settings.var)
        if not pair_status(layout).up:
            announcement = await asyncio.to_thread(_announcement, studio, settings.var / "asterisk")
            await asyncio.to_thread(
                start_pair,
                layout,
                PairPorts.of(settings.asterisk),
                settings.asterisk,
                announcement=announcement,
            )
            stack.push_async_callback(asyncio.to_thread, stop_pair, layout)
    asterisk = AmiDialler(settings.asterisk, media_address=f"{media[0]}:{media[1]}")
    stack.push_async_callback(asterisk.close)
    return asterisk


def _announcement(studio: Studio, folder: Path) -> Path:
    """What a network says of a telephone that is switched off, as 8 kHz mono WAV. Blocks."""
    pcm = studio.mouth(Persona(name="network"), 0).announce(ANNOUNCEMENT_OFF).pcm
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "announcement.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(pcm.astype("<i2").tobytes())
    return path
