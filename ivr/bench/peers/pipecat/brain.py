"""What stands where a bot's language model and voice would: the next question, rendered beforehand."""

from collections.abc import Callable

from pipecat.frames.frames import (
    BotStoppedSpeakingFrame,
    Frame,
    InterruptionFrame,
    LLMContextFrame,
    StartFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from dialogue.line import SAMPLE_RATE_HZ
from ivr.bench.notes import Put
from ivr.simulator.cue import Cue

TRIES = 2  # a question that was not heard out, or met with silence, is put again


class Brain(FrameProcessor):  # type: ignore[misc]  # Pipecat is not there when types are checked
    """Takes every transcribed turn for an answer. Puts the questions in order and is then finished."""

    def __init__(
        self, puts: tuple[Put, ...], began: Callable[[Cue], None], finished: Callable[[], None]
    ) -> None:
        super().__init__()
        self._puts, self._began, self._finished = puts, began, finished
        self._at, self._tries = 0, 0
        self._unheard: Cue | None = None  # its first sound has not gone out yet
        self._saying = self._interrupted = False

    def first_sound(self) -> Cue | None:
        """The cue of a question whose first sound goes out now; None: it went out before."""
        cue, self._unheard = self._unheard, None
        if cue is not None:
            self._began(cue)
        return cue

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case LLMContextFrame():
                await self.go_on(again=self._interrupted or self._saying)
                return
            case InterruptionFrame():
                self._interrupted = self._interrupted or self._saying
            case BotStoppedSpeakingFrame():
                self._saying = False
        await self.push_frame(frame, direction)
        if isinstance(frame, StartFrame):
            await self._ask()

    async def go_on(self, *, again: bool) -> None:
        """The next question; `again`: the same one once more, unless it was put often enough."""
        if not again or self._tries >= TRIES:
            self._at, self._tries = self._at + 1, 0
        if self._at < len(self._puts):
            await self._ask()
        else:
            self._finished()

    async def _ask(self) -> None:
        put = self._puts[self._at]
        self._tries += 1
        self._unheard, self._saying, self._interrupted = put.cue, True, False
        await self.push_frame(TTSStartedFrame())
        await self.push_frame(
            TTSAudioRawFrame(
                audio=put.audio.astype("<i2").tobytes(), sample_rate=SAMPLE_RATE_HZ, num_channels=1
            )
        )
        await self.push_frame(TTSStoppedFrame())
