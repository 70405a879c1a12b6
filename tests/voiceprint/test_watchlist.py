"""The life of an entry, and what a search says."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from decision_hook.contract import SurveyError
from tests.fakes.encoder import FakeEncoder, tone
from voiceprint.backend import Backend
from voiceprint.entry import EntryStatus, WatchlistEntry
from voiceprint.pool import pool
from voiceprint.store import WatchListStore, watchlist_entry
from voiceprint.tables import VoiceprintTable
from voiceprint.voiceprint import EncoderId, Voiceprint
from voiceprint.watchlist import WatchList

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
YEAR = timedelta(days=365)


def voice(encoder: FakeEncoder, hz: int, seconds: float = 25) -> Voiceprint:
    found = pool([tone(hz, seconds)], encoder, min_speech_s=2)
    assert found is not None
    return found


def put(watchlist: WatchList, found: Voiceprint) -> WatchlistEntry:
    return watchlist.add(found, label="caller of case 12", reason="case 12", by="ann", now=NOW, keep=YEAR)


def test_an_entry_is_searched_once_another_person_approved_it_until_it_is_removed(
    watchlist: WatchList, store: WatchListStore, encoder: FakeEncoder, table: VoiceprintTable
) -> None:
    assert watchlist.fill_up(table, to=1_000, now=NOW) == 1_000
    assert watchlist.fill_up(table, to=1_000, now=NOW) == 0
    entry = put(watchlist, voice(encoder, 440))
    probe = voice(encoder, 440, seconds=12)
    assert watchlist.search(probe, NOW).hits == ()  # pending
    with pytest.raises(SurveyError, match="another person"):
        store.approve(entry.id, by="ann", at=NOW)
    store.approve(entry.id, by="bob", at=NOW)

    result = watchlist.search(probe, NOW)
    assert [hit.entry for hit in result.hits] == [entry.id]
    assert result.hits[0].llr > 3
    assert result.hits[0].expected_false_alarms < 20
    assert result.list_size == 1_001
    assert result.confidence == "normal"
    assert result.found_of_100 is not None
    assert 10 < result.found_of_100 < 90
    assert "simulated" in result.found_of_100_from
    assert watchlist.search(voice(encoder, 300), NOW).hits == ()
    assert watchlist.search(probe, NOW + 2 * YEAR).hits == ()  # expired

    store.remove(entry.id, by="bob", at=NOW)
    assert watchlist.search(probe, NOW).hits == ()
    for again in (store.remove, store.approve):
        with pytest.raises(SurveyError, match="removed"):
            again(entry.id, by="cec", at=NOW)
    assert [(shown.id, shown.status) for shown in store.entries()] == [(entry.id, EntryStatus.REMOVED)]


def test_a_removed_voice_is_gone_from_the_database(
    watchlist: WatchList, store: WatchListStore, encoder: FakeEncoder, engine: Engine
) -> None:
    entry = put(watchlist, voice(encoder, 440))
    store.remove(entry.id, by="bob", at=NOW)
    with engine.begin() as connection:
        assert connection.execute(sa.select(watchlist_entry.c.vector)).scalar() is None


def test_an_empty_list_says_so(watchlist: WatchList, encoder: FakeEncoder) -> None:
    result = watchlist.search(voice(encoder, 440), NOW)
    assert result.searched
    assert (result.hits, result.list_size) == ((), 0)


def test_two_entries_of_one_voice_are_rivals(
    watchlist: WatchList, store: WatchListStore, encoder: FakeEncoder
) -> None:
    for _ in range(2):
        store.approve(put(watchlist, voice(encoder, 440)).id, by="bob", at=NOW)
    assert [hit.rivals for hit in watchlist.search(voice(encoder, 440), NOW).hits] == [1, 1]


def test_an_entry_needs_enough_speech_and_words(watchlist: WatchList, encoder: FakeEncoder) -> None:
    with pytest.raises(SurveyError, match="20 s"):
        put(watchlist, voice(encoder, 440, seconds=15))
    with pytest.raises(SurveyError, match="reason is empty"):
        watchlist.add(voice(encoder, 440), label="x", reason=" ", by="ann", now=NOW, keep=YEAR)


def test_other_weights_never_meet(watchlist: WatchList, encoder: FakeEncoder, table: VoiceprintTable) -> None:
    other = EncoderId(model="ge2e", checksum="0" * 64)
    foreign = Voiceprint(vector=voice(encoder, 440).vector, encoder=other, net_speech_s=30)
    with pytest.raises(SurveyError, match="same encoder"):
        watchlist.search(foreign, NOW)
    with pytest.raises(SurveyError, match="was measured with"):
        table.fits(other)


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_a_vector_that_is_no_direction_is_refused(
    watchlist: WatchList, encoder: FakeEncoder, value: float
) -> None:
    broken = Voiceprint(
        vector=np.full(encoder.dimensions, value, np.float32), encoder=encoder.id, net_speech_s=30
    )
    with pytest.raises(SurveyError, match="no direction"):
        watchlist.search(broken, NOW)
    with pytest.raises(SurveyError, match="no direction"):
        put(watchlist, broken)


def test_a_damaged_row_is_named(
    watchlist: WatchList, store: WatchListStore, encoder: FakeEncoder, engine: Engine
) -> None:
    entry = put(watchlist, voice(encoder, 440))
    store.approve(entry.id, by="bob", at=NOW)
    with engine.begin() as connection:
        connection.execute(sa.update(watchlist_entry).values(vector=b"short"))
    with pytest.raises(SurveyError, match=f"{entry.id}: its stored vector is damaged"):
        watchlist.search(voice(encoder, 440), NOW)


def test_the_database_itself_keeps_the_rules(
    engine: Engine, encoder: FakeEncoder, watchlist: WatchList
) -> None:
    put(watchlist, voice(encoder, 440))
    for broken in ({"approved_by": "ann"}, {"status": "active"}, {"status": "removed"}, {"origin": "guess"}):
        change = sa.update(watchlist_entry).values(**broken)
        with pytest.raises(sa.exc.IntegrityError) as caught, engine.begin() as connection:
            connection.execute(change)
        assert isinstance(caught.value.orig, sqlite3.IntegrityError)


def test_searches_go_on_while_the_list_grows(
    watchlist: WatchList,
    store: WatchListStore,
    encoder: FakeEncoder,
    table: VoiceprintTable,
    backend: Backend,
) -> None:
    entry = put(watchlist, voice(encoder, 440))
    store.approve(entry.id, by="bob", at=NOW)
    probe = voice(encoder, 440)
    problems: list[object] = []

    def search() -> None:
        for _ in range(10):
            try:
                if [hit.entry for hit in watchlist.search(probe, NOW).hits] != [entry.id]:
                    problems.append("missed")
            except Exception as exc:
                problems.append(exc)

    searcher = threading.Thread(target=search)
    searcher.start()
    writer = WatchList(store, backend, encoder, candidates_per_1000_calls=20, min_speech_s=2)
    for size in (100, 300, 600):
        writer.fill_up(table, to=size, now=NOW)
    searcher.join()
    assert problems == []
    assert watchlist.size(NOW) == 600


def test_a_voiceprint_never_prints_its_vector(encoder: FakeEncoder) -> None:
    assert repr(voice(encoder, 440, seconds=10)) == "Voiceprint(ge2e, 9.9 s)"
