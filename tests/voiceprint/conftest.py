"""A migrated database, the measured numbers, and an encoder that pretends to be the one they belong to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from config.database import engine_for, migrate
from tests.fakes.encoder import FakeEncoder
from voiceprint.backend import Backend
from voiceprint.store import WatchListStore
from voiceprint.tables import VoiceprintTable
from voiceprint.voiceprint import EncoderId
from voiceprint.watchlist import WatchList


@pytest.fixture(scope="session")
def table() -> VoiceprintTable:
    return VoiceprintTable.load()


@pytest.fixture(scope="session")
def backend(table: VoiceprintTable) -> Backend:
    return Backend(table)


@pytest.fixture(scope="session")
def encoder(table: VoiceprintTable) -> FakeEncoder:
    identity = EncoderId(model=table.file.model, checksum=table.file.checksum)
    return FakeEncoder(identity, table.strangers_mean, table.strangers_spread)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = engine_for(f"sqlite:///{tmp_path / 'test.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> WatchListStore:
    return WatchListStore(engine)


@pytest.fixture
def watchlist(store: WatchListStore, backend: Backend, encoder: FakeEncoder) -> WatchList:
    return WatchList(store, backend, encoder, candidates_per_1000_calls=20, min_speech_s=2)
