"""Pipecat's own voice activity, end-of-turn model and recogniser, each with a pencil."""

import time
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from pipecat.audio.turn.base_turn_analyzer import EndOfTurnState
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import Frame, TranscriptionFrame
from pipecat.metrics.metrics import MetricsData, TurnMetricsData
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transcriptions.language import Language

from ivr.bench.peers.messages import PeerNotes, Verdict, Window


class NotedVad(SileroVADAnalyzer):  # type: ignore[misc]  # Pipecat is not there when types are checked
    """Silero with Pipecat's defaults."""

    def __init__(self, notes: PeerNotes) -> None:
        super().__init__()
        self._notes = notes
        self._confidence = 0.0

    def voice_confidence(self, buffer: bytes) -> Any:
        found = super().voice_confidence(buffer)  # an array of one, whatever its signature says
        self._confidence = float(np.ravel(found)[0])
        return found

    def _get_smoothed_volume(self, audio: bytes) -> float:
        volume = float(super()._get_smoothed_volume(audio))
        loud = volume >= self.params.min_volume
        self._notes.windows.append(
            Window(at_s=time.monotonic(), speech=loud and self._confidence >= self.params.confidence)
        )
        return volume


class NotedSmartTurn(LocalSmartTurnAnalyzerV3):  # type: ignore[misc]
    """Smart-turn v3.2 with Pipecat's defaults."""

    def __init__(self, notes: PeerNotes) -> None:
        super().__init__()
        self._notes = notes

    def _process_speech_segment(self, audio_buffer: Any) -> tuple[EndOfTurnState, MetricsData | None]:
        state, said = super()._process_speech_segment(audio_buffer)
        if isinstance(said, TurnMetricsData):
            self._notes.verdicts.append(Verdict(at_s=time.monotonic(), probability=said.probability))
        return state, said


class SharedWhisper(WhisperSTTService):  # type: ignore[misc]
    """Pipecat's local Whisper in Chinese, as it pads and decodes; the model is shared by all calls.

    As shipped every call would load a model of its own, and 16 of them would not run side by side here.
    """

    def __init__(self, model: WhisperModel, notes: PeerNotes) -> None:
        self._shared = model
        self._notes = notes
        super().__init__(settings=WhisperSTTService.Settings(language=Language.ZH))

    def _load(self) -> None:
        self._model = self._shared

    async def push_frame(self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM) -> None:
        if isinstance(frame, TranscriptionFrame):
            self._notes.transcripts_s.append(time.monotonic())
        await super().push_frame(frame, direction)
