"""Who is telephoned in a bench: a few genuine applicants, again and again, each time at another number."""

from dataclasses import dataclass

from ivr.bench.hesitant import HesitantApplicant
from ivr.simulator.cast import Player
from ivr.simulator.persona import Fillers, Pauses, Persona, VoiceSpec, Warp
from ivr.simulator.random import random_application

# Different voices that the recogniser understands about alike; applications with every kind of question.
VOICES: dict[int, VoiceSpec] = {
    11: VoiceSpec(name="jf_nezumi"),
    12: VoiceSpec(name="jf_alpha*0.5+jf_gongitsune*0.5"),
    13: VoiceSpec(name="jf_gongitsune*0.6+jf_tebukuro*0.4", warp=Warp(pitch_semitones=-1.5)),
}
# Few sentences, so that little must be rendered; two of them for every open question.
TALK = (
    "平时下了班就回家做饭，吃完饭出去走一走。",
    "还行吧，就是最近工作有点忙。",
    "主要就是买买东西，加油，吃饭这些。",
    "出门走五分钟就到了，挺方便的。",
)
# Without these the paper asks for about as many numbers as words, and no call is spent on a surplus.
LEFT_OUT = frozenset(
    [
        "gender",
        "marital_status",
        "education",
        "star_sign",
        "home_district",
        "home_street",
        "home_community",
        "employer_trade",
        "job_title",
        "contact_relation",
        "card_purpose",
        "id_province",
        "bank_product",
        "previous_city",
        "apply_channel",
        "mortgage_bank",
        "other_card_bank",
        "previous_employer",
        "birth_place",
        "employer_nature",
        "email_provider",
        "mobile_carrier",
        "zodiac",
        "top_spending",
        "pay_app",
        "utility_paid",
        "transfer_bank",
        "social_city",
        "provident_fund_city",
    ]
)
PHONE_PREFIX = "1700003"  # a range that is not given out to subscribers


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchPlayer:
    """One applicant in one call."""

    player: Player
    call: int  # the how-manieth call of the bench

    def respondent(self) -> HesitantApplicant:
        return HesitantApplicant(self.player.applicant(), seed=self.player.seed, call=self.call)


def bench_player(call: int, *, run: str) -> BenchPlayer:
    """Whom the bench's call number `call` reaches. `run` sets apart the applications of one run."""
    seed = list(VOICES)[call % len(VOICES)]
    whole = random_application(seed)
    application = whole.model_copy(
        update={
            "id": f"bench-{run}-{call}",
            "phone": f"{PHONE_PREFIX}{call % 10_000:04d}",
            "facts": {key: fact for key, fact in whole.facts.items() if key not in LEFT_OUT},
        }
    )
    return BenchPlayer(player=Player(application=application, persona=_persona(seed), seed=seed), call=call)


def everybody() -> tuple[BenchPlayer, ...]:
    """One call of each voice, for rendering beforehand."""
    return tuple(bench_player(call, run="rehearsal") for call in range(len(VOICES)))


def _persona(seed: int) -> Persona:
    """Speaks plainly: silences inside its answers are the bench's own."""
    return Persona(
        name=f"bench-{seed}",
        voice=VOICES[seed],
        fillers=Fillers(probability=0.0),
        pauses=Pauses(probability=0.0),
        wording={"free": TALK},
    )
