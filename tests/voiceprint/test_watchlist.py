"""The life of an entry, and what a search says."""

import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from config.database import reading
from decision_hook.contract import SurveyError
from tests.fakes.encoder import FakeEncoder, tone
from voiceprint.entry import EntryStatus, Grounds, WatchlistEntry
from voiceprint.pool import pool
from voiceprint.reembed import embed_anew
from voiceprint.schema import voice_key, watchlist_entry
from voiceprint.store import WatchListStore
from voiceprint.tables import VoiceprintTable
from voiceprint.voiceprint import EncoderId, Voiceprint
from voiceprint.watchlist import WatchList

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
YEAR = timedelta(days=365)


GROUNDS = Grounds(label="caller of case 12", reason="case 12", evidence="calls 1, 2", legal_basis="Art. 13")


def voice(encoder: FakeEncoder, hz: int, seconds: float = 25) -> Voiceprint:
    found = pool([tone(hz, seconds)], encoder, min_speech_s=2)
    assert found is not None
    return found


def put(watchlist: WatchList, found: Voiceprint, *, grounds: Grounds = GROUNDS) -> WatchlistEntry:
    return watchlist.add(found, speech=tone(440, 20), grounds=grounds, by="ann", now=NOW).entry


def test_an_entry_is_searched_once_another_person_approved_it_until_it_is_removed(
    watchlist: WatchList, store: WatchListStore, encoder: FakeEncoder
) -> None:
    assert watchlist.size(NOW) == 1_000
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
    assert result.found_of_100_interval is not None
    low, high = result.found_of_100_interval
    assert 1 < low < result.found_of_100 < high < 99
    assert "simulated" in result.found_of_100_from
    assert watchlist.search(voice(encoder, 300), NOW).hits == ()
    assert watchlist.search(probe, NOW + 2 * YEAR).hits == ()  # expired

    store.remove(entry.id, by="bob", at=NOW)
    assert watchlist.search(probe, NOW).hits == ()
    for again in (store.remove, store.approve):
        with pytest.raises(SurveyError, match="removed"):
            again(entry.id, by="cec", at=NOW)
    assert [(shown.id, shown.status) for shown in store.entries()] == [(entry.id, EntryStatus.REMOVED)]


def test_a_removed_voice_is_nowhere_in_the_files(
    watchlist: WatchList, store: WatchListStore, encoder: FakeEncoder, engine: Engine, tmp_path: Path
) -> None:
    entry = put(watchlist, voice(encoder, 440))
    with reading(engine) as connection:
        row = connection.execute(sa.select(watchlist_entry.c.vector, watchlist_entry.c.speech)).one()
        wrapped = connection.execute(sa.select(voice_key.c.wrapped)).scalar_one()
    secrets = [wrapped, row.vector, row.speech[:64], row.speech[-64:]]

    def on_disk() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("test.db*"))

    before = on_disk()
    assert all(secret in before for secret in (secrets[0], secrets[2]))
    store.remove(entry.id, by="bob", at=NOW)
    after = on_disk()
    assert not any(secret in after for secret in secrets)
    with pytest.raises(SurveyError, match="no audio"):
        store.speech(entry.id)


def test_what_is_stored_is_sealed(
    watchlist: WatchList, store: WatchListStore, encoder: FakeEncoder, tmp_path: Path
) -> None:
    found = voice(encoder, 440)
    entry = put(watchlist, found)
    files = b"".join(path.read_bytes() for path in tmp_path.glob("test.db*"))
    assert found.vector.astype("<f4").tobytes()[:32] not in files
    assert b"fLaC" not in files
    np.testing.assert_array_equal(store.speech(entry.id), tone(440, 20))


def test_expired_entries_are_deleted(
    watchlist: WatchList, store: WatchListStore, encoder: FakeEncoder
) -> None:
    entry = put(watchlist, voice(encoder, 440))
    store.approve(entry.id, by="bob", at=NOW)
    assert store.remove_expired(NOW) == 0
    assert store.remove_expired(NOW + YEAR) == 1
    assert [shown.status for shown in store.entries()] == [EntryStatus.REMOVED]
    assert watchlist.size(NOW) == 1_000


def test_a_review_is_put_off_but_not_beyond_the_expiry(
    watchlist: WatchList, store: WatchListStore, encoder: FakeEncoder
) -> None:
    entry = put(watchlist, voice(encoder, 440))
    assert entry.review_at == NOW + timedelta(days=180)
    store.reviewed(entry.id, review_at=NOW + timedelta(days=300))
    assert store.entries()[0].review_at == NOW + timedelta(days=300)
    with pytest.raises(SurveyError, match="earlier review"):
        store.reviewed(entry.id, review_at=NOW + 2 * YEAR)


def test_a_voice_listed_twice_is_noticed(
    watchlist: WatchList, store: WatchListStore, encoder: FakeEncoder
) -> None:
    first = put(watchlist, voice(encoder, 440))
    store.approve(first.id, by="bob", at=NOW)
    again = watchlist.add(voice(encoder, 440), speech=tone(440, 20), grounds=GROUNDS, by="ann", now=NOW)
    assert [hit.entry for hit in again.resembles] == [first.id]


