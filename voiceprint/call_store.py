"""Voiceprints of calls, each with its own key: for 1:1, for one voice under many identities, for replays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from config.database import reading
from decision_hook.contract import SurveyError
from voiceprint.replay import Landmarks
from voiceprint.schema import call_voiceprint, voice_key
from voiceprint.seal import Vault, WrappedKey, seal, unseal
from voiceprint.store import empty_log, overwrite_deleted
from voiceprint.voiceprint import EncoderId, Vectors, Voiceprint


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCall:
    """One call whose voiceprint is kept."""

    call: UUID
    made_at: datetime
    net_speech_s: float


class CallStore:
    """One method, one transaction. Every method blocks."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault

    def keep(
        self, call: UUID, voiceprint: Voiceprint, marks: Landmarks, *, consent_at_ms: int, at: datetime
    ) -> None:
        """Stores the call's voiceprint; a later one of the same call, from more speech, replaces it."""
        owner = _owner(call)
        key, wrapped = self._vault.new_key(owner)
        row = {
            "call": call,
            "key_owner": owner,
            "consent_at_ms": consent_at_ms,
            "made_at": at,
            "model": voiceprint.encoder.model,
            "version": voiceprint.encoder.version,
            "checksum": voiceprint.encoder.checksum,
            "vector": seal(key, voiceprint.vector.astype("<f4").tobytes(), owner),
            "landmarks": seal(key, marks.astype("<i4").tobytes(), owner),
            "net_speech_s": voiceprint.net_speech_s,
        }
        with self._engine.begin() as connection:
            _delete(connection, [call])
            connection.execute(sa.insert(call_voiceprint).values(**row))
            connection.execute(
                sa.insert(voice_key).values(owner=owner, master=wrapped.master, wrapped=wrapped.wrapped)
            )

    def kept(
        self,
        encoder: EncoderId,
        dimensions: int,
        *,
        only: Sequence[UUID] | None = None,
        since: datetime | None = None,
    ) -> tuple[list[KeptCall], Vectors]:
        """This encoder's calls, oldest first, and vectors (n, d). Raises SurveyError.

        `only`: some of them; `since`: when the voiceprint was made; None: all that are kept.
        """
        column = call_voiceprint.c
        query = (
            sa.select(column.call, column.made_at, column.net_speech_s, column.vector, *voice_key.c)
            .outerjoin(voice_key, voice_key.c.owner == column.key_owner)
            .where(
                column.model == encoder.model,
                column.version == encoder.version,
                column.checksum == encoder.checksum,
                sa.true() if since is None else column.made_at >= since,
            )
            .order_by(column.made_at, column.call)
        )
        if only is not None:
            query = query.where(column.call.in_(only))
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        vectors = np.zeros((len(rows), dimensions), dtype=np.float32)
        for row, vector in zip(rows, vectors, strict=True):
            vector[:] = np.frombuffer(
                self._opened(row.call, row.master, row.wrapped, row.vector), dtype="<f4"
            )
        calls = [KeptCall(call=r.call, made_at=r.made_at, net_speech_s=r.net_speech_s) for r in rows]
        return calls, vectors

    def of_other_encoders(self, encoder: EncoderId) -> list[UUID]:
        """Calls whose voiceprints this encoder cannot compare, oldest first."""
        column = call_voiceprint.c
        query = (
            sa.select(column.call)
            .where(
                sa.or_(
                    column.model != encoder.model,
                    column.version != encoder.version,
                    column.checksum != encoder.checksum,
                )
            )
            .order_by(column.made_at, column.call)
        )
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def embedded_anew(self, call: UUID, voiceprint: Voiceprint) -> None:
        """Replaces a call's vector by another encoder's; its key, date and landmarks stay.

        A call deleted meanwhile stays deleted. Raises SurveyError if its key is gone.
        """
        owner = _owner(call)
        with self._engine.begin() as connection:
            row = connection.execute(
                sa.select(voice_key.c.master, voice_key.c.wrapped).where(voice_key.c.owner == owner)
            ).one_or_none()
            if row is None:
                return
            key = self._vault.unwrap(WrappedKey(master=row.master, wrapped=row.wrapped), owner)
            connection.execute(
                sa.update(call_voiceprint)
                .where(call_voiceprint.c.call == call)
                .values(
                    vector=seal(key, voiceprint.vector.astype("<f4").tobytes(), owner),
                    model=voiceprint.encoder.model,
                    version=voiceprint.encoder.version,
                    checksum=voiceprint.encoder.checksum,
                    net_speech_s=voiceprint.net_speech_s,
                )
            )

    def landmarks(self, newest: int) -> list[tuple[UUID, Landmarks]]:
        """Of the newest calls, newest first. Raises SurveyError."""
        column = call_voiceprint.c
        query = (
            sa.select(column.call, column.landmarks, voice_key.c.master, voice_key.c.wrapped)
            .outerjoin(voice_key, voice_key.c.owner == column.key_owner)
            .order_by(column.made_at.desc())
            .limit(newest)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [
            (
                row.call,
                np.frombuffer(self._opened(row.call, row.master, row.wrapped, row.landmarks), dtype="<i4")
                .reshape(-1, 2)
                .astype(np.int64),
            )
            for row in rows
        ]

    def delete_before(self, before: datetime) -> int:
        """Deletes voiceprints, landmarks and keys of older calls; returns how many calls."""
        with self._engine.begin() as connection:
            query = sa.select(call_voiceprint.c.call).where(call_voiceprint.c.made_at < before)
            old = list(connection.execute(query).scalars())
            if not old:
                return 0
            overwrite_deleted(connection)
            _delete(connection, old)
        empty_log(self._engine)
        return len(old)

    def _opened(self, call: UUID, master: str | None, wrapped: bytes | None, sealed: bytes) -> bytes:
        owner = _owner(call)
        if master is None or wrapped is None:
            raise SurveyError(f"{owner}: its key is gone; delete its row")
        return unseal(self._vault.unwrap(WrappedKey(master=master, wrapped=wrapped), owner), sealed, owner)


def rewrap(engine: Engine, vault: Vault, *, batch: int = 500) -> int:
    """Wraps every owner's key with the vault's newest master key; returns how many. Resumes where it stopped.

    Each batch is one transaction; the vault must still open the old ones' keys.
    """
    done = 0
    while True:
        with engine.begin() as connection:
            query = sa.select(voice_key).where(voice_key.c.master != vault.current).limit(batch)
            rows = connection.execute(query).all()
            if not rows:
                return done
            overwrite_deleted(connection)
            for row in rows:
                key = vault.unwrap(WrappedKey(master=row.master, wrapped=row.wrapped), row.owner)
                fresh = vault.wrap(key, row.owner)
                connection.execute(
                    sa.update(voice_key)
                    .where(voice_key.c.owner == row.owner)
                    .values(master=fresh.master, wrapped=fresh.wrapped)
                )
        done += len(rows)


def _owner(call: UUID) -> str:
    return f"call:{call.hex}"


def _delete(connection: sa.Connection, calls: Sequence[UUID]) -> None:
    for call in calls:
        connection.execute(sa.delete(voice_key).where(voice_key.c.owner == _owner(call)))
        connection.execute(sa.delete(call_voiceprint).where(call_voiceprint.c.call == call))
