import os
import subprocess
import sys
from pathlib import Path
from typing import cast
from unittest.mock import sentinel

import numpy as np
import pytest

from decision_hook.contract import FactKind, SurveyError
from ivr.bench.applicants import BenchPlayer
from ivr.bench.house import BenchCall
from ivr.bench.notes import CallNotes, Put
from ivr.bench.peers.host import Peer, PeerCall
from ivr.bench.peers.messages import PeerNotes
from ivr.bench.peers.run import Follower, load
from ivr.bench.turns import QUARTERS, Answered, CutOff
from ivr.simulator.cue import Cue

PUT = Put(cue=Cue(question_id="q", fact_keys=(), kind=FactKind.YEAR), audio=np.zeros(160, np.int16))


def answered(number: int) -> Answered:
    cut_off = CutOff.PROMPT if number == 3 else None
    return Answered(
        question_id="a",
        kind=QUARTERS[number % 4],
        began_s=number - 1.0,
        ends_s=float(number),
        question_s=number + (-0.2 if cut_off else 0.7),
        pauses_ms=(),
        turn_ms=None if cut_off else 700.0,
        ack_ms=None,
        cut_off=cut_off,
        stages_ms={},
    )


class FakePeer:
    """Answers every call alike, in no time."""

    version = "0.0"

    def __init__(self) -> None:
        self.asked: list[tuple[BenchPlayer, tuple[Put, ...]]] = []

    async def call(self, player: BenchPlayer, puts: tuple[Put, ...]) -> PeerCall:
        self.asked.append((player, puts))
        return PeerCall(
            answers=tuple(answered(n) for n in range(8)),
            notes=PeerNotes(prompts=[], windows=[], verdicts=[], transcripts_s=[]),
        )

    async def cpu_s(self) -> float:
        return float(len(self.asked))


def ours(*puts: Put) -> BenchCall:
    return BenchCall(
        player=sentinel.player,
        verdict=sentinel.verdict,
        answers=(),
        notes=CallNotes(puts=list(puts)),
        rendered_late=0,
        seconds=1.0,
        cpu_s=0.1,
    )


async def test_the_peer_gets_our_questions_and_as_many_answers_of_each_kind_count() -> None:
    peer = FakePeer()
    told: list[str] = []
    follower = Follower(cast(Peer, peer), wanted=4, tell=told.append)
    await follower.after(ours(PUT, PUT))
    assert peer.asked == [(sentinel.player, (PUT, PUT))]
    report = follower.run.report()
    assert report["n"] == 4
    by_kind = cast(dict[str, dict[str, object]], report["by_kind"])
    assert {kind: figures["n"] for kind, figures in by_kind.items()} == {kind.value: 1 for kind in QUARTERS}
    assert report["turn_ms"] == {"p50": 700, "p95": 700, "p99": 700}
    assert report["cut_off_rate"] == 0.25
    assert (report["version"], follower.run.cpu_s) == ("0.0", 1.0)
    assert set(report) >= {"cpu_cores", "curve", "order"}
    assert len(told) == 1


async def test_a_call_that_asked_nothing_is_not_repeated() -> None:
    peer = FakePeer()
    await Follower(cast(Peer, peer), wanted=4, tell=print).after(ours())
    assert peer.asked == []
    with pytest.raises(SurveyError, match="no call of ours asked anything"):
        await load(cast(Peer, peer), [ours()], lines=1, minutes=0.01, tell=print)


def test_without_the_peer_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from ivr.cli import main; main()", "bench", "turn", "--peers"],
        capture_output=True,
        text=True,
        env={**os.environ, "SHENGWEN_VAR": str(tmp_path)},
        check=False,
    )
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "shengwen bench peers" in done.stderr
