"""kill -9 in the middle of adding, approving, removing and rotating: whole entries, readable or gone."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from config.database import engine_for, migrate, reading
from voiceprint.call_store import rewrap
from voiceprint.entry import EntryStatus
from voiceprint.schema import voice_key
from voiceprint.seal import Vault
from voiceprint.store import WatchListStore
from voiceprint.voiceprint import EncoderId

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ENCODER = EncoderId(model="m", version="1", checksum="0" * 64)

CHILD = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
import numpy as np
from config.database import engine_for
from voiceprint.call_store import rewrap
from voiceprint.entry import EntryStatus, Grounds, WatchlistEntry
from voiceprint.index import FaissIndex
from voiceprint.seal import Vault
from voiceprint.store import NewEntry, WatchListStore
from voiceprint.voiceprint import EncoderId

folder, work = Path(sys.argv[1]), sys.argv[2]
engine = engine_for(f"sqlite:///{folder / 'crash.db'}")
vault = Vault.open(folder / "keys.json")
store = WatchListStore(engine, vault)
now = datetime(2026, 11, 22, tzinfo=UTC)
if work == "rotate":
    while True:
        vault = vault.with_new_key()
        print("rotating", flush=True)
        rewrap(engine, vault, batch=3)
        vault = vault.without_old_keys()
if work == "rebuild":
    print("rebuilding", flush=True)
    while True:
        entries, vectors = store.kept(EncoderId(model="m", version="1", checksum="0" * 64), 8, now)
        FaissIndex(8).add(np.arange(len(entries)), vectors)
        print("rebuilt", len(entries), flush=True)
if work == "destroy":
    for entry in store.entries():
        if entry.status is EntryStatus.REMOVED:
            continue
        print("destroying", entry.id, flush=True)
        store.remove(entry.id, by="bob", at=now)
        print("destroyed", entry.id, flush=True)
number = 0
while True:
    entry = WatchlistEntry(
        id=f"{sys.argv[3]}-{number}", grounds=Grounds(label="l", reason="r", evidence="e", legal_basis="b"),
        status=EntryStatus.PENDING, added_by="ann", added_at=now, approved_by=None, review_at=now,
        expires_at=now + timedelta(days=1), net_speech_s=20.0,
        encoder=EncoderId(model="m", version="1", checksum="0" * 64),
    )
    vector = np.full(8, number, np.float32)
    store.add([NewEntry(entry=entry, vector=vector, speech=np.full(2_000, number, np.int16))])
    print("added", entry.id, number, flush=True)
    store.approve(entry.id, by="bob", at=now)
    print("approved", entry.id, number, flush=True)
    if number % 3 == 2:
        store.remove(entry.id, by="bob", at=now)
        print("removed", entry.id, number, flush=True)
    number += 1
"""


def killed_after(folder: Path, *arguments: str, lines: int) -> list[str]:
    """What the child said before it was killed in the middle of something."""
    command = [sys.executable, "-c", CHILD, str(folder), *arguments]
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": root}
    ) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(lines)]
        child.send_signal(signal.SIGKILL)
        said += child.stdout.readlines()
    assert child.returncode == -signal.SIGKILL
    return [line.strip() for line in said if line.endswith("\n")]


@pytest.mark.parametrize("lines", [9, 16, 31])
def test_a_kill_leaves_whole_entries_and_loses_none(tmp_path: Path, lines: int) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'crash.db'}")
    migrate(engine)
    said = killed_after(tmp_path, "list", "a", lines=lines)
    store = WatchListStore(engine, Vault.open(tmp_path / "keys.json"))
    entries = {entry.id: entry for entry in store.entries()}
    for line in said:
        done, entry_id, _ = line.split()
        assert entry_id in entries  # what was reported done is there
        if done == "approved":
            assert entries[entry_id].status is not EntryStatus.PENDING
        if done == "removed":
            assert entries[entry_id].status is EntryStatus.REMOVED
    kept, vectors = store.kept(ENCODER, 8, NOW)
    for entry, vector in zip(kept, vectors, strict=True):
        number = int(entry.id.split("-")[1])
        assert set(vector.tolist()) == {float(number)}
        assert set(store.speech(entry.id).tolist()) == {number}
    with reading(engine) as connection:
        keys = set(connection.execute(sa.select(voice_key.c.owner)).scalars())
    living = {f"entry:{entry.id}" for entry in entries.values() if entry.status is not EntryStatus.REMOVED}
    assert keys == living  # no key without its entry, no entry without its key
    engine.dispose()


def test_a_kill_in_the_middle_of_a_rotation_locks_nothing_out(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'crash.db'}")
    migrate(engine)
    killed_after(tmp_path, "list", "a", lines=40)
    killed_after(tmp_path, "rotate", "-", lines=3)
    vault = Vault.open(tmp_path / "keys.json")
    count = len(WatchListStore(engine, vault).kept(ENCODER, 8, NOW)[0])
    assert count > 5
    rewrap(engine, vault)
    assert len(WatchListStore(engine, vault.without_old_keys()).kept(ENCODER, 8, NOW)[0]) == count
    engine.dispose()


def listed(folder: Path) -> dict[str, EntryStatus]:
    engine = engine_for(f"sqlite:///{folder / 'crash.db'}")
    store = WatchListStore(engine, Vault.open(folder / "keys.json"))
    found = {entry.id: entry.status for entry in store.entries()}
    kept, _ = store.kept(ENCODER, 8, NOW)  # every living one's key and vector can be read
    assert {entry.id for entry in kept} == {i for i, s in found.items() if s is not EntryStatus.REMOVED}
    engine.dispose()
    return found


def test_a_kill_while_the_index_is_rebuilt_changes_nothing(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'crash.db'}")
    migrate(engine)
    engine.dispose()
    killed_after(tmp_path, "list", "a", lines=40)
    before = listed(tmp_path)
    assert len(before) > 10
    for lines in (1, 2, 5):
        killed_after(tmp_path, "rebuild", "-", lines=lines)
        assert listed(tmp_path) == before


@pytest.mark.parametrize("lines", [1, 2, 4, 7])
def test_a_kill_while_keys_are_destroyed_leaves_each_entry_whole_or_gone(tmp_path: Path, lines: int) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'crash.db'}")
    migrate(engine)
    killed_after(tmp_path, "list", "a", lines=60)
    before = listed(tmp_path)
    said = killed_after(tmp_path, "destroy", "-", lines=lines)
    after = listed(tmp_path)
    gone = {line.split()[1] for line in said if line.startswith("destroyed")}
    assert all(after[entry] is EntryStatus.REMOVED for entry in gone)
    touched = {line.split()[1] for line in said}
    assert {entry: status for entry, status in after.items() if entry not in touched} == {
        entry: status for entry, status in before.items() if entry not in touched
    }
    with reading(engine) as connection:
        keys = set(connection.execute(sa.select(voice_key.c.owner)).scalars())
    assert keys == {f"entry:{i}" for i, status in after.items() if status is not EntryStatus.REMOVED}
    engine.dispose()
