"""What earlier calls asked reaches the next paper."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from config.database import engine_for, migrate
from config.settings import InterviewSettings
from decision_hook.asked import AskedQuestions
from decision_hook.contract import AnswerEvidence, Application, Fact, FactSource, Grade
from decision_hook.leaked import LeakedQuestions
from decision_hook.store import HookStore
from ivr.past_papers import NothingEarlier, PastPapers
from question_bank.leak import LEAST_ANSWERS

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SETTINGS = InterviewSettings(no_repeat_days=90, exposure_calls=2)


def called(store: HookStore, application: Application, days_ago: float, *questions: str) -> None:
    store.save_application(application, NOON)
    attempt = uuid4()
    store.begin_call(attempt, application.id, NOON - timedelta(days=days_ago))
    for number, question in enumerate(questions):
        answer = AnswerEvidence(question=question, grade=Grade.MATCH, started_ms=0, ended_ms=1)
        store.save_answer(attempt, number, answer)


async def test_the_newest_calls_count_and_a_person_is_spared_for_a_while(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path}/test.db")
    migrate(engine)
    store = HookStore(engine)
    one, other = Application(id="A1", phone="17000000001"), Application(id="A2", phone="17000000002")
    called(store, one, 100, "q.old")
    called(store, one, 5, "q.a", "q.b", "q.a")
    called(store, other, 1, "q.a")
    with ThreadPoolExecutor(1) as disk:
        papers = PastPapers(AskedQuestions(engine), LeakedQuestions(engine), disk, SETTINGS, now=lambda: NOON)
        await papers.refresh()
        same = Application(id="A3", phone="+8617000000001")
        past = await papers.before(same)
        assert past.spared == {"q.a", "q.b"}
        assert (past.calls, dict(past.asked)) == (2, {"q.a": 2, "q.b": 1})
        called(store, other, 0, "q.c")
        assert (await papers.before(other)).spared == {"q.a", "q.c"}
        assert "q.c" not in (await papers.before(same)).asked
        await papers.refresh()
        assert (await papers.before(same)).asked == {"q.a": 1, "q.c": 1}
    assert (await NothingEarlier().before(one)).spared == frozenset()


async def test_a_person_is_spared_behind_another_number(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path}/test.db")
    migrate(engine)
    store = HookStore(engine)
    facts = {
        "full_name": Fact(value="陈\n静", source=FactSource.FORM),
        "id_tail": Fact(value="3719", source=FactSource.FORM),
    }
    called(store, Application(id="A1", phone="17000000001", facts=facts), 5, "q.a")
    other = facts | {"id_tail": Fact(value="3720", source=FactSource.FORM)}
    with ThreadPoolExecutor(1) as disk:
        papers = PastPapers(AskedQuestions(engine), LeakedQuestions(engine), disk, SETTINGS, now=lambda: NOON)
        same = Application(id="A2", phone="17000000002", facts=facts)
        assert (await papers.before(same)).spared == {"q.a"}
        assert not (await papers.before(Application(id="A3", phone="17000000003", facts=other))).spared


async def test_a_leaked_question_rests_beyond_the_process_until_it_is_lifted(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path}/test.db")
    migrate(engine)
    store, leaked = HookStore(engine), LeakedQuestions(engine)
    application = Application(id="A1", phone="17000000001")
    store.save_application(application, NOON)
    for number in range(2 * LEAST_ANSWERS):
        attempt, newer = uuid4(), number >= LEAST_ANSWERS
        store.begin_call(attempt, application.id, NOON - timedelta(hours=200 - number))
        for place, question in enumerate(("q.leaked", "q.kept")):
            fast = newer and question == "q.leaked"
            answer = AnswerEvidence(
                question=question,
                fact_key="employer",
                grade=Grade.MATCH if fast or number % 3 == 0 else Grade.MISMATCH,
                latency_ms=(300 if fast else 1200) + number % 7,
                started_ms=0,
                ended_ms=1,
            )
            store.save_answer(attempt, place, answer)
    other = Application(id="A2", phone="17000000002")
    settings = InterviewSettings(exposure_calls=500)
    with ThreadPoolExecutor(1) as disk:
        papers = PastPapers(AskedQuestions(engine), leaked, disk, settings, now=lambda: NOON)
        await papers.refresh()
        assert (await papers.before(other)).spared == {"q.leaked"}
        assert [row.question for row in leaked.leaked()] == ["q.leaked"]
        # the newer half alone raises no alarm, but what rested goes on resting in the next process
        few = InterviewSettings(exposure_calls=LEAST_ANSWERS)
        restarted = PastPapers(AskedQuestions(engine), leaked, disk, few, now=lambda: NOON)
        await restarted.refresh()
        assert (await restarted.before(other)).spared == {"q.leaked"}
        assert leaked.lift("q.leaked", NOON)
        assert not leaked.lift("q.leaked", NOON)
        await papers.refresh()  # the old answers raise no new alarm
        assert (await papers.before(other)).spared == frozenset()
        leaked.rest("q.leaked", "again", NOON)
        assert [(row.why, row.lifted_at) for row in leaked.leaked()] == [("again", None)]
