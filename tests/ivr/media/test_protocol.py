"""The wire format: value to bytes, bytes to value, cut at every point, and everything illegal."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.media.protocol import (
    DIGITS,
    MAX_AUDIO_BYTES,
    Audio,
    Decoder,
    Digit,
    Frame,
    HangUp,
    Identity,
    PeerError,
    ProtocolError,
    encode,
)

ATTEMPT = UUID("00112233-4455-6677-8899-aabbccddeeff")

WIRE = [
    pytest.param(HangUp(), "000000", id="hang-up"),
    pytest.param(Identity(attempt=ATTEMPT), "010010" + ATTEMPT.hex, id="uuid"),
    pytest.param(Digit(digit="#"), "03000123", id="digit"),
    pytest.param(Audio(pcm=b"\x01\x02\x03\x04"), "10000401020304", id="audio"),
    pytest.param(Audio(pcm=bytes(320)), "100140" + "00" * 320, id="20 ms of silence"),
    pytest.param(PeerError(code=2), "ff000102", id="error"),
    pytest.param(PeerError(code=None), "ff0000", id="error without a code"),
]

frames: st.SearchStrategy[Frame] = st.one_of(
    st.just(HangUp()),
    st.uuids().map(lambda attempt: Identity(attempt=attempt)),
    st.sampled_from(DIGITS).map(lambda digit: Digit(digit=digit)),
    st.binary(min_size=1, max_size=300).map(lambda half: Audio(pcm=half + half)),
    st.one_of(st.none(), st.integers(0, 255)).map(lambda code: PeerError(code=code)),
)


@pytest.mark.parametrize(("frame", "wire"), WIRE)
def test_value_to_bytes(frame: Frame, wire: str) -> None:
    assert encode(frame) == bytes.fromhex(wire)


@pytest.mark.parametrize(("frame", "wire"), WIRE)
def test_bytes_to_value_cut_at_every_point(frame: Frame, wire: str) -> None:
    whole = bytes.fromhex(wire)
    for cut in range(len(whole) + 1):
        decoder = Decoder()
        assert [*decoder.feed(whole[:cut]), *decoder.feed(whole[cut:])] == [frame]
        assert not decoder.halfway


@settings(deadline=None)  # a busy machine is no fault of the codec
@given(st.lists(frames, max_size=8), st.data())
def test_any_stream_cut_anywhere(sent: list[Frame], data: st.DataObject) -> None:
    stream = b"".join(encode(frame) for frame in sent)
    decoder, received = Decoder(), list[Frame]()
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        received += decoder.feed(stream[:size])
        stream = stream[size:]
    assert received == sent


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        pytest.param("020001", "unknown kind 0x02", id="unknown kind"),
        pytest.param("474554", "unknown kind 0x47", id="a web browser"),
        pytest.param("100000", "kind 0x10 with zero length", id="audio of nothing"),
        pytest.param("010000", "kind 0x01 with zero length", id="no uuid"),
        pytest.param("01000f", "kind 0x01 with 15 bytes", id="short uuid"),
        pytest.param("010011", "kind 0x01 with 17 bytes", id="long uuid"),
        pytest.param("030002", "kind 0x03 with 2 bytes", id="two digits"),
        pytest.param("03000141", None, id="the key A exists on the wire"),
        pytest.param("0300015a", "no key", id="the key Z does not"),
        pytest.param("000001", "kind 0x00 with 1 bytes", id="hang-up with payload"),
        pytest.param("100003", "half a sample", id="odd audio"),
        pytest.param("10ffff", "kind 0x10 with 65535 bytes", id="oversized audio"),
    ],
)
def test_illegal_bytes(wire: str, message: str | None) -> None:
    decoder = Decoder()
    if message is None:
        assert list(decoder.feed(bytes.fromhex(wire))) == [Digit(digit="A")]
        return
    with pytest.raises(ProtocolError, match=message):
        list(decoder.feed(bytes.fromhex(wire)))


def test_a_usual_frame_takes_the_short_way_only_when_nothing_waits() -> None:
    pcm = bytes(range(160)) * 2
    wire = encode(Audio(pcm=pcm))
    decoder = Decoder()
    assert decoder.usual(memoryview(wire)) == pcm
    assert decoder.usual(wire + wire) is None
    assert decoder.usual(encode(Audio(pcm=pcm[:-2]))) is None
    assert decoder.usual(encode(HangUp())) is None
    assert list(decoder.feed(wire[:-1])) == []
    assert decoder.usual(wire) is None  # it goes on where the half frame stopped
    assert not decoder.usual(b"")


def test_a_bad_header_is_refused_before_its_payload_arrives() -> None:
    with pytest.raises(ProtocolError):
        list(Decoder().feed(b"\x10\xff\xff"))


def test_frames_before_the_garbage_are_delivered() -> None:
    stream = Decoder().feed(encode(HangUp()) + b"\x77\x00\x00")
    assert next(stream) == HangUp()
    with pytest.raises(ProtocolError):
        next(stream)


def test_a_cut_off_frame_is_noticed() -> None:
    decoder = Decoder()
    assert list(decoder.feed(encode(Audio(pcm=b"\x01\x02"))[:-1])) == []
    assert decoder.halfway


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(Audio(pcm=b""), id="empty audio"),
        pytest.param(Audio(pcm=b"x"), id="odd audio"),
        pytest.param(Audio(pcm=bytes(MAX_AUDIO_BYTES + 2)), id="oversized audio"),
        pytest.param(Digit(digit="12"), id="two keys"),
        pytest.param(Digit(digit="x"), id="no key"),
        pytest.param(Digit(digit=""), id="nothing"),
    ],
)
def test_what_no_peer_would_accept_is_not_sent(frame: Frame) -> None:
    with pytest.raises(ProtocolError):
        encode(frame)
