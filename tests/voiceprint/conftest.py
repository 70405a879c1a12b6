"""A migrated database, the measured numbers, and an encoder that pretends to be the one they belong to."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine

from config.database import engine_for, migrate
from tests.fakes.encoder import FakeEncoder
from voiceprint.backend import Backend
from voiceprint.filler import draw_strangers
from voiceprint.seal import Vault
from voiceprint.store import WatchListStore
from voiceprint.tables import VoiceprintTable
from voiceprint.voiceprint import EncoderId, Vectors
from voiceprint.watchlist import ListPolicy, WatchList

POLICY = ListPolicy(
    candidates_per_1000_calls=20,
    target_fpir=None,
    min_speech_s=2,
    keep=timedelta(days=365),
    review=timedelta(days=180),
)


@pytest.fixture(scope="session")
def table() -> VoiceprintTable:
    return VoiceprintTable.load()


@pytest.fixture(scope="session")
def backend(table: VoiceprintTable) -> Backend:
    return Backend(table)


@pytest.fixture(scope="session")
def encoder(table: VoiceprintTable) -> FakeEncoder:
    identity = EncoderId(model=table.file.model, version=table.file.version, checksum=table.file.checksum)
    return FakeEncoder(identity, table.strangers_mean, table.strangers_spread)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = engine_for(f"sqlite:///{tmp_path / 'test.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.open(tmp_path / "keys.json")


@pytest.fixture
def store(engine: Engine, vault: Vault) -> WatchListStore:
    return WatchListStore(engine, vault)


@pytest.fixture
def strangers(table: VoiceprintTable) -> Vectors:
    return draw_strangers(table, 1_000, np.random.default_rng(0))


@pytest.fixture
def watchlist(
    store: WatchListStore, backend: Backend, encoder: FakeEncoder, vault: Vault, strangers: Vectors
) -> WatchList:
    return WatchList(store, backend, encoder, POLICY, vault, strangers)
