"""The load generator: synthetic applicants in a process of their own, on AudioSocket's client side.

Started by the bench as `python -m ivr.bench.generator FD`; it is told cues, and hears and speaks.
"""

import asyncio
import socket
import sys
from asyncio import StreamReader, StreamWriter
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from dialogue.speaking.kokoro import Kokoro
from ivr.bench.ledger import CallLedger
from ivr.bench.messages import Asked, Over, PickedUp, Rehearse, Rehearsed, Ring, TakeDown
from ivr.bench.wire import receive, send
from ivr.media.protocol import Identity, encode
from ivr.simulator.conversation import Conversation
from ivr.simulator.cue import Cue, CueBoard
from ivr.simulator.reply import Reply
from ivr.simulator.studio import Studio
from ivr.simulator.voice import Voice

CONNECT_S = 5.0


class CountedVoice:
    """A voice that knows how often it had to speak: during the bench, every time is one too many."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self.spoken = 0

    def speak(self, text: str, voice: str, speed: float) -> NDArray[np.float32]:
        self.spoken += 1
        return self._voice.speak(text, voice, speed)


class Generator:
    """Answers calls until the bench closes the socket."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._cues = CueBoard()
        self._calls: dict[UUID, asyncio.Task[None]] = {}
        self._studio: Studio | None = None
        self._voice: CountedVoice | None = None
        self._rehearsed = 0  # renderings made beforehand

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                while (message := await receive(self._reader)) is not None:
                    match message:
                        case Rehearse():
                            await asyncio.to_thread(self._rehearse, message, asyncio.get_running_loop())
                        case Ring():
                            self._calls[message.attempt] = group.create_task(
                                self._answer(message), name=f"applicant {message.attempt}"
                            )
                        case Asked():
                            self._cues.post(str(message.attempt), message.cue)
                        case TakeDown():
                            if (call := self._calls.get(message.attempt)) is not None:
                                call.cancel()
                for call in self._calls.values():
                    call.cancel()
        finally:
            if self._studio is not None:
                self._studio.close()
            self._writer.close()

    def _rehearse(self, order: Rehearse, loop: asyncio.AbstractEventLoop) -> None:
        """Blocks, for about 0.7 s of two cores per second of speech that is not on disk yet."""
        self._voice = CountedVoice(Kokoro(order.models / "kokoro"))
        self._studio = Studio(self._voice, order.cache)
        total = len(order.players) * len(order.cues)
        for number, player in enumerate(order.players):
            respondent = player.respondent()
            mouth = self._studio.mouth(respondent.persona, player.player.seed)
            for place, cue in enumerate(order.cues):
                said = respondent.rehearsal(cue)
                mouth.perform(Reply(question_id="", after_ms=0, steps=said))
                done = Rehearsed(done=number * len(order.cues) + place + 1, of=total)
                loop.call_soon_threadsafe(send, self._writer, done)
        self._rehearsed = self._voice.spoken

    async def _answer(self, ring: Ring) -> None:
        assert self._studio is not None
        assert self._voice is not None
        ledger = CallLedger()
        cues: asyncio.Queue[Cue] = self._cues.subscribe(str(ring.attempt))
        try:
            async with asyncio.timeout(CONNECT_S):
                reader, writer = await asyncio.open_connection(ring.host, ring.port)
            writer.write(encode(Identity(attempt=ring.attempt)))
            send(self._writer, PickedUp(attempt=ring.attempt, connected=True))
            respondent = ring.player.respondent()
            conversation = Conversation(
                applicant=respondent,
                mouth=self._studio.mouth(respondent.persona, ring.player.player.seed),
                studio=self._studio,
                cues=cues,
                ledger=ledger,
            )
            await conversation.run(reader, writer)
        except (OSError, TimeoutError):
            send(self._writer, PickedUp(attempt=ring.attempt, connected=False))
        except SurveyError as problem:
            print(f"bench applicant: {problem}", file=sys.stderr)
        finally:
            self._cues.unsubscribe(str(ring.attempt))
            self._calls.pop(ring.attempt, None)
            late = self._voice.spoken - self._rehearsed
            send(self._writer, Over(attempt=ring.attempt, log=ledger.log(rendered_late=late)))


async def _main(descriptor: int) -> None:
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=descriptor))
    await Generator(reader, writer).run()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
