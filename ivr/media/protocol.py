"""The AudioSocket wire format: bytes to frames and back. Pure; both ends of the line use it.

One frame is 1 byte kind, 2 bytes big-endian length, payload. The stream carries 8 kHz mono PCM,
signed 16-bit little-endian.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import numpy as np

HANG_UP = 0x00
IDENTITY = 0x01
DIGIT = 0x03
AUDIO = 0x10
ERROR = 0xFF

WIRE = np.dtype("<i2")  # of samples
DIGITS = "0123456789*#ABCD"
HEADER_BYTES = 3
# Asterisk sends 320 bytes. Whoever holds audio back for more than 2 s has lost the call anyway.
MAX_AUDIO_BYTES = 32_000
USUAL_HEADER = bytes((AUDIO, 320 >> 8, 320 & 0xFF))
USUAL_BYTES = HEADER_BYTES + 320


class ProtocolError(Exception):
    """The peer does not speak AudioSocket. The message holds no payload, so it may be logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """The peer ends the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The first frame of a connection: which call this is."""

    attempt: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Digit:
    """A key was pressed."""

    digit: str  # one of DIGITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """PCM; usually 20 ms, but any even length is legal."""

    pcm: bytes  # int16 little-endian, 8 kHz mono; never empty


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerError:
    """The peer reports a failure and will close."""

    code: int | None  # application-specific; None: none was given


Frame = HangUp | Identity | Digit | Audio | PeerError

# Allowed payload lengths by kind, both ends included.
LENGTHS: dict[int, tuple[int, int]] = {
    HANG_UP: (0, 0),
    IDENTITY: (16, 16),
    DIGIT: (1, 1),
    AUDIO: (2, MAX_AUDIO_BYTES),
    ERROR: (0, 1),
}


def encode(frame: Frame) -> bytes:
    """Header and payload in one piece: sent in two writes, a late payload kills the call in Asterisk.

    Raises ProtocolError for a frame that no peer would accept.
    """
    match frame:
        case HangUp():
            kind, payload = HANG_UP, b""
        case Identity(attempt=attempt):
            kind, payload = IDENTITY, attempt.bytes
        case Digit(digit=digit):
            kind, payload = DIGIT, _digit_byte(digit)
        case Audio(pcm=pcm):
            return encode_audio(pcm)
        case PeerError(code=code):
            kind, payload = ERROR, b"" if code is None else bytes((code,))
    _check_length(kind, len(payload))
    return kind.to_bytes(1, "big") + len(payload).to_bytes(2, "big") + payload


def encode_audio(pcm: bytes) -> bytes:
    """The same for audio alone, as it is sent 50 times a second and call. int16 little-endian."""
    size = len(pcm)
    if size % 2 or not 2 <= size <= MAX_AUDIO_BYTES:
        _check_length(AUDIO, size)
    return (AUDIO << 16 | size).to_bytes(HEADER_BYTES, "big") + pcm


class Decoder:
    """Turns a byte stream, cut anywhere, into frames. One per connection."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def usual(self, chunk: bytes | memoryview) -> bytes | None:
        """The samples, if `chunk` is nothing but one frame of 20 ms, as nearly always. None: `feed` it."""
        if not self._pending and len(chunk) == USUAL_BYTES and chunk[:HEADER_BYTES] == USUAL_HEADER:
            return bytes(chunk[HEADER_BYTES:])
        return None

    def feed(self, chunk: bytes | memoryview) -> Iterator[Frame]:
        """Yields every frame that is complete now; keeps the rest for the next chunk.

        Raises ProtocolError at the first bad header, before its payload has arrived. The decoder
        cannot be used afterwards: there is no way back into step.
        """
        self._pending += chunk
        while len(self._pending) >= HEADER_BYTES:
            kind = self._pending[0]
            length = int.from_bytes(self._pending[1:HEADER_BYTES], "big")
            _check_length(kind, length)
            end = HEADER_BYTES + length
            if len(self._pending) < end:
                return
            payload = bytes(self._pending[HEADER_BYTES:end])
            del self._pending[:end]
            yield _decode(kind, payload)

    @property
    def halfway(self) -> bool:
        """True while the last frame is incomplete; at the end of a stream, a cut-off frame."""
        return bool(self._pending)


def _check_length(kind: int, length: int) -> None:
    allowed = LENGTHS.get(kind)
    if allowed is None:
        raise ProtocolError(f"unknown kind 0x{kind:02x}")
    low, high = allowed
    if length == 0 < low:
        raise ProtocolError(f"kind 0x{kind:02x} with zero length")
    if not low <= length <= high:
        raise ProtocolError(f"kind 0x{kind:02x} with {length} bytes, allowed {low} to {high}")
    if kind == AUDIO and length % 2:
        raise ProtocolError(f"kind 0x{kind:02x} with {length} bytes, half a sample")


def _decode(kind: int, payload: bytes) -> Frame:
    match kind:
        case 0x00:
            return HangUp()
        case 0x01:
            return Identity(attempt=UUID(bytes=payload))
        case 0x03:
            return Digit(digit=_digit(payload[0]))
        case 0x10:
            return Audio(pcm=payload)
        case _:  # only ERROR is left in LENGTHS
            return PeerError(code=payload[0] if payload else None)


def _digit(byte: int) -> str:
    digit = chr(byte)
    if digit not in DIGITS:
        raise ProtocolError("kind 0x03 with a byte that is no key")
    return digit


def _digit_byte(digit: str) -> bytes:
    if len(digit) != 1 or digit not in DIGITS:
        raise ProtocolError("kind 0x03 with a character that is no key")
    return digit.encode("ascii")