def test_a_voice_added_twice_before_anybody_approved_is_noticed(
    watchlist: WatchList, store: WatchListStore, encoder: FakeEncoder
) -> None:
    first = put(watchlist, voice(encoder, 440))
    again = watchlist.add(voice(encoder, 440), speech=tone(440, 20), grounds=GROUNDS, by="ann", now=NOW)
    assert [hit.entry for hit in again.resembles] == [first.id]
    assert watchlist.search(voice(encoder, 440), NOW).hits == ()  # pending entries are not searched
    store.remove(first.id, by="bob", at=NOW)
    store.approve(again.entry.id, by="bob", at=NOW)
    third = watchlist.add(voice(encoder, 440), speech=tone(440, 20), grounds=GROUNDS, by="ann", now=NOW)
    assert [hit.entry for hit in third.resembles] == [again.entry.id]


def test_another_encoder_takes_over_from_the_kept_audio(
    watchlist: WatchList, store: WatchListStore, encoder: FakeEncoder, table: VoiceprintTable
) -> None:
    entry = put(watchlist, voice(encoder, 440))
    store.approve(entry.id, by="bob", at=NOW)
    other = FakeEncoder(replace(encoder.id, version="next"), table.strangers_mean, table.strangers_spread)
    assert store.kept(other.id, other.dimensions, NOW)[0] == []
    assert list(embed_anew(store.of_other_encoders(other.id), store, other)) == [entry.id]
    assert store.of_other_encoders(other.id) == []
    entries, vectors = store.kept(other.id, other.dimensions, NOW)
    assert [listed.id for listed in entries] == [entry.id]
    np.testing.assert_allclose(vectors[0], other.embed(tone(440, 20)), atol=1e-6)
    assert watchlist.search(voice(encoder, 440), NOW).hits == ()  # the old encoder's list is empty now


def test_a_list_of_strangers_has_no_hits(watchlist: WatchList, encoder: FakeEncoder) -> None:
    result = watchlist.search(voice(encoder, 440), NOW)
    assert result.searched
    assert (result.hits, result.list_size) == ((), 1_000)


def test_two_entries_of_one_voice_are_rivals(
    watchlist: WatchList, store: WatchListStore, encoder: FakeEncoder
) -> None:
    for _ in range(2):
        store.approve(put(watchlist, voice(encoder, 440)).id, by="bob", at=NOW)
    assert [hit.rivals for hit in watchlist.search(voice(encoder, 440), NOW).hits] == [1, 1]


def test_an_entry_needs_enough_speech_and_words(watchlist: WatchList, encoder: FakeEncoder) -> None:
    with pytest.raises(SurveyError, match="20 s"):
        put(watchlist, voice(encoder, 440, seconds=15))
    for name in Grounds.__slots__:
        with pytest.raises(SurveyError, match=f"{name.replace('_', ' ')} is empty"):
            put(watchlist, voice(encoder, 440), grounds=replace(GROUNDS, **{name: " "}))


def test_other_weights_never_meet(watchlist: WatchList, encoder: FakeEncoder, table: VoiceprintTable) -> None:
    other = EncoderId(model="ge2e", version="2", checksum="0" * 64)
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
    with pytest.raises(SurveyError, match=f"{entry.id}: what is stored is damaged"):
        watchlist.search(voice(encoder, 440), NOW)


def test_the_database_itself_keeps_the_rules(
    engine: Engine, encoder: FakeEncoder, watchlist: WatchList
) -> None:
    put(watchlist, voice(encoder, 440))
    for broken in ({"approved_by": "ann"}, {"status": "active"}, {"status": "removed"}, {"status": "guess"}):
        change = sa.update(watchlist_entry).values(**broken)
        with pytest.raises(sa.exc.IntegrityError) as caught, engine.begin() as connection:
            connection.execute(change)
        assert isinstance(caught.value.orig, sqlite3.IntegrityError)


def test_searches_go_on_while_the_list_grows_and_shrinks(
    watchlist: WatchList, store: WatchListStore, encoder: FakeEncoder
) -> None:
    entry = put(watchlist, voice(encoder, 440))
    store.approve(entry.id, by="bob", at=NOW)
    probe = voice(encoder, 440)
    problems: list[object] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            try:
                if entry.id not in [hit.entry for hit in watchlist.search(probe, NOW).hits]:
                    problems.append("missed")
            except Exception as exc:
                problems.append(exc)

    searcher = threading.Thread(target=search)
    searcher.start()
    others = [put(watchlist, voice(encoder, hz)) for hz in (210, 220, 230, 240)]
    for other in others:
        store.approve(other.id, by="bob", at=NOW)
        assert watchlist.search(voice(encoder, 300), NOW).searched
    assert watchlist.size(NOW) == 1_005
    for other in others:
        store.remove(other.id, by="bob", at=NOW)
    done.set()
    searcher.join()
    assert problems == []
    assert watchlist.size(NOW) == 1_001


def test_a_voiceprint_never_prints_its_vector(encoder: FakeEncoder) -> None:
    assert repr(voice(encoder, 440, seconds=10)) == "Voiceprint(ge2e, 9.9 s)"
