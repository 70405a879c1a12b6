"""Calls of one voice are counted from memory, which follows the table."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from tests.fakes.encoder import FakeEncoder, tone
from voiceprint.backend import Backend
from voiceprint.call_store import CallStore
from voiceprint.pool import pool
from voiceprint.recent_voices import STORED_WITHIN, RecentVoices
from voiceprint.replay import landmarks
from voiceprint.seal import Vault
from voiceprint.tables import VoiceprintTable
from voiceprint.voiceprint import Voiceprint

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MONTH = timedelta(days=30)


@pytest.fixture
def calls(engine: Engine, vault: Vault) -> CallStore:
    return CallStore(engine, vault)


@pytest.fixture
def recent(calls: CallStore, table: VoiceprintTable, encoder: FakeEncoder) -> RecentVoices:
    return RecentVoices(calls, Backend(table), encoder)


def spoken(encoder: FakeEncoder, hz: int, seconds: float = 6) -> Voiceprint:
    found = pool([tone(hz, seconds)], encoder, min_speech_s=2)
    assert found is not None
    return found


def keep(calls: CallStore, found: Voiceprint, at: datetime, call: UUID | None = None) -> UUID:
    call = call or uuid4()
    calls.keep(call, found, landmarks(tone(300, 3)), consent_at_ms=1, at=at)
    return call


def count(recent: RecentVoices, found: Voiceprint, *, call: UUID | None = None, at: datetime = NOW) -> int:
    return recent.alike(found, call=call or uuid4(), since=at - MONTH, strangers=0.05)


def test_calls_of_this_voice_are_counted_and_no_others(
    recent: RecentVoices, calls: CallStore, encoder: FakeEncoder
) -> None:
    voice, other = spoken(encoder, 440), spoken(encoder, 700)
    assert count(recent, voice) == 0
    own = keep(calls, voice, NOW)
    keep(calls, other, NOW)
    keep(calls, voice, NOW - MONTH - timedelta(days=1))
    assert count(recent, voice) == count(recent, other) == 1
    assert count(recent, voice, call=own) == 0


def test_a_call_stored_behind_a_newer_one_is_counted(
    recent: RecentVoices, calls: CallStore, encoder: FakeEncoder
) -> None:
    voice = spoken(encoder, 440)
    keep(calls, voice, NOW)
    assert count(recent, voice) == 1
    keep(calls, voice, NOW - STORED_WITHIN / 2)
    assert count(recent, voice) == 2


def test_a_call_kept_again_counts_once_with_its_later_voice(
    recent: RecentVoices, calls: CallStore, encoder: FakeEncoder
) -> None:
    voice, other = spoken(encoder, 440), spoken(encoder, 700)
    call = keep(calls, voice, NOW)
    assert (count(recent, voice), count(recent, other)) == (1, 0)
    keep(calls, other, NOW + timedelta(minutes=1), call)
    assert (count(recent, voice), count(recent, other)) == (0, 1)


def test_what_is_too_old_leaves_memory(recent: RecentVoices, calls: CallStore, encoder: FakeEncoder) -> None:
    voice = spoken(encoder, 440)
    for days in (29, 10, 0):
        keep(calls, voice, NOW - timedelta(days=days))
    assert count(recent, voice) == 3
    assert count(recent, voice, at=NOW + timedelta(days=5)) == 2
    calls.delete_before(NOW + timedelta(days=1))
    recent.forget_before(NOW + timedelta(days=1))
    assert count(recent, voice, at=NOW + timedelta(days=5)) == 0
