"""Reads and writes the watch list. One method, one transaction: a crash leaves all of it or nothing."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from config.database import reading
from decision_hook.contract import SurveyError
from voiceprint.audio import RATE_HZ, Samples
from voiceprint.entry import EntryStatus, Grounds, WatchlistEntry, described
from voiceprint.schema import voice_key, watchlist_change, watchlist_entry
from voiceprint.seal import Vault, WrappedKey, seal, unseal
from voiceprint.voiceprint import EncoderId, Vector, Vectors

_SEALED = ("vector", "speech")
_DESCRIPTION = [column for column in watchlist_entry.c if column.name not in _SEALED]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NewEntry:
    """An entry with what is sealed for it."""

    entry: WatchlistEntry
    vector: Vector
    speech: Samples  # int16 at 8 kHz, without pauses


class WatchListStore:
    """The entries, their keys and what these seal. Every method blocks."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault

    def add(self, added: Sequence[NewEntry]) -> None:
        """Raises SurveyError if an id is taken."""
        rows, keys = [], []
        for new in added:
            owner = _owner(new.entry.id)
            key, wrapped = self._vault.new_key(owner)
            rows.append(
                {
                    **described(new.entry),
                    "vector": seal(key, new.vector.astype("<f4").tobytes(), owner),
                    "speech": seal(key, _compressed(new.speech), owner),
                }
            )
            keys.append({"owner": owner, "master": wrapped.master, "wrapped": wrapped.wrapped})
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(watchlist_entry), rows)
                connection.execute(sa.insert(voice_key), keys)
                connection.execute(sa.insert(watchlist_change), [{"entry": row["id"]} for row in rows])
        except sa.exc.IntegrityError as exc:
            raise SurveyError(
                "watch list: an entry with this id is there already; choose another id"
            ) from exc

    def approve(self, entry_id: str, *, by: str, at: datetime) -> None:
        """Makes a pending entry active. Raises SurveyError; the person who added it may not approve it."""
        with self._engine.begin() as connection:
            entry = _found(connection, entry_id)
            if entry.status != EntryStatus.PENDING:
                raise SurveyError(
                    f"watch list entry {entry_id}: is {entry.status}, not pending; nothing to approve"
                )
            if entry.added_by == by.strip():
                raise SurveyError(
                    f"watch list entry {entry_id}: was added by {by}; another person must approve it"
                )
            if not by.strip():
                raise SurveyError(f"watch list entry {entry_id}: the person is empty; say who approves")
            connection.execute(
                sa.update(watchlist_entry)
                .where(watchlist_entry.c.id == entry_id)
                .values(status=EntryStatus.ACTIVE, approved_by=by.strip(), approved_at=at)
            )
            connection.execute(sa.insert(watchlist_change).values(entry=entry_id))

    def reviewed(self, entry_id: str, *, review_at: datetime) -> None:
        """Somebody looked at the entry and it stays: when to look again. Raises SurveyError."""
        with self._engine.begin() as connection:
            entry = _found(connection, entry_id)
            if entry.status == EntryStatus.REMOVED or review_at > entry.expires_at:
                raise SurveyError(
                    f"watch list entry {entry_id}: is {entry.status} until {entry.expires_at:%Y-%m-%d}; "
                    "choose an earlier review, or add the voice again"
                )
            connection.execute(
                sa.update(watchlist_entry).where(watchlist_entry.c.id == entry_id).values(review_at=review_at)
            )

    def remove(self, entry_id: str, *, by: str, at: datetime) -> None:
        """Destroys the key and deletes vector and audio; who listed and removed it stays. Raises SurveyError.

        Also the database's free pages and its log hold neither afterwards.
        """
        with self._engine.begin() as connection:
            if _found(connection, entry_id).status == EntryStatus.REMOVED:
                raise SurveyError(f"watch list entry {entry_id}: was removed already; nothing to do")
            overwrite_deleted(connection)
            _delete(connection, [entry_id], by=by, at=at)
        empty_log(self._engine)

    def remove_expired(self, now: datetime) -> int:
        """Deletes what expired, as `remove` does; returns how many entries."""
        with self._engine.begin() as connection:
            column = watchlist_entry.c
            query = sa.select(column.id).where(column.status != EntryStatus.REMOVED, column.expires_at <= now)
            expired = [row.id for row in connection.execute(query)]
            if not expired:
                return 0
            overwrite_deleted(connection)
            _delete(connection, expired, by="retention", at=now)
        empty_log(self._engine)
        return len(expired)

    def entries(self) -> list[WatchlistEntry]:
        """All entries, newest first."""
        query = sa.select(*_DESCRIPTION).order_by(watchlist_entry.c.added_at.desc(), watchlist_entry.c.id)
        with reading(self._engine) as connection:
            return [_entry(row) for row in connection.execute(query)]

    def newest_change(self) -> int:
        """Number of the latest change; the same number: the list did not change, expiry apart."""
        with reading(self._engine) as connection:
            return connection.execute(sa.select(sa.func.max(watchlist_change.c.number))).scalar() or 0

    def changed_after(self, number: int) -> set[str]:
        """Ids of entries added, approved, embedded anew or removed since."""
        query = sa.select(watchlist_change.c.entry).where(watchlist_change.c.number > number).distinct()
        with reading(self._engine) as connection:
            return set(connection.execute(query).scalars())

    def kept(
        self, encoder: EncoderId, dimensions: int, now: datetime, *, only: set[str] | None = None
    ) -> tuple[list[WatchlistEntry], Vectors]:
        """This encoder's entries, active and pending, and their vectors (n, d). Raises SurveyError."""
        column = watchlist_entry.c
        query = (
            sa.select(*_DESCRIPTION, column.vector, voice_key.c.master, voice_key.c.wrapped)
            .outerjoin(voice_key, voice_key.c.owner == sa.literal("entry:") + column.id)
            .where(
                column.status != EntryStatus.REMOVED,
                column.expires_at > now,
                column.model == encoder.model,
                column.version == encoder.version,
                column.checksum == encoder.checksum,
            )
        )
        with reading(self._engine) as connection:
            if only is None:
                rows = connection.execute(query).all()
            else:
                rows = [
                    row
                    for ids in _parts(sorted(only))
                    for row in connection.execute(query.where(column.id.in_(ids)))
                ]
        vectors = np.zeros((len(rows), dimensions), dtype=np.float32)
        for row, vector in zip(rows, vectors, strict=True):
            content = self._opened(row.id, row.master, row.wrapped, row.vector)
            if len(content) != 4 * dimensions:
                raise SurveyError(
                    f"watch list entry {row.id}: its vector has {len(content)} bytes; remove and add it again"
                )
            vector[:] = np.frombuffer(content, dtype="<f4")
        return [_entry(row) for row in rows], vectors

    def of_other_encoders(self, encoder: EncoderId) -> list[str]:
        """Ids of entries, pending or active, that this encoder cannot search yet."""
        column = watchlist_entry.c
        query = sa.select(column.id).where(
            column.status != EntryStatus.REMOVED,
            sa.or_(
                column.model != encoder.model,
                column.version != encoder.version,
                column.checksum != encoder.checksum,
            ),
        )
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def speech(self, entry_id: str) -> Samples:
        """What the entry was made from. Raises SurveyError if it was removed or is damaged."""
        query = (
            sa.select(watchlist_entry.c.speech, voice_key.c.master, voice_key.c.wrapped)
            .outerjoin(voice_key, voice_key.c.owner == _owner(entry_id))
            .where(watchlist_entry.c.id == entry_id)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None or row.speech is None:
            raise SurveyError(f"watch list entry {entry_id}: has no audio; it was removed or never added")
        return _decompressed(self._opened(entry_id, row.master, row.wrapped, row.speech))

    def embedded_anew(self, entry_id: str, vector: Vector, encoder: EncoderId) -> None:
        """Replaces the entry's vector by another encoder's. An entry removed meanwhile stays removed."""
        with self._engine.begin() as connection:
            key = connection.execute(
                sa.select(voice_key).where(voice_key.c.owner == _owner(entry_id))
            ).one_or_none()
            if key is None:
                return
            opened = self._vault.unwrap(WrappedKey(master=key.master, wrapped=key.wrapped), _owner(entry_id))
            connection.execute(
                sa.update(watchlist_entry)
                .where(watchlist_entry.c.id == entry_id)
                .values(
                    vector=seal(opened, vector.astype("<f4").tobytes(), _owner(entry_id)),
                    model=encoder.model,
                    version=encoder.version,
                    checksum=encoder.checksum,
                )
            )
            connection.execute(sa.insert(watchlist_change).values(entry=entry_id))

    def _opened(self, entry_id: str, master: str | None, wrapped: bytes | None, sealed: bytes) -> bytes:
        if master is None or wrapped is None:
            raise SurveyError(f"watch list entry {entry_id}: its key is gone; remove the entry")
        key = self._vault.unwrap(WrappedKey(master=master, wrapped=wrapped), _owner(entry_id))
        return unseal(key, sealed, _owner(entry_id))


def overwrite_deleted(connection: sa.Connection) -> None:
    """From here on what SQLite deletes on this connection is overwritten with zeros, not only unlinked."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def empty_log(engine: Engine) -> None:
    """Moves the write-ahead log into the database and empties it: it holds pages from before a deletion.

    While somebody reads an older view, the log stays until the next call; so every deletion calls it.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None  # an open connection has one
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _delete(connection: sa.Connection, ids: Sequence[str], *, by: str, at: datetime) -> None:
    for entry_id in ids:
        connection.execute(sa.delete(voice_key).where(voice_key.c.owner == _owner(entry_id)))
        connection.execute(
            sa.update(watchlist_entry)
            .where(watchlist_entry.c.id == entry_id)
            .values(status=EntryStatus.REMOVED, vector=None, speech=None, removed_by=by, removed_at=at)
        )
        connection.execute(sa.insert(watchlist_change).values(entry=entry_id))


def _parts(ids: Sequence[str]) -> list[Sequence[str]]:
    """SQLite takes 32,766 parameters in a statement, older ones 999."""
    return [ids[start : start + 900] for start in range(0, len(ids), 900)]


def _found(connection: sa.Connection, entry_id: str) -> WatchlistEntry:
    row = connection.execute(sa.select(*_DESCRIPTION).where(watchlist_entry.c.id == entry_id)).one_or_none()
    if row is None:
        raise SurveyError(f'watch list: no entry {entry_id}; see "shengwen voiceprint list"')
    return _entry(row)


def _owner(entry_id: str) -> str:
    return f"entry:{entry_id}"


def _entry(row: Row[*tuple[Any, ...]]) -> WatchlistEntry:
    return WatchlistEntry(
        id=row.id,
        grounds=Grounds(
            label=row.label, reason=row.reason, evidence=row.evidence, legal_basis=row.legal_basis
        ),
        status=EntryStatus(row.status),
        added_by=row.added_by,
        added_at=row.added_at,
        approved_by=row.approved_by,
        review_at=row.review_at,
        expires_at=row.expires_at,
        encoder=EncoderId(model=row.model, version=row.version, checksum=row.checksum),
        net_speech_s=row.net_speech_s,
    )


def _compressed(speech: Samples) -> bytes:
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, speech, RATE_HZ, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()


def _decompressed(content: bytes) -> Samples:
    import soundfile

    samples: Samples = soundfile.read(io.BytesIO(content), dtype="int16")[0]
    return samples
