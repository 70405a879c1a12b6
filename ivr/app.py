"""Constructs the house: every long-lived object is made here and handed to those who need it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

from config.database import engine_for, migrate
from config.derivations import shipped
from config.settings import Settings
from decision_hook.asked import AskedQuestions
from decision_hook.contract import (
    Application,
    CallVerdict,
    CreditDecision,
    DecisionResult,
    Reason,
    RunVersions,
    SurveyError,
)
from decision_hook.credit_limit.decide import CreditPolicy, decide, load_credit_policy
from decision_hook.leaked import LeakedQuestions
from decision_hook.store import HookStore
from dialogue.answer.delivery.call import CallDelivery
from dialogue.answer.delivery.table import load_delivery
from dialogue.events import CallEvent, CallObserver, PromptStarted
from dialogue.line import FRAME_MS
from dialogue.speaking.kokoro import Kokoro
from dialogue.speaking.synthesizer import CachedSynthesizer
from ivr.asterisk_line import open_asterisk
from ivr.call import CallOrder, Desk, Observers, conduct
from ivr.campaign.guesses import GuessLedger, guesses_used_up
from ivr.campaign.rules import Hopeless, window_of
from ivr.campaign.runner import Campaign, Rooms
from ivr.campaign.store import CampaignStore
from ivr.conversation import SpokenConversations
from ivr.dialler.port import Dialler
from ivr.findings import advise
from ivr.hearing_desk import HearingDesk, open_hearing
from ivr.inference.admission import Admission, Strain
from ivr.inference.niceness import Niceness, give_way
from ivr.inference.recognizer import SharedRecognizer
from ivr.live_bank import kept_fresh
from ivr.media.clock import SharedClock
from ivr.media.server import MediaServer
from ivr.past_papers import NothingEarlier, PastPapers, kept_in_mind
from ivr.prompts import open_speaking
from ivr.question_writer import ChatWriter
from ivr.recordings import RecordingFolder
from ivr.settled import settled
from ivr.simulator.cast import Cast, Player
from ivr.simulator.cue import Cue, CueBoard
from ivr.simulator.embedded import EmbeddedDialler
from ivr.simulator.studio import Studio
from ivr.voice_desk import LogOddsSimilarity, VoiceSearchDesk
from question_bank.bank import Bank
from question_bank.budget import Budgets
from question_bank.live import LiveBank
from question_bank.load import load_bank

log = logging.getLogger(__name__)

DISK_THREADS = 2
STRAIN_OVER_S = 5  # how busy the machine is, is judged over this time


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A house that is open. Values only; `build_app` opens and closes it."""

    settings: Settings
    bank: Bank  # as it was when the house was opened; calls take the newest
    store: HookStore
    people: CampaignStore
    campaign: Campaign
    desk: Desk
    policy: CreditPolicy
    synthesizer: CachedSynthesizer
    recognizer: SharedRecognizer
    voices: VoiceSearchDesk
    clock: SharedClock
    admission: Admission
    media: MediaServer
    recordings: RecordingFolder
    studio: Studio
    disk: ThreadPoolExecutor


class CuePoster:
    """Tells the synthetic applicant which question is asked: its id, facts and kind, nothing else."""

    def __init__(self, cues: CueBoard, phone_of: Callable[[CallEvent], str | None]) -> None:
        self._cues, self._phone_of = cues, phone_of

    def observe(self, event: CallEvent) -> None:
        if isinstance(event, PromptStarted):
            phone = self._phone_of(event)
            if phone is not None:
                self._cues.post(
                    phone,
                    Cue(question_id=event.question_id, fact_keys=event.fact_keys, kind=event.kind),
                )


