"""Holds with a peer the calls that our house held: the same applicants, questions, prompts and pauses."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from decision_hook.contract import SurveyError
from ivr.bench.curve import curve
from ivr.bench.house import BenchCall
from ivr.bench.peers.host import Peer, PeerCall
from ivr.bench.peers.replay import PRESENT, SILENCES_MS, replay
from ivr.bench.report import turn_figures
from ivr.bench.run import STAGGER_S, Told, quota
from ivr.bench.turns import QUARTERS, Answered, AnswerKind


@dataclass(slots=True, kw_only=True)
class PeerRun:
    """What a peer's calls came to."""

    version: str
    order: str  # how its calls and ours were mixed
    counted: list[Answered] = field(default_factory=list)
    calls: list[PeerCall] = field(default_factory=list)
    seconds: float = 0.0
    cpu_s: float = 0.0  # of its process while it was measured

    def report(self) -> dict[str, object]:
        wanted = {id(answer) for answer in self.counted}
        replayed = [
            one for call in self.calls for one in replay(call.answers, call.notes) if id(one.answer) in wanted
        ]
        return {
            **turn_figures(self.counted),
            "by_kind": {
                kind.value: turn_figures(of_kind)
                for kind in AnswerKind
                if (of_kind := [answer for answer in self.counted if answer.kind is kind])
            },
            "answers_per_s": round(len(self.counted) / self.seconds, 3) if self.seconds else None,
            "cpu_cores": round(self.cpu_s / self.seconds, 3) if self.seconds else None,
            "curve": curve(replayed, SILENCES_MS, present=PRESENT),
            "order": self.order,
            "version": self.version,
        }


class Follower:
    """Holds each of our calls once more with the peer, one at a time, right after ours."""

    def __init__(self, peer: Peer, *, wanted: int, tell: Told) -> None:
        self.run = PeerRun(
            version=peer.version, order="interleaved: after each call of ours the same one with the peer"
        )
        self._peer, self._enough, self._tell = peer, quota(wanted), tell
        self._have: Counter[AnswerKind] = Counter()

    async def after(self, ours: BenchCall) -> None:
        if not ours.notes.puts:
            return  # the call failed before anything was asked
        began_s, cpu_s = time.monotonic(), await self._peer.cpu_s()
        made = await self._peer.call(ours.player, tuple(ours.notes.puts))
        self.run.seconds += time.monotonic() - began_s
        self.run.cpu_s += await self._peer.cpu_s() - cpu_s
        self.run.calls.append(made)
        for answer in made.answers:
            if answer.kind in QUARTERS and self._have[answer.kind] < self._enough:
                self._have[answer.kind] += 1
                self.run.counted.append(answer)
        self._tell(f"the same with Pipecat: {_one_line(made)}")


async def load(peer: Peer, ours: Sequence[BenchCall], *, lines: int, minutes: float, tell: Told) -> PeerRun:
    """`lines` calls at once for so long, as ivr.bench.run.load holds ours: our calls over again, in order."""
    run = PeerRun(version=peer.version, order="one after the other: first our calls, then the peer's")
    opens_s = time.monotonic() + STAGGER_S * lines
    closes_s = opens_s + minutes * 60
    asked = [call for call in ours if call.notes.puts]
    if not asked:
        raise SurveyError(
            "bench: no call of ours asked anything that the peer could ask; see the calls above"
        )
    again = itertools.cycle(asked)

    async def line(number: int) -> None:
        await asyncio.sleep(STAGGER_S * number)
        while time.monotonic() < closes_s:
            call = next(again)
            made = await peer.call(call.player, tuple(call.notes.puts))
            run.calls.append(made)
            tell(f"Pipecat's call {len(run.calls)} on line {number + 1}: {_one_line(made)}")

    async def measure() -> float:
        await asyncio.sleep(opens_s - time.monotonic())
        cpu_s = await peer.cpu_s()
        await asyncio.sleep(closes_s - time.monotonic())
        return await peer.cpu_s() - cpu_s

    async with asyncio.TaskGroup() as group:
        measured = group.create_task(measure(), name="measure")
        for number in range(lines):
            group.create_task(line(number), name=f"line {number}")
    run.seconds, run.cpu_s = minutes * 60, measured.result()
    run.counted = [
        answer for call in run.calls for answer in call.answers if opens_s <= answer.ends_s < closes_s
    ]
    return run


def _one_line(made: PeerCall) -> str:
    waited = sorted(answer.turn_ms for answer in made.answers if answer.turn_ms is not None)
    median = f"{waited[len(waited) // 2]:.0f} ms" if waited else "–"
    cut = sum(answer.cut_off is not None for answer in made.answers)
    return f"{len(made.answers)} answers, turn {median}, {cut} cut off"
