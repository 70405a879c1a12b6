"""When does a listener take a turn? Counts what is heard in 20 ms steps; no clock of its own."""

FRAME_MS = 20
VOICED_RMS = 150.0  # int16; prompts lie near 2,000, G.711 silence below 10
ENOUGH_MS = 200  # of sound since the cue, so that the tail of an earlier prompt is not taken for the question
END_MS = 400  # of silence before anybody takes a prompt to be over


class Attention:
    """What one applicant has heard. Feed it every received frame."""

    def __init__(self) -> None:
        self.silence_ms = 0  # since the last sound
        self.heard_ms = 0  # sound since the last question was put
        self.since_sound_ms: int | None = (
            None  # from the question's first sound until now; None: no sound yet
        )
        self.over_me_ms = 0  # sound since the applicant began to speak

    def hear(self, rms: float) -> None:
        """One frame of the other side."""
        voiced = rms > VOICED_RMS
        self.silence_ms = 0 if voiced else self.silence_ms + FRAME_MS
        if voiced:
            self.heard_ms += FRAME_MS
            self.over_me_ms += FRAME_MS
        if self.since_sound_ms is not None:
            self.since_sound_ms += FRAME_MS
        elif voiced:
            self.since_sound_ms = 0

    def question(self) -> None:
        """A question begins to be asked."""
        self.heard_ms = 0
        self.since_sound_ms = None

    def begin(self) -> None:
        """The applicant begins a turn."""
        self.over_me_ms = 0

    def may_answer(self, after_ms: int) -> bool:
        """Has the question ended long enough ago? A pause inside it that is shorter than this is none."""
        return self.heard_ms >= ENOUGH_MS and self.silence_ms >= max(after_ms, END_MS)

    def may_interrupt(self, after_ms: int) -> bool:
        """Is the question being asked for so long already? Or over, for a short one?"""
        heard = self.since_sound_ms is not None and self.since_sound_ms >= after_ms
        return heard or self.may_answer(END_MS)
