"""The database engine and the one migration history. Each room declares its tables in its `store.py`.

Writing: `with engine.begin() as connection`. Reading: `with reading(engine) as connection`.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, DateTime, Dialect, Engine, ExceptionContext, MetaData, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from decision_hook.contract.errors import SurveyError

BUSY_TIMEOUT_MS = 10_000  # how long a writer waits for another one
# Primary SQLite result codes that speak of the file and not of our statement, and what a person can do.
UNUSABLE = {
    sqlite3.SQLITE_BUSY: "another program holds it; end that program",
    sqlite3.SQLITE_LOCKED: "another program holds it; end that program",
    sqlite3.SQLITE_READONLY: "it may only be read; check permissions",
    sqlite3.SQLITE_IOERR: "the disk fails; check the disk and free space",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore it from a backup",
    sqlite3.SQLITE_FULL: "the disk is full; free some space",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check permissions and free space",
    sqlite3.SQLITE_NOTADB: "it is no SQLite file; restore it from a backup",
}
MIGRATIONS = Path(__file__).parent / "migrations"

# Named constraints, so that a migration can drop or change what it made on every database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class DatabaseUnavailable(SurveyError):
    """The database cannot be read or written now: what was asked did not happen, and may be tried again."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Takes aware datetimes only, gives aware UTC back; SQLite itself forgets the zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored; use datetime.now(UTC)")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def engine_for(url: str) -> Engine:
    """An engine whose database was opened once, so that what is wrong shows now. Blocks.

    SQLite: creates the folder, WAL, foreign keys, a busy timeout; every transaction takes the write
    lock at its start (a deferred one that turns writer late fails at once, timeout or not).
    Raises SurveyError. Passwords in the URL are not echoed. Later, whatever is wrong with the file itself
    (locked, full, damaged) is raised as DatabaseUnavailable, wherever a statement meets it.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as exc:
        raise SurveyError("database_url: not a database URL; write e.g. sqlite:///var/shengwen.db") from exc
    shown = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite":
        _make_folder(parsed)
    try:
        engine = create_engine(parsed)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            event.listen(engine, "handle_error", _say_what_is_wrong)
        with reading(engine):
            pass
    except (SQLAlchemyError, sqlite3.Error, ImportError, OSError) as exc:
        raise SurveyError(
            f"database {shown}: cannot be opened ({_first_line(exc)}); {_advice(parsed)}"
        ) from exc
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads: one consistent view, without the write lock."""
    with engine.connect().execution_options(read_only=True) as connection, connection.begin():
        yield connection


def migrate(engine: Engine) -> None:
    """Brings the schema to the newest revision: all of it or nothing. Safe from several processes at once."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    shown = engine.url.render_as_string(hide_password=True)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as exc:
        raise SurveyError(
            f"database {shown}: its schema is unknown to this version ({_first_line(exc)}); "
            "update shengwen, or restore the database that belongs to this version"
        ) from exc
    except SQLAlchemyError as exc:
        raise SurveyError(
            f"database {shown}: could not be migrated ({_first_line(exc)}); nothing was changed, "
            "check disk space and that no other program holds the database"
        ) from exc


def _make_folder(url: URL) -> None:
    if url.database is None or url.database in ("", ":memory:"):
        raise SurveyError("database_url: an SQLite file is needed; write e.g. sqlite:///var/shengwen.db")
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise SurveyError(
            f"database folder {folder}: cannot be created ({exc.strerror}); "
            "set database_url to a writable place"
        ) from exc


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver would leave DDL outside
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")  # WAL: a power cut loses the last commits, never the file
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _say_what_is_wrong(context: ExceptionContext) -> None:
    """Turns what speaks of the file into our words; errors in statements stay what they are."""
    code = getattr(context.original_exception, "sqlite_errorcode", None)
    if code is None or (said := UNUSABLE.get(code & 0xFF)) is None:
        return
    engine = context.engine
    shown = "" if engine is None else f" {engine.url.render_as_string(hide_password=True)}"
    raise DatabaseUnavailable(f"database{shown}: {said}") from context.original_exception


def _first_line(exc: Exception) -> str:
    cause = exc.__cause__ or exc
    return (str(cause).splitlines() or [type(cause).__name__])[0]


def _advice(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return f"check that {url.database} is writable and an SQLite file"
    return "check that the server runs and its driver is installed"
