"""The tables of this room: watch list and voiceprints of calls. SQL is the truth; indexes are rebuilt."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from config.database import UtcDateTime, metadata, reading
from decision_hook.contract import SurveyError
from voiceprint.entry import EntryOrigin, EntryStatus, WatchlistEntry
from voiceprint.voiceprint import EncoderId, Vectors, Voiceprint

watchlist_entry = sa.Table(
    "watchlist_entry",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("label", sa.String(200), nullable=False),  # what staff call this voice; not a caller's name
    sa.Column("reason", sa.String(1000), nullable=False),  # why it is listed, and the evidence
    sa.Column("origin", sa.String(10), nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("added_by", sa.String(100), nullable=False),
    sa.Column("added_at", UtcDateTime(), nullable=False),
    sa.Column("approved_by", sa.String(100)),
    sa.Column("approved_at", UtcDateTime()),
    sa.Column("removed_by", sa.String(100)),
    sa.Column("removed_at", UtcDateTime()),
    sa.Column("expires_at", UtcDateTime(), nullable=False),
    sa.Column("model", sa.String(100), nullable=False),
    sa.Column("checksum", sa.String(64), nullable=False),
    sa.Column("vector", sa.LargeBinary()),  # float32 little-endian; NULL once removed
    sa.Column("net_speech_s", sa.Float(), nullable=False),
    sa.CheckConstraint("approved_by IS NULL OR approved_by <> added_by", name="two_persons"),
    sa.CheckConstraint("status IN ('pending', 'active', 'removed')", name="status_known"),
    sa.CheckConstraint("origin IN ('real', 'filler')", name="origin_known"),
    sa.CheckConstraint(
        "status <> 'active' OR origin = 'filler' OR approved_by IS NOT NULL", name="active_is_approved"
    ),
    sa.CheckConstraint("(status = 'removed') = (vector IS NULL)", name="removed_has_no_vector"),
    sa.Index("ix_watchlist_entry_status_model", "status", "model"),
)

call_voiceprint = sa.Table(
    "call_voiceprint",
    metadata,
    sa.Column("call", sa.Uuid(), primary_key=True),
    sa.Column("consent_at_ms", sa.Integer(), nullable=False),  # the call's voiceprint consent, since answer
    sa.Column("made_at", UtcDateTime(), nullable=False),
    sa.Column("model", sa.String(100), nullable=False),
    sa.Column("checksum", sa.String(64), nullable=False),
    sa.Column("vector", sa.LargeBinary(), nullable=False),
    sa.Column("net_speech_s", sa.Float(), nullable=False),
)

Revision = tuple[int, datetime | None, datetime | None]  # changes whenever the active list does
_DESCRIPTION = [column for column in watchlist_entry.c if column.name != "vector"]


class WatchListStore:
    """Reads and writes the tables. Every method blocks; one method, one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, entries: Sequence[WatchlistEntry], vectors: Vectors) -> None:
        """Raises SurveyError if an id is taken."""
        rows = [
            {
                **{name: getattr(entry, name) for name in _PLAIN},
                "model": entry.encoder.model,
                "checksum": entry.encoder.checksum,
                "vector": vector.astype("<f4").tobytes(),
            }
            for entry, vector in zip(entries, vectors, strict=True)
        ]
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(watchlist_entry), rows)
        except sa.exc.IntegrityError as exc:
            raise SurveyError(
                "watch list: an entry with this id is there already; choose another id"
            ) from exc

    def approve(self, entry_id: str, *, by: str, at: datetime) -> None:
        """Makes a pending entry active. Raises SurveyError; the person who added it may not approve it."""
        with self._engine.begin() as connection:
            entry = self._found(connection, entry_id)
            if entry.status != EntryStatus.PENDING:
                raise SurveyError(
                    f"watch list entry {entry_id}: is {entry.status}, not pending; nothing to approve"
                )
            if entry.added_by == by:
                raise SurveyError(
                    f"watch list entry {entry_id}: was added by {by}; another person must approve it"
                )
            connection.execute(
                sa.update(watchlist_entry)
                .where(watchlist_entry.c.id == entry_id)
                .values(status=EntryStatus.ACTIVE, approved_by=by, approved_at=at)
            )

    def remove(self, entry_id: str, *, by: str, at: datetime) -> None:
        """Deletes the vector for good; who listed and removed it stays. Raises SurveyError."""
        with self._engine.begin() as connection:
            if self._found(connection, entry_id).status == EntryStatus.REMOVED:
                raise SurveyError(f"watch list entry {entry_id}: was removed already; nothing to do")
            connection.execute(
                sa.update(watchlist_entry)
                .where(watchlist_entry.c.id == entry_id)
                .values(status=EntryStatus.REMOVED, vector=None, removed_by=by, removed_at=at)
            )

    def entries(self, *, filler: bool = False) -> list[WatchlistEntry]:
        """All entries, newest first; drawn strangers only if asked for."""
        query = sa.select(*_DESCRIPTION).order_by(watchlist_entry.c.added_at.desc(), watchlist_entry.c.id)
        if not filler:
            query = query.where(watchlist_entry.c.origin != EntryOrigin.FILLER)
        with reading(self._engine) as connection:
            return [_entry(row) for row in connection.execute(query)]

    def revision(self) -> Revision:
        """Equal for two calls: the active list did not change between them, expiry apart."""
        column = watchlist_entry.c
        query = sa.select(sa.func.count(), sa.func.max(column.approved_at), sa.func.max(column.removed_at))
        with reading(self._engine) as connection:
            count, approved, removed = connection.execute(query).one()
        return count, approved, removed

    def active(
        self, encoder: EncoderId, dimensions: int, now: datetime
    ) -> tuple[list[WatchlistEntry], Vectors]:
        """Entries of these weights that may be searched, and their vectors (n, d)."""
        column = watchlist_entry.c
        query = sa.select(watchlist_entry).where(
            column.status == EntryStatus.ACTIVE,
            column.expires_at > now,
            column.model == encoder.model,
            column.checksum == encoder.checksum,
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        wanted_bytes = 4 * dimensions
        for row in rows:
            if len(row.vector) != wanted_bytes:
                raise SurveyError(
                    f"watch list entry {row.id}: its stored vector is damaged; remove and add it again"
                )
        vectors = np.frombuffer(b"".join(row.vector for row in rows), dtype="<f4")
        return [_entry(row) for row in rows], vectors.reshape(len(rows), dimensions)

    def keep_call(self, call: UUID, voiceprint: Voiceprint, *, consent_at_ms: int, at: datetime) -> None:
        """Stores the call's voiceprint; a later one of the same call, from more speech, replaces it."""
        row = {
            "consent_at_ms": consent_at_ms,
            "made_at": at,
            "model": voiceprint.encoder.model,
            "checksum": voiceprint.encoder.checksum,
            "vector": voiceprint.vector.astype("<f4").tobytes(),
            "net_speech_s": voiceprint.net_speech_s,
        }
        with self._engine.begin() as connection:
            known = sa.update(call_voiceprint).where(call_voiceprint.c.call == call).values(**row)
            if connection.execute(known).rowcount == 0:
                connection.execute(sa.insert(call_voiceprint).values(call=call, **row))

    @staticmethod
    def _found(connection: sa.Connection, entry_id: str) -> WatchlistEntry:
        row = connection.execute(
            sa.select(*_DESCRIPTION).where(watchlist_entry.c.id == entry_id)
        ).one_or_none()
        if row is None:
            raise SurveyError(f'watch list: no entry {entry_id}; see "shengwen voiceprint list"')
        return _entry(row)


_PLAIN = (
    "id", "label", "reason", "origin", "status", "added_by", "added_at", "approved_by", "expires_at",
    "net_speech_s",
)  # fmt: skip


def _entry(row: Row[tuple[object, ...]]) -> WatchlistEntry:
    return WatchlistEntry(
        id=row.id,
        label=row.label,
        reason=row.reason,
        origin=EntryOrigin(row.origin),
        status=EntryStatus(row.status),
        added_by=row.added_by,
        added_at=row.added_at,
        approved_by=row.approved_by,
        expires_at=row.expires_at,
        encoder=EncoderId(model=row.model, checksum=row.checksum),
        net_speech_s=row.net_speech_s,
    )
