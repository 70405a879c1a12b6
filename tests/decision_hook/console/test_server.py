"""The pages over a real socket and a real database."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application as WebApplication
from aiohttp.web import Request

from config.database import DatabaseUnavailable
from decision_hook.console import labels
from decision_hook.console.fact_labels import FACTS
from decision_hook.console.server import MAX_BODY_BYTES, build_console
from decision_hook.contract import (
    AnswerEvidence,
    Application,
    CallVerdict,
    CreditDecision,
    DecisionResult,
    Fact,
    FactSource,
    Grade,
    SurveyError,
)
from decision_hook.contract.application import FACT_KINDS
from decision_hook.store import HookStore
from ivr.recordings import RecordingFolder
from tests.decision_hook.console.stored import APPLICATION, AT, CALL, VERDICT, keep, open_store

Client = TestClient[Request, WebApplication]
EVIL = "<script>alert(1)</script>"


class Intake:
    """Takes applications in; `trouble` is raised instead."""

    def __init__(self) -> None:
        self.taken: list[Application] = []
        self.trouble: SurveyError | None = None

    async def submit(self, application: Application) -> CreditDecision:
        if self.trouble is not None:
            raise self.trouble
        self.taken.append(application)
        risky = (application.risk_score or 0) > 0.5
        return CreditDecision(result=DecisionResult.PENDING if risky else DecisionResult.APPROVE)


@pytest.fixture
def store(tmp_path: Path) -> HookStore:
    return open_store(f"sqlite:///{tmp_path}/test.db")


@pytest.fixture
def intake() -> Intake:
    return Intake()


@pytest.fixture
async def client(store: HookStore, intake: Intake, tmp_path: Path) -> AsyncIterator[Client]:
    folder = tmp_path / "recordings"
    folder.mkdir()
    (tmp_path / "secret.flac").write_bytes(b"not for the pages")
    web = build_console(store, RecordingFolder(folder), intake)
    async with TestClient(TestServer(web)) as opened:
        yield opened


async def page(client: Client, path: str) -> str:
    answer = await client.get(path)
    assert answer.status == 200, path
    return await answer.text()


async def test_the_list_shows_calls_and_what_was_decided_without_one(client: Client) -> None:
    text = await page(client, "/")
    for shown in (APPLICATION.id, f"/calls/{CALL}", "郑国栋", "转反欺诈", "与留存资料不符", "人工审核"):
        assert shown in text
    for shown in ("A-low", "林文静", "40,000", "风险低"):
        assert shown in text
    assert "data-refresh" not in text  # nothing is going on


async def test_a_running_call_is_shown_and_the_list_refreshes(client: Client, store: HookStore) -> None:
    store.save_application(APPLICATION.model_copy(update={"id": "A-now"}), AT)
    store.begin_call(uuid4(), "A-now", AT)
    text = await page(client, "/")
    assert "通话中" in text
    assert "data-refresh" in text


async def test_a_call_in_full(client: Client) -> None:
    text = await page(client, f"/calls/{CALL}")
    for answer in VERDICT.answers:
        assert answer.asked in text
        assert answer.text in text
    for shown in (
        "远航运输公司",
        "工作单位",
        "16,000 元",
        "有无车贷",
        "很可能不是本人",
        "W-0007",
        "57 个（95% 区间 41 至 69 个）",
        "先前 2 通电话的声音相比：对数似然比 -4.2",
        'href="/calls/5b0c1f9e-5d2a-4d53-9d0e-0a8a5a1f7a99"',
        "按键",
    ):
        assert shown in text
    assert 'data-width="91.00"' in text
    assert 'data-seek="9.0"' in text


async def test_a_later_decision_is_shown_on_the_pages_of_earlier_calls(
    client: Client, store: HookStore
) -> None:
    given_up = CreditDecision(result=DecisionResult.DECLINE, reasons=("attempts_used_up",))
    store.save_decision(APPLICATION.id, given_up, AT)
    assert "呼叫次数已用完" in await page(client, f"/calls/{CALL}")
    assert "拒绝" in await page(client, "/")


async def test_what_applicants_and_callers_say_is_text_and_nothing_else(
    client: Client, store: HookStore
) -> None:
    facts = {
        "employer": Fact(value=EVIL, source=FactSource.FORM),
        "full_name": Fact(value=EVIL, source=FactSource.FORM),
    }
    application = Application(id="A-evil", phone="17000000009", facts=facts)
    said = AnswerEvidence(
        question="employment.employer",
        fact_key="employer",
        asked=EVIL,
        text=f'"{EVIL}',
        state=EVIL,
        topic=EVIL,
        grade=Grade.MISMATCH,
        measures={EVIL: 1.0},
        started_ms=0,
        ended_ms=1,
    )
    evil = VERDICT.model_copy(update={"call": uuid4(), "application": "A-evil", "answers": (said,)})
    keep(store, application, evil)
    for path in ("/", f"/calls/{evil.call}"):
        text = await page(client, path)
        assert EVIL not in text
        assert "&lt;script&gt;" in text


async def test_every_answer_carries_the_headers(client: Client) -> None:
    for path in ("/", f"/calls/{CALL}", "/static/console.js", "/nowhere", "/calls/none"):
        answer = await client.get(path)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/nowhere", id="unknown page"),
        pytest.param("/calls/none", id="no id"),
        pytest.param(f"/calls/{uuid4()}", id="unknown call"),
        pytest.param(f"/calls/{uuid4()}/audio", id="unknown call's sound"),
        pytest.param(f"/calls/{CALL}/audio", id="sound that is gone"),
        pytest.param(f"/calls/{CALL}/peaks", id="waveform that is gone"),
        pytest.param("/calls/..%2f..%2fsecret.flac/audio", id="a path for an id"),
        pytest.param("/static/..%2fserver.py", id="out of the static folder"),
        pytest.param("/static/%2e%2e/server.py", id="out of the static folder, dots"),
        pytest.param("/api/calls/none", id="api: no id"),
        pytest.param("/api/applications/none", id="api: unknown application"),
        pytest.param("/api/applications/..%2f..%2fetc", id="api: a path for an id"),
    ],
)
async def test_what_is_not_there_is_404(client: Client, path: str) -> None:
    assert (await client.get(path)).status == 404


async def test_a_recording_elsewhere_is_not_handed_out(client: Client, store: HookStore) -> None:
    away = VERDICT.model_copy(update={"call": uuid4(), "recording": "../secret.flac"})
    keep(store, APPLICATION, away)
    assert (await client.get(f"/calls/{away.call}/audio")).status == 404


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "²"])
async def test_odd_page_numbers_are_the_first_page_or_an_empty_one(client: Client, number: str) -> None:
    assert (await client.get("/", params={"page": number})).status == 200


async def test_heads_and_wrong_methods(client: Client) -> None:
    assert (await client.head("/")).status == 200
    assert (await client.post("/")).status == 405
    assert (await client.get("/api/applications")).status == 405


async def test_the_api_gives_calls_verdicts_and_decisions(client: Client) -> None:
    (row,) = await (await client.get("/api/calls")).json()
    assert (row["call"], row["recommendation"]) == (str(CALL), "refer_fraud")
    verdict = await (await client.get(f"/api/calls/{CALL}")).text()
    assert CallVerdict.model_validate_json(verdict) == VERDICT
    decision = await (await client.get("/api/applications/A-low")).json()
    assert (decision["result"], decision["limit"]) == ("approve", 40_000)


@pytest.mark.parametrize(
    ("risk", "status", "result"),
    [pytest.param(0.9, 202, "pending", id="to be called"), pytest.param(0.1, 200, "approve", id="decided")],
)
async def test_an_application_is_taken_in(
    client: Client, intake: Intake, risk: float, status: int, result: str
) -> None:
    application = APPLICATION.model_copy(update={"risk_score": risk})
    answer = await client.post("/api/applications", json=application.model_dump(mode="json"))
    assert answer.status == status
    assert (await answer.json())["result"] == result
    assert intake.taken == [application]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        pytest.param(b"", [""], id="nothing"),
        pytest.param(b"{", [""], id="half"),
        pytest.param(b"\xff\xfe", [""], id="not UTF-8"),
        pytest.param(b"[]", [""], id="a list"),
        pytest.param(b'{"id": "A 1", "phone": "x", "more": 1}', ["id", "phone", "more"], id="all problems"),
        pytest.param(b'{"id": "A1", "phone": "170", "facts": {"a b": {}}}', None, id="a bad fact key"),
        pytest.param(b'{"id": "A1", "phone": "170", "risk_score": NaN}', None, id="no number"),
        pytest.param(
            b'{"id": "A1", "phone": "170", "facts": {"job_title": {"value": "\\ud800", "source": "form"}}}',
            None,
            id="half a character",
        ),
    ],
)
async def test_bad_applications_are_400_with_all_problems(
    client: Client, intake: Intake, body: bytes, where: list[str] | None
) -> None:
    answer = await client.post("/api/applications", data=body, headers={"Content-Type": "application/json"})
    assert answer.status == 400
    problems = (await answer.json())["problems"]
    assert problems
    if where is not None:
        assert [problem["where"] for problem in problems] == where
    assert intake.taken == []


async def test_other_kinds_of_body_are_refused(client: Client, intake: Intake) -> None:
    body = json.dumps(APPLICATION.model_dump(mode="json"))
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = await client.post("/api/applications", data=body, headers={"Content-Type": kind})
        assert answer.status == 415
    large = await client.post(
        "/api/applications",
        data=b" " * (MAX_BODY_BYTES + 1),
        headers={"Content-Type": "application/json"},
    )
    assert large.status == 413
    assert intake.taken == []


async def test_another_application_under_the_same_id_is_a_conflict(client: Client, intake: Intake) -> None:
    intake.trouble = SurveyError("application A1: another one has this id; give it a new id")
    answer = await client.post("/api/applications", json=APPLICATION.model_dump(mode="json"))
    assert answer.status == 409
    assert "another one" in (await answer.json())["problems"][0]["problem"]


async def test_a_database_in_trouble_is_503(client: Client, intake: Intake, store: HookStore) -> None:
    intake.trouble = DatabaseUnavailable("database: the disk is full; free some space")
    answer = await client.post("/api/applications", json=APPLICATION.model_dump(mode="json"))
    assert answer.status == 503


async def test_without_intake_nothing_can_be_posted(store: HookStore, tmp_path: Path) -> None:
    async with TestClient(TestServer(build_console(store, RecordingFolder(tmp_path), None))) as pages_only:
        assert (await pages_only.post("/api/applications", json={})).status == 404


def test_every_fact_and_every_reason_has_words() -> None:
    assert set(FACT_KINDS) <= set(FACTS)
    rules = [
        rule["reason"]
        for path in sorted(Path("config/rules").glob("[a-z]*.yaml"))
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
    ]
    assert [reason for reason in rules if reason not in labels.CODES] == []


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("said in these words", "说法相同"),
        (
            "hesitant: latency z 2.6, longest pause z 1.9, 1 fillers",
            "迟疑：反应偏离 σ 2.6, 最长停顿偏离 σ 1.9, 1 个口头语",
        ),
        ("something new: 3", "something new: 3"),
        ("voice too short: 1.2 s of speech, 2 s needed", "语音过短：净语音 1.2 秒，至少要 2 秒"),
    ],
)
def test_notes_in_words(note: str, words: str) -> None:
    assert labels.note(note) == words
