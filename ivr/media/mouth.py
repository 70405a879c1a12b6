"""What is being said: prompts in, 20 ms frames out. Pure."""

from collections import deque

import numpy as np

from dialogue.line import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

FADE_SAMPLES = SAMPLE_RATE_HZ * 5 // 1_000  # 5 ms: short enough to be "at once", long enough not to click
SILENCE: Samples = np.zeros(FRAME_SAMPLES, np.int16)
SILENCE.setflags(write=False)
SAMPLES_PER_MS = SAMPLE_RATE_HZ // 1_000


class Mouth:
    """The queue of prompts of one call."""

    def __init__(self) -> None:
        self._queue: deque[Samples] = deque()
        self._queued = 0  # samples not yet cut into a frame
        self._playing = 0  # prompt samples in the frame cut last
        self._tail: Samples | None = None  # the faded rest of a stopped prompt
        self._gain = 1.0
        self._wanted_gain = 1.0

    def say(self, samples: Samples) -> None:
        """Appends a prompt, int16 (n,)."""
        if samples.size:
            self._queue.append(np.ascontiguousarray(samples, np.int16))
            self._queued += samples.size

    def left_ms(self) -> int:
        """Still to be said, the frame that is on its way included; rounded up."""
        return -(-(self._queued + self._playing) // SAMPLES_PER_MS)

    @property
    def silent(self) -> bool:
        """Nothing is queued and nothing is fading; the frame on its way may still sound."""
        return self._queued == 0 and self._tail is None

    def stop(self) -> int:
        """Silence from the next frame on, after a fade. Returns the ms that were not said."""
        unsaid = -(-self._queued // SAMPLES_PER_MS)
        fading = self._cut(FADE_SAMPLES).astype(np.float32)
        if fading.size:
            fading *= self._gain * np.linspace(1.0, 0.0, fading.size, dtype=np.float32)
            self._tail = np.zeros(FRAME_SAMPLES, np.int16)
            self._tail[: fading.size] = fading
        self._queue.clear()
        self._queued = self._playing = 0
        self._gain = self._wanted_gain = 1.0
        return unsaid

    def duck(self, gain_db: float) -> None:
        """Level of the present prompts, reached within a frame; 0.0 restores it, and so does their end."""
        self._wanted_gain = 10.0 ** (gain_db / 20.0)

    def frame(self) -> Samples:
        """The next 20 ms, (160,); silence if there is nothing to say. Not to be written to."""
        if self._tail is not None:
            tail, self._tail = self._tail, None
            return tail
        said = self._cut(FRAME_SAMPLES)
        self._playing = said.size
        if not said.size:
            self._gain = self._wanted_gain = 1.0
            return SILENCE
        if self._gain != 1.0 or self._wanted_gain != 1.0:
            ramp = np.linspace(self._gain, self._wanted_gain, said.size, dtype=np.float32)
            said = np.clip(said * ramp, -32_768, 32_767).astype(np.int16)
            self._gain = self._wanted_gain
        if said.size == FRAME_SAMPLES:
            return said
        return np.concatenate((said, SILENCE[said.size :]))

    def _cut(self, wanted: int) -> Samples:
        """Takes up to `wanted` samples off the queue."""
        if self._queue and self._queue[0].size > wanted:  # nearly always
            head = self._queue[0]
            self._queue[0] = head[wanted:]
            self._queued -= wanted
            return head[:wanted]
        pieces: list[Samples] = []
        while wanted and self._queue:
            head = self._queue.popleft()
            pieces.append(head[:wanted])
            if head.size > wanted:
                self._queue.appendleft(head[wanted:])
            wanted -= pieces[-1].size
        self._queued -= sum(piece.size for piece in pieces)
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate(pieces) if pieces else SILENCE[:0]