@asynccontextmanager
async def build_app(
    settings: Settings,
    *,
    cast: Cast,
    observer: CallObserver,
    phone_of: Callable[[CallEvent], str | None] = lambda _: None,
    network: Callable[[tuple[str, int]], Dialler] | None = None,
    remember: bool = True,
) -> AsyncIterator[App]:
    """Opens the house. `cast`: who answers in the simulator (empty: real people behind Asterisk).

    `phone_of`: the number of a call that the campaign does not make: cues for synthetic applicants go there.
    `remember`: what earlier calls asked counts; False: a rehearsal, which calls the same people every time.
    `network` makes the dialler, given host and port of our AudioSocket server; None: as the settings say.

    Everything is closed on leaving: no task, thread or socket stays. Raises SurveyError.
    """
    async with AsyncExitStack() as stack:
        disk = stack.enter_context(_threads("disk", DISK_THREADS))
        speaking = stack.enter_context(_threads("speaking", 1, Niceness.ANSWER))
        engine = engine_for(settings.database_url)
        stack.callback(engine.dispose)
        migrate(engine)
        shipped()  # a broken table of derivations places no call
        policy = load_credit_policy(settings.decision.rules, call_above=settings.decision.call_above)
        bank = LiveBank(settings.interview.bank, load_bank(settings.interview.bank))
        await stack.enter_async_context(kept_fresh(bank, disk))
        writer = await _writer(settings, stack)
        kokoro = Kokoro(settings.models / "kokoro", threads=settings.hearing.threads)
        # Loaded in a thread that gives way, because the model's own threads inherit that.
        await asyncio.get_running_loop().run_in_executor(speaking, kokoro.voices)
        synthesizer = open_speaking(settings, speaking, kokoro)
        stack.callback(synthesizer.close)
        hearing: HearingDesk = await open_hearing(settings, stack)
        sounds, sounding = load_delivery(), stack.enter_context(_threads("delivery", 1, Niceness.LATER))
        voices = await VoiceSearchDesk.over(settings, engine, stack)
        clock = SharedClock()
        stack.callback(clock.close)
        media = MediaServer(settings.media, clock)
        host, port = await media.start()
        stack.push_async_callback(media.close)
        studio = Studio(kokoro, settings.var / "voices")
        stack.callback(studio.close)
        cues = CueBoard()
        if network is not None:
            dialler = network((host, port))
            stack.push_async_callback(dialler.close)
        else:
            dialler = await _dialler(settings, stack, cast=cast, studio=studio, cues=cues, media=(host, port))
        store, people, guesses = HookStore(engine), CampaignStore(engine), GuessLedger(engine)
        recordings = RecordingFolder(settings.var / "recordings")
        past = PastPapers(AskedQuestions(engine), LeakedQuestions(engine), disk, settings.interview)
        if remember:
            await stack.enter_async_context(kept_in_mind(past))
        desk = Desk(
            dialler=dialler,
            media=media,
            conversations=SpokenConversations(
                bank=lambda: bank.newest,
                activity=hearing.activity,
                completion=hearing.completion,
                judge=hearing.judge,
                script_judge=hearing.script_judge,
                delivery=lambda voice: CallDelivery(
                    sounds, sounding, LogOddsSimilarity(voices.search) if voice else None
                ),
                voices=voices,
                synthesizer=synthesizer,
                past=past if remember else NothingEarlier(),
                settings=settings.interview,
                writer=writer,
            ),
            voices=voices,
            # synthetic applicants share a few voices and call again and again
            conclude=partial(advise, budgets=Budgets() if cast.empty and remember else None),
            decide=lambda application, verdict: decide(application, verdict, policy),
            store=store,
            disk=disk,
            recordings=recordings.folder,
            record_max_s=settings.media.record_max_s,
            versions=RunVersions(
                shengwen=version("shengwen"),
                bank=bank.newest.version,
                tables=hearing.tables,
                recognizer=hearing.recognizer_name,
                synthesizer=kokoro.version(),
                encoder=voices.encoder_name,
                rules=policy.version,
            ),
            observer=Observers(observer, CuePoster(cues, lambda event: phone_of(event) or called(event))),
        )

        def called(event: CallEvent) -> str | None:
            application = campaign.in_call(event.call)
            return None if application is None else application.phone

        async def call(order: CallOrder) -> CallVerdict:
            """A call of the campaign. A synthetic applicant learns first whom to play, and rehearses."""
            player = cast.join(order.application, order.seed)
            if player is not None:
                await rehearse(studio, player)
            return await conduct(order, desk)

        admission = Admission(
            settings.admission,
            lambda: Strain(
                clock_late_ms=clock.lateness(last_ticks=STRAIN_OVER_S * 1_000 // FRAME_MS).p99_ms,
                queue_wait_ms=hearing.longest_wait_s(STRAIN_OVER_S) * 1_000,
            ),
        )
        campaign = Campaign(
            Rooms(
                applications=store,
                people=people,
                disk=disk,
                guessed=lambda application, now: guesses_used_up(application, now, guesses, Budgets()),
                call=call,
                admits=admission.admits,
                decide=lambda application: decide(application, None, policy),
                give_up=lambda application, why: _given_up(application, why, policy),
            ),
            settings.campaign,
            window=window_of(settings.campaign),
        )
        stack.enter_context(settled())
        yield App(
            settings=settings,
            bank=bank.newest,
            store=store,
            people=people,
            campaign=campaign,
            desk=desk,
            policy=policy,
            synthesizer=synthesizer,
            recognizer=hearing.recognizer,
            voices=voices,
            clock=clock,
            admission=admission,
            media=media,
            recordings=recordings,
            studio=studio,
            disk=disk,
        )


async def _writer(settings: Settings, stack: AsyncExitStack) -> ChatWriter | None:
    """The outside writer of follow-ups; None: off."""
    if settings.writer.url is None:
        return None
    writer = ChatWriter(settings.writer)
    stack.push_async_callback(writer.close)
    return writer


async def _dialler(
    settings: Settings,
    stack: AsyncExitStack,
    *,
    cast: Cast,
    studio: Studio,
    cues: CueBoard,
    media: tuple[str, int],
) -> Dialler:
    if settings.line == "embedded":
        embedded = EmbeddedDialler(cast=cast, studio=studio, cues=cues, media=lambda: media)
        stack.push_async_callback(embedded.close)
        return embedded
    return await open_asterisk(settings, stack, cast=cast, studio=studio, cues=cues, media=media)


async def rehearse(studio: Studio, player: Player) -> None:
    """Renders what a synthetic applicant will most likely say; what cannot be is rendered while talking."""
    try:
        await asyncio.to_thread(studio.prepare, [player.applicant()])
    except SurveyError as problem:
        log.warning("synthetic applicant %s: %s", player.persona.name, problem)


def _given_up(application: Application, why: Hopeless, policy: CreditPolicy) -> CreditDecision:
    """Nobody may dial this number any more: a person decides."""
    reasons = (Reason.NOT_REACHED.value, why.value)
    return CreditDecision(result=DecisionResult.REFER, reasons=reasons, rules=policy.version)


def _threads(name: str, count: int, niceness: Niceness | None = None) -> ThreadPoolExecutor:
    if niceness is None:
        return ThreadPoolExecutor(count, thread_name_prefix=name)
    return ThreadPoolExecutor(count, thread_name_prefix=name, initializer=give_way, initargs=(niceness,))
