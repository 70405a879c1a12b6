"""Our line as a Pipecat transport: 20 ms frames in, resampled as its telephone serializers do; sound out."""

import asyncio
import time
from collections.abc import Callable

import numpy as np
from pipecat.audio.utils import create_stream_resampler
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    StartFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams

from dialogue.line import FRAME_MS, SAMPLE_RATE_HZ, FrameHeard, HungUp
from ivr.bench.notes import Prompted
from ivr.bench.peers.messages import PeerNotes
from ivr.bench.peers.pipecat.brain import Brain
from ivr.media.session import MediaSession

AHEAD_MS = 2 * FRAME_MS  # kept queued in the line, so that no tick goes without sound
PARAMS = TransportParams(
    audio_in_enabled=True,
    audio_out_enabled=True,
    audio_out_sample_rate=SAMPLE_RATE_HZ,
    audio_out_10ms_chunks=2,  # the telephone's frame
)


class LineInput(BaseInputTransport):  # type: ignore[misc]  # Pipecat is not there when types are checked
    def __init__(self, session: MediaSession, gone: Callable[[], None]) -> None:
        super().__init__(PARAMS)
        self._session, self._gone = session, gone
        self._wide = create_stream_resampler(clear_after_secs=None)
        self._ear: asyncio.Task[None] | None = None

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)
        self._ear = self.create_task(self._listen())

    async def stop(self, frame: EndFrame) -> None:
        await super().stop(frame)
        await self._deaf()

    async def cancel(self, frame: CancelFrame) -> None:
        await super().cancel(frame)
        await self._deaf()

    async def _deaf(self) -> None:
        if self._ear is not None:
            await self.cancel_task(self._ear)
            self._ear = None

    async def _listen(self) -> None:
        while True:
            event = await self._session.next_event()
            if isinstance(event, HungUp):
                self._gone()
                return
            if isinstance(event, FrameHeard):
                wide = await self._wide.resample(
                    event.samples.astype("<i2").tobytes(), SAMPLE_RATE_HZ, self.sample_rate
                )
                if wide:
                    await self.push_audio_frame(
                        InputAudioRawFrame(audio=wide, sample_rate=self.sample_rate, num_channels=1)
                    )


class LineOutput(BaseOutputTransport):  # type: ignore[misc]
    def __init__(self, session: MediaSession, brain: Brain, notes: PeerNotes) -> None:
        super().__init__(PARAMS)
        self._session, self._brain, self._notes = session, brain, notes

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            self._session.stop_speaking()

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        """Returns when the line can take more, as a sound card would."""
        asked = self._brain.first_sound()
        if asked is not None:
            self._notes.prompts.append(
                Prompted(
                    question_id=asked.question_id,
                    kind=asked.kind,
                    at_ms=self._session.now_ms() + self._session.speaking_ms(),
                    queued_s=time.monotonic(),
                )
            )
        self._session.speak(np.frombuffer(frame.audio, dtype="<i2").astype(np.int16))
        await asyncio.sleep(max(0, self._session.speaking_ms() - AHEAD_MS) / 1_000)
        return True
