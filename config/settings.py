"""Every setting, checked before anything starts. `config/shengwen.yaml`, overridden by SHENGWEN_… variables.

Each section is read by one room. Unknown keys are refused; all problems are shown together.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

Port = Annotated[int, Field(ge=0, le=65_535)]  # 0: any free one


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MediaSettings(Section):
    """AudioSocket server and recorder (ivr/media)."""

    host: str = "127.0.0.1"
    port: Port = 0
    max_unknown_connections: Annotated[int, Field(ge=1, le=1_000)] = 16
    heard_max_ms: Annotated[int, Field(ge=100, le=10_000)] = 1_000  # when full: drop the oldest 20 ms
    record_max_s: Annotated[int, Field(ge=10, le=7_200)] = 1_200  # memory: 32 kB per second and call


class AsteriskSettings(Section):
    """Our Asterisk, over AMI (ivr/dialler)."""

    ami_host: str = "127.0.0.1"
    ami_port: Port = 15_038
    ami_user: str = "shengwen"
    ami_secret_file: Path = Path("var/asterisk/ami.secret")  # generated; never in this file
    trunk: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")] = "carrier"  # a PJSIP endpoint
    context: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")] = (
        "shengwen-survey"  # dialplan, extension s
    )
    simulator_port: Port = 19_092  # where the test carrier connects synthetic applicants (AudioSocket)
    calls_per_second: Annotated[float, Field(gt=0, le=50)] = 5.0
    ring_timeout_s: Annotated[float, Field(ge=5, le=120)] = 30.0


class HearingSettings(Section):
    """Recogniser (dialogue/hearing, ivr/inference)."""

    engine: Literal["whisper", "vosk", "transformers"] = "whisper"
    model: Path | None = None  # None: the gathered model of that engine
    # Tells single sounds from the encoder of the gathered Whisper; not used with another one. None: without.
    phones: Path | None = Path("config/models/phones.npz")
    # Tells hesitations from the same encoder. None: by the steadiness of sounds and what was written down.
    fillers: Path | None = Path("config/models/fillers.npz")
    threads: Annotated[int, Field(ge=1, le=64)] = 2
    deadline_s: Annotated[float, Field(ge=1, le=60)] = 8.0


class AdmissionSettings(Section):
    """When the machine counts as overloaded, so that no further call begins (ivr/inference)."""

    # p99 over some seconds. Receivers' jitter buffers hide 60 ms; past that, callers hear gaps.
    clock_late_ms: Annotated[float, Field(ge=5, le=1_000)] = 60.0
    # The longest live wait for a model over some seconds; at eight calls at once 0.5 to 1 s is usual.
    queue_wait_ms: Annotated[float, Field(ge=50, le=60_000)] = 2_000.0


class SpeakingSettings(Section):
    """Synthesiser and prompt cache (dialogue/speaking)."""

    # Kokoro style, or a blend "jf_alpha*0.6+jf_nezumi*0.4". Of 12 questions heard back by Whisper at 8 kHz
    # this blend had 9 % of the syllables wrong, jf_nezumi alone 13 %, jf_gongitsune 16 %, jf_alpha 29 %.
    voice: str = "jf_nezumi*0.5+jf_gongitsune*0.5"
    speed: Annotated[float, Field(ge=0.5, le=2)] = 1.0
    cache: Path = Path("var/prompts")


class InterviewSettings(Section):
    """One conversation (dialogue)."""

    bank: Path = Path("config/banks/zh")
    max_survey_s: Annotated[float, Field(ge=30, le=1_800)] = 180.0
    min_net_speech_s: Annotated[float, Field(ge=0, le=60)] = 10.0
    decided_at: Annotated[float, Field(gt=0.5, lt=1)] = 0.985  # belief in "genuine": the survey may stop
    # A person is not asked the same question again for so long, in whichever call.
    no_repeat_days: Annotated[int, Field(ge=0, le=3_650)] = 90
    # Questions and facts asked in too many of the last calls rest; so many calls count.
    exposure_calls: Annotated[int, Field(ge=0, le=20_000)] = 2_000
    max_attempts: Annotated[int, Field(ge=1, le=5)] = 2  # per question, before the keypad


class WriterSettings(Section):
    """An outside writer of follow-up questions (ivr/question_writer). Off unless `url` is given.

    It is told our question and what the caller said, nothing else; whatever it proposes passes the linter.
    """

    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")] | None = None  # ".../v1" of an OpenAI-style API
    model: Annotated[str, Field(min_length=1, max_length=100)] = "default"
    key_file: Path | None = None  # holds the bearer token; None: none is sent
    timeout_s: Annotated[float, Field(ge=0.5, le=20)] = 5.0


class AnswerSettings(Section):
    """How replies are judged (dialogue/answer)."""

    tables: Path = Path("config/tables")  # words, sounds, the fitted decision
    intent_model: Path | None = Path("config/models/intent")  # a transformers classifier; None: rules only
    phone_intent_model: Path = Path("config/models/phone_intent")  # the same by sounds, where they are told


class VoiceprintSettings(Section):
    """Watch list and search (voiceprint)."""

    encoder: Literal["ge2e", "ecapa", "xvector"] = "ge2e"
    encoder_source: str = ""  # folder (or, for ecapa, hub name) of its weights; "": below `models`
    candidates_per_1000_calls: Annotated[float, Field(gt=0, le=1_000)] = 20.0  # what people can review
    # Share of unlisted callers who may raise an alarm; set, it decides instead of the candidates above.
    target_fpir: Annotated[float, Field(gt=0, lt=1)] | None = None
    min_speech_s: Annotated[float, Field(ge=2, le=60)] = 2.0  # less speech gives no score
    # A shorter list is filled with drawn strangers, so that it is as hard to search as a long one.
    fill_list_to: Annotated[int, Field(ge=0, le=1_000_000)] = 1_000
    keep_entries_days: Annotated[int, Field(ge=1, le=3_650)] = 730  # then an entry expires and is deleted
    review_entries_days: Annotated[int, Field(ge=1, le=3_650)] = 180  # then somebody should look at it again
    keep_calls_days: Annotated[int, Field(ge=1, le=3_650)] = 180  # voiceprints of calls, then deleted
    table: Path | None = None  # from "shengwen voiceprint calibrate"; None: the shipped one
    keys: Path = Path("var/keys/voiceprint.json")  # opens what the database holds: back it up, elsewhere


class DecisionSettings(Section):
    """Rules and limits (decision_hook)."""

    rules: Path = Path("config/rules")
    call_above: Annotated[float, Field(ge=0, le=1)] = 0.5  # risk score from which an applicant is telephoned


class ConsoleSettings(Section):
    """The staff's pages (decision_hook/console)."""

    host: str = "127.0.0.1"
    port: Port = 8_080


