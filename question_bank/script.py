"""The fixed words of a call, as values. Written in `_script.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass

from decision_hook.contract import FactKind, Grade, Hypothesis
from question_bank.question import KeypadForm, Question, Role, Statistics
from question_bank.schema import ScriptFile, SpokenQuestionFile

# Script questions say nothing about who is speaking: every row is the same.
NO_EVIDENCE = Statistics(table={h: {Grade.FREE: 1.0} for h in Hypothesis}, n=0, source="expert")
YES_NO_KEYPAD_DIGITS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Every tuple holds interchangeable wordings; take any. None of them mentions a fact."""

    language: str  # zh
    opening_person: Question  # greets, says who calls and why, asks for the applicant; names nobody
    who_we_are: tuple[str, ...]
    consent_recording: Question
    consent_voiceprint: Question
    voiceprint_declined: tuple[str, ...]
    warm_up: tuple[Question, ...]  # open questions: pause baseline and voice
    to_survey: tuple[str, ...]
    acknowledgements: tuple[str, ...]  # neutral: the same after right and wrong
    repeat_prefix: tuple[str, ...]
    slower_prefix: tuple[str, ...]
    unclear_prefix: tuple[str, ...]
    keypad_offers: Mapping[FactKind, tuple[str, ...]]
    patience: tuple[str, ...]
    refusal: tuple[str, ...]
    later: tuple[str, ...]
    human: tuple[str, ...]
    callback: tuple[str, ...]
    closing: tuple[str, ...]
    closing_wrong_person: tuple[str, ...]
    closing_not_applied: tuple[str, ...]
    closing_refused_recording: tuple[str, ...]
    closing_silent: tuple[str, ...]

    def questions(self) -> tuple[Question, ...]:
        """Every question of the script, in the order of a call."""
        return (self.opening_person, self.consent_recording, self.consent_voiceprint, *self.warm_up)

    def groups(self) -> list[tuple[str, ...]]:
        """Everything that may be said apart from the paper: interchangeable wordings side by side."""
        return [
            *(question.phrasings for question in self.questions()),
            *(question.again for question in self.questions() if question.again),
            self.who_we_are,
            self.voiceprint_declined,
            self.to_survey,
            self.acknowledgements,
            self.repeat_prefix,
            self.slower_prefix,
            self.unclear_prefix,
            *self.keypad_offers.values(),
            self.patience,
            self.refusal,
            self.later,
            self.human,
            self.callback,
            self.closing,
            self.closing_wrong_person,
            self.closing_not_applied,
            self.closing_refused_recording,
            self.closing_silent,
        ]

    def sentences(self) -> tuple[str, ...]:
        """The same, one after the other, each once."""
        return tuple(dict.fromkeys(text for group in self.groups() for text in group))


def script_of(file: ScriptFile) -> Script:
    """The value behind a checked `_script.yaml`."""
    offer = file.keypad_offers.get(FactKind.YES_NO)
    yes_no = (
        KeypadForm(
            ask=offer[0], min_digits=YES_NO_KEYPAD_DIGITS, max_digits=YES_NO_KEYPAD_DIGITS, means="yes_no"
        )
        if offer
        else None
    )
    return Script(
        language=file.language,
        opening_person=_question("opening.person", file.opening_person, keypad=yes_no),
        who_we_are=file.who_we_are,
        consent_recording=_question("consent.recording", file.consent_recording, keypad=yes_no),
        consent_voiceprint=_question("consent.voiceprint", file.consent_voiceprint, keypad=yes_no),
        voiceprint_declined=file.voiceprint_declined,
        warm_up=tuple(
            _question(f"warmup.{name}", spoken, role=Role.WARM_UP, kind=FactKind.FREE)
            for name, spoken in file.warm_up.items()
        ),
        to_survey=file.to_survey,
        acknowledgements=file.acknowledgements,
        repeat_prefix=file.repeat_prefix,
        slower_prefix=file.slower_prefix,
        unclear_prefix=file.unclear_prefix,
        keypad_offers=file.keypad_offers,
        patience=file.patience,
        refusal=file.refusal,
        later=file.later,
        human=file.human,
        callback=file.callback,
        closing=file.closing,
        closing_wrong_person=file.closing_wrong_person,
        closing_not_applied=file.closing_not_applied,
        closing_refused_recording=file.closing_refused_recording,
        closing_silent=file.closing_silent,
    )


def _question(
    question_id: str,
    spoken: SpokenQuestionFile,
    *,
    role: Role = Role.SCRIPT,
    kind: FactKind = FactKind.YES_NO,
    keypad: KeypadForm | None = None,
) -> Question:
    return Question(
        id=question_id,
        topic=question_id.partition(".")[0],
        role=role,
        kind=kind,
        phrasings=spoken.phrasings,
        again=spoken.again,
        fact_keys=(),
        cost_s=spoken.cost_s,
        keypad=keypad,
        statistics=NO_EVIDENCE,
        wait_s=spoken.wait_s,
    )
