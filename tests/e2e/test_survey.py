"""A whole call, really spoken: dialled, heard, judged, recorded, stored; and nothing left behind."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
import psutil
import pytest
import soundfile

from config.settings import InterviewSettings, Settings
from decision_hook.contract import CallOutcome, CallVerdict, Grade
from dialogue.events import CallEvent
from ivr.app import App, build_app
from ivr.call import CallOrder, conduct, in_thread
from ivr.dialler.pair.layout import PairLayout
from ivr.dialler.pair.program import find_asterisk
from ivr.simulator.cast import Cast, Player
from ivr.simulator.load import load_demo

pytestmark = [pytest.mark.models, pytest.mark.timeout(600)]
# Long enough for some answers, short enough for a test: the paper ends when its time is up.
SHORT = InterviewSettings(max_survey_s=40)


class Nobody:
    def observe(self, event: CallEvent) -> None:
        """Watches nothing."""


def player(name: str) -> Player:
    (entry,) = (entry for entry in load_demo().entries if entry.name == name)
    named = entry.player.application.model_copy(update={"id": f"test-{uuid4().hex[:8]}"})
    return replace(entry.player, application=named)


@contextmanager
def nothing_left() -> Iterator[None]:
    process = psutil.Process()
    threads = {thread.name for thread in threading.enumerate()}
    yield
    ours = ("disk", "speaking", "turn end", "voice", "delivery", "applicants", "recogniser")
    left = [
        thread.name
        for thread in threading.enumerate()
        if thread.name not in threads and thread.name.startswith(ours)
    ]
    assert left == []
    listening = [c for c in process.net_connections(kind="tcp") if c.status == psutil.CONN_LISTEN]
    assert listening == []


async def called(app: App, who: Player) -> CallVerdict:
    await asyncio.to_thread(app.studio.prepare, [who.applicant()])
    await in_thread(app.disk, app.store.save_application, who.application, datetime.now(UTC))
    verdict = await conduct(CallOrder(attempt=uuid4(), application=who.application, seed=3), app.desk)
    assert app.store.open_calls() == []
    assert app.store.verdict(verdict.call) == verdict
    return verdict


def check_recording(app: App, verdict: CallVerdict) -> None:
    path = app.recordings.audio(verdict)
    assert path is not None
    both, rate_hz = soundfile.read(path, dtype="int16")
    assert rate_hz == 8_000
    assert both.shape == (both.shape[0], 2)
    assert abs(both.shape[0] / 8_000 - verdict.duration_s) < 2.0
    assert np.abs(both[:, 0].astype(int)).max() > 1_000  # us
    assert np.abs(both[:, 1].astype(int)).max() > 1_000  # the caller
    events = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["events"]
    assert {"prompt", "answer"} <= {event["name"] for event in events}
    path.unlink()
    path.with_suffix(".json").unlink()


@pytest.mark.asterisk
async def test_a_survey_through_asterisk(tmp_path: Path) -> None:
    assert find_asterisk(PairLayout.below(Path("var")).root) is not None, "run `shengwen asterisk install`"
    settings = Settings(line="asterisk", database_url=f"sqlite:///{tmp_path}/calls.db", interview=SHORT)
    who = player("genuine")
    with nothing_left():
        async with build_app(
            settings, cast=Cast([who]), observer=Nobody(), phone_of=lambda _: who.phone
        ) as app:
            verdict = await called(app, who)
            check_recording(app, verdict)
    assert verdict.outcome is CallOutcome.COMPLETED
    assert [consent.given for consent in verdict.consents[:1]] == [True]
    assert any(answer.text for answer in verdict.answers)
    assert any(answer.grade is Grade.MATCH for answer in verdict.answers)
    assert verdict.decision is not None


async def test_a_survey_over_the_embedded_line(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/calls.db", interview=SHORT)
    who = player("genuine")
    with nothing_left():
        async with build_app(
            settings, cast=Cast([who]), observer=Nobody(), phone_of=lambda _: who.phone
        ) as app:
            verdict = await called(app, who)
            check_recording(app, verdict)
    assert verdict.outcome is CallOutcome.COMPLETED
    assert any(answer.grade is Grade.MATCH for answer in verdict.answers)
    if any(consent.kind == "voiceprint" and consent.given for consent in verdict.consents):
        assert verdict.voice.searched
        assert verdict.voice.list_size >= 1_000
        assert verdict.voice.hits == ()
    else:
        assert not verdict.voice.searched


async def test_a_network_that_is_busy_leaves_a_verdict_too(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/calls.db")
    who = player("switched_off_early")
    with nothing_left():
        async with build_app(
            settings, cast=Cast([who]), observer=Nobody(), phone_of=lambda _: who.phone
        ) as app:
            verdict = await called(app, who)
    assert (verdict.outcome, verdict.recording) == (CallOutcome.UNREACHABLE, None)


def test_applications_hold_only_what_a_bank_holds() -> None:
    for entry in load_demo().entries:
        filed = entry.player.application.model_dump(exclude_none=True)
        assert set(filed) <= {"id", "phone", "product", "applied_at", "facts", "risk_score"}
        assert all(
            fact["source"] in ("form", "bank", "bureau", "derived") for fact in filed["facts"].values()
        )