class CampaignSettings(Section):
    """Whom to call when (ivr/campaign)."""

    timezone: str = "Asia/Shanghai"
    window_start: Annotated[str, Field(pattern=r"^\d\d:\d\d$")] = "09:00"
    window_end: Annotated[str, Field(pattern=r"^\d\d:\d\d$")] = "21:00"
    calls_at_once: Annotated[int, Field(ge=1, le=500)] = 6
    max_attempts_per_person: Annotated[int, Field(ge=1, le=10)] = 3  # whatever they applied for
    attempts_count_for_days: Annotated[int, Field(ge=1, le=365)] = 30  # then an attempt is forgotten
    retry_after_min: Annotated[float, Field(ge=0, le=10_080)] = 120.0
    # When told to stop: how long running calls may go on. A second signal ends them at once.
    grace_s: Annotated[float, Field(ge=0, le=600)] = 30.0


class Settings(BaseSettings):
    """The whole of config/shengwen.yaml. SHENGWEN_MEDIA__PORT=9092 overrides media.port."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="SHENGWEN_", env_nested_delimiter="__"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings

    var: Path = Path("var")  # everything generated lives below it
    models: Path = Path("var/models")
    line: Literal["embedded", "asterisk"] = "embedded"
    database_url: str = "sqlite:///var/shengwen.db"
    media: MediaSettings = MediaSettings()
    asterisk: AsteriskSettings = AsteriskSettings()
    hearing: HearingSettings = HearingSettings()
    admission: AdmissionSettings = AdmissionSettings()
    speaking: SpeakingSettings = SpeakingSettings()
    interview: InterviewSettings = InterviewSettings()
    answer: AnswerSettings = AnswerSettings()
    writer: WriterSettings = WriterSettings()
    voiceprint: VoiceprintSettings = VoiceprintSettings()
    decision: DecisionSettings = DecisionSettings()
    console: ConsoleSettings = ConsoleSettings()
    campaign: CampaignSettings = CampaignSettings()
