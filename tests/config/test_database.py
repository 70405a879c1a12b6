"""The engine's promises: WAL, foreign keys, whole migrations, clear errors."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Engine, MetaData, Table, inspect, text
from sqlalchemy.exc import OperationalError

from config.database import UtcDateTime, engine_for, metadata, migrate, reading
from decision_hook.contract import SurveyError


def url(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return engine_for(url(tmp_path / "deep" / "er" / "test.db"))


def test_sqlite_is_prepared(engine: Engine) -> None:
    with reading(engine) as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 10_000


def test_a_migrated_database_has_exactly_the_declared_tables(engine: Engine) -> None:
    import voiceprint.store  # noqa: F401  declares its tables

    migrate(engine)
    migrate(engine)  # again changes nothing
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        declared = {table.name for table in metadata.tables.values()}
        differences = [
            change
            for change in compare_metadata(context, metadata)
            if _names_a_declared_table(change, declared)
        ]
    assert differences == []


def _names_a_declared_table(change: object, declared: set[str]) -> bool:
    """Rooms whose store is not imported here have tables too; those are not this test's."""
    if isinstance(change, tuple) and change[0] in ("remove_table", "remove_index"):
        thing = change[1]
        return (thing.name if isinstance(thing, Table) else thing.table.name) in declared
    return True


def test_several_processes_may_migrate_at_once(tmp_path: Path) -> None:
    engines = [engine_for(url(tmp_path / "test.db")) for _ in range(4)]
    problems: list[Exception] = []

    def run(engine: Engine) -> None:
        try:
            migrate(engine)
        except Exception as exc:  # reported below
            problems.append(exc)

    threads = [threading.Thread(target=run, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert "watchlist_entry" in inspect(engines[0]).get_table_names()


def test_a_failed_transaction_leaves_nothing_not_even_tables(engine: Engine) -> None:
    def fail() -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE half (id INTEGER)"))
            connection.execute(text("nonsense"))

    with pytest.raises(OperationalError):
        fail()
    assert inspect(engine).get_table_names() == []


def test_readers_and_a_writer_do_not_wait_for_each_other(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (id INTEGER)"))
    with engine.begin() as writer, reading(engine) as reader:
        writer.execute(text("INSERT INTO t VALUES (1)"))
        assert reader.execute(text("SELECT count(*) FROM t")).scalar() == 0


def test_times_come_back_as_utc(engine: Engine) -> None:
    table = Table("moment", MetaData(), Column("at", UtcDateTime()))
    beijing = datetime(2026, 11, 22, 8, 0, tzinfo=timezone(timedelta(hours=8)))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert().values(at=beijing))
    with reading(engine) as connection:
        stored = connection.execute(table.select()).scalar()
    assert stored == beijing
    assert stored.tzinfo is UTC


@pytest.mark.parametrize(
    ("database_url", "says"),
    [
        pytest.param("nonsense", "not a database URL", id="no URL"),
        pytest.param("sqlite://", "SQLite file is needed", id="memory"),
        pytest.param("postgresql+nodriver://bank:hidden@db/x", "driver is installed", id="no driver"),
        pytest.param("sqlite:////proc/none/x.db", "cannot be created", id="no folder"),
    ],
)
def test_what_is_wrong_with_the_url_is_said(database_url: str, says: str) -> None:
    with pytest.raises(SurveyError, match=says) as caught:
        engine_for(database_url)
    assert "hidden" not in str(caught.value)


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"not a database" * 100)
    with pytest.raises(SurveyError, match="SQLite file"):
        engine_for(url(tmp_path / "x.db"))


def test_a_newer_schema_is_refused(engine: Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    with pytest.raises(SurveyError, match="unknown to this version"):
        migrate(engine)
