"""Voiceprints of calls when the encoder changes: those with a recording go along, each on its own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import Engine

from tests.fakes.encoder import FakeEncoder, tone
from voiceprint.audio import Samples
from voiceprint.call_store import CallStore
from voiceprint.pool import pool
from voiceprint.reembed import embed_calls_anew
from voiceprint.replay import landmarks
from voiceprint.seal import Vault
from voiceprint.tables import VoiceprintTable

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def calls(engine: Engine, vault: Vault) -> CallStore:
    return CallStore(engine, vault)


def test_calls_with_a_recording_go_along_to_another_encoder(
    calls: CallStore, encoder: FakeEncoder, table: VoiceprintTable
) -> None:
    said: dict[UUID, Sequence[Samples]] = {
        uuid4(): [tone(300, 3)],
        uuid4(): [tone(440, 2), tone(440, 3)],
        uuid4(): [tone(700, 4)],
    }
    for call, answers in said.items():
        found = pool(answers, encoder, min_speech_s=2)
        assert found is not None
        calls.keep(call, found, landmarks(answers[0]), consent_at_ms=1, at=NOW)
    lost = list(said)[2]
    marks = dict(calls.landmarks(3))
    other = FakeEncoder(replace(encoder.id, version="next"), table.strangers_mean, table.strangers_spread)
    waiting = calls.of_other_encoders(other.id)
    assert set(waiting) == set(said)

    def answers_of(call: UUID) -> Sequence[Samples]:
        return [] if call == lost else said[call]

    steps = embed_calls_anew(waiting, answers_of, calls, other, min_speech_s=2)
    assert next(steps) is (waiting[0] != lost)  # stopped here: what is done is done
    again = calls.of_other_encoders(other.id)
    assert len(again) == 2 + (waiting[0] == lost)
    list(embed_calls_anew(again, answers_of, calls, other, min_speech_s=2))
    assert calls.of_other_encoders(other.id) == [lost]
    kept, vectors = calls.kept(other.id, other.dimensions)
    for row, vector in zip(kept, vectors, strict=True):
        np.testing.assert_allclose(vector, other.embed(said[row.call][0]), atol=1e-6)
        assert row.made_at == NOW
    assert [row.call for row in calls.kept(encoder.id, encoder.dimensions)[0]] == [lost]
    for call, found_marks in calls.landmarks(3):
        np.testing.assert_array_equal(found_marks, marks[call])
