"""What people write: persona files, application files, the demo's programme; and applicants by chance."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from config.document import DocumentError
from decision_hook.contract import CallOutcome, FactSource, Reason, Recommendation
from decision_hook.contract.application import FACT_KINDS
from decision_hook.contract.derived import age_on, star_sign_of, zodiac_of
from ivr.simulator.cast import Cast
from ivr.simulator.demo import Expectation, Part, listed_voice_samples
from ivr.simulator.load import load_application, load_demo, load_persona
from ivr.simulator.persona import FarEnd, Knowing, Persona, Unknown
from ivr.simulator.random import random_application, random_persona


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "persona.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_persona_of_one_line_works(tmp_path: Path) -> None:
    assert load_persona(written(tmp_path, "name: anybody\n")) == Persona(name="anybody")


def test_values_need_no_quotes(tmp_path: Path) -> None:
    persona = load_persona(
        written(
            tmp_path,
            "name: x\nknows: {age: {as: true}, hire_year: {as: wrong, value: 2016}}\n"
            "unknown: invent\nhello: yes\n",
        )
    )
    assert persona.knows["age"].how is Knowing.TRUE
    assert persona.knows["hire_year"].value == "2016"
    assert persona.unknown == (Unknown.INVENT,)
    assert persona.hello
    application = load_application(
        written(
            tmp_path,
            "id: a1\nphone: 05718888\nfacts:\n  birth_date: {value: 1990-05-17, source: form}\n"
            "  debit_card_tail: {value: 0571, source: bank}\n  car_loan: {value: yes, source: bureau}\n",
        )
    )
    assert [fact.value for fact in application.facts.values()] == ["1990-05-17", "0571", "yes"]
    assert application.phone == "05718888"


def test_all_problems_of_a_file_are_shown_together(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "name: x\nvoice: {speed: 9}\nvolume: 3\n"
        "noise: {kind: babble, snr_db: 90}\nbehaviour: [{do: shout}]\n",
    )
    with pytest.raises(DocumentError) as caught:
        load_persona(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 4
    assert f"{path}: voice.speed: must be at most 2, got 9; lower it" in lines
    assert any("volume: is not known here" in line for line in lines)
    assert any("behaviour[0].do: must be 'hang_up'" in line for line in lines)


@pytest.mark.parametrize("template", ["{city}", "{", "{value!x}", "{0}"])
def test_a_wrong_placeholder_is_named(tmp_path: Path, template: str) -> None:
    with pytest.raises(DocumentError, match="placeholder"):
        load_persona(written(tmp_path, f'name: x\nwording: {{home_city: ["{template}"]}}\n'))


def test_the_demo_is_the_programme_it_promises() -> None:
    demo = load_demo()
    assert [entry.name for entry in demo.of(Part.MAIN)] == [
        "genuine",
        "impostor",
        "coached",
        "listed_voice",
        "noisy",
        "switched_off_early",
        "switched_off_answered",
        "low_risk",
    ]
    assert len(demo.of(Part.FURTHER)) == 8
    Cast(entry.player for entry in demo.entries)
    for entry in demo.entries:
        application, persona = entry.player.application, entry.player.persona
        assert persona.name == entry.name
        assert application.risk_score is not None
        assert (application.risk_score > 0.5) is entry.expect.called
        assert 20 <= len(application.facts) <= 120
        assert set(application.facts) <= set(FACT_KINDS)
        assert {fact.source for fact in application.facts.values()} == set(FactSource)


def test_the_demo_applicants_lives_hold_together() -> None:
    for entry in load_demo().entries:
        facts = {key: fact.value for key, fact in entry.player.application.facts.items()}
        applied = entry.player.application.applied_at
        assert applied is not None
        born = date.fromisoformat(facts["birth_date"])
        assert facts["zodiac"] == zodiac_of(born.year)
        assert facts["star_sign"] == star_sign_of(born)
        assert facts["age"] == str(age_on(born, applied.date()))
        assert facts["mobile_tail"] == entry.player.phone[-4:]
        assert born.year + 18 <= int(facts["account_open_year"]) <= applied.year


def test_everybody_who_speaks_has_a_voice_of_their_own() -> None:
    speaking = [
        entry.player.persona.voice
        for entry in load_demo().entries
        if entry.player.persona.line is FarEnd.ANSWERS and entry.name not in ("silent", "low_risk")
    ]
    assert len(set(speaking)) == len(speaking)


def test_all_problems_of_all_demo_files_are_shown_together(tmp_path: Path) -> None:
    (tmp_path / "demo.yaml").write_text(
        "seed: 1\ncast:\n  - {name: a, expect: {}}\n  - {name: b, expect: {}}\n", encoding="utf-8"
    )
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "application.yaml").write_text("id: x\n", encoding="utf-8")
        (tmp_path / name / "persona.yaml").write_text("name: x\nvoice: {speed: 9}\n", encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        load_demo(tmp_path / "demo.yaml")
    assert len(caught.value.problems) == 4


def test_expectations() -> None:
    expect = Expectation(
        outcome=(CallOutcome.COMPLETED,),
        recommendation=(Recommendation.REFER,),
        reasons=(Reason.SECOND_VOICE, Reason.PROMPTED),
    )
    assert expect.met(CallOutcome.COMPLETED, Recommendation.REFER, [Reason.HESITANT, Reason.PROMPTED])
    assert not expect.met(CallOutcome.COMPLETED, Recommendation.REFER, [Reason.HESITANT])
    assert not expect.met(CallOutcome.PARTIAL, Recommendation.REFER, [Reason.PROMPTED])
    assert Expectation().met(CallOutcome.BUSY, Recommendation.NONE, [])


def test_a_listed_voice_is_enrolled_with_other_words_than_it_says() -> None:
    texts = listed_voice_samples(Persona(name="x"))
    assert sum(len(text) for text in texts) > 100
    with_own = Persona(name="x", wording={"free": (texts[0],)})
    assert listed_voice_samples(with_own) == texts[1:]


def test_applicants_by_chance_are_repeatable_and_varied() -> None:
    chances = [random_persona(seed) for seed in range(200)]
    assert chances[7] == random_persona(7)
    assert len({chance.application.phone for chance in chances}) == 200
    assert len({chance.persona.voice for chance in chances}) > 190
    kinds = Counter(chance.kind for chance in chances)
    assert set(kinds) == {
        "genuine",
        "impostor",
        "coached",
        "noisy",
        "refuses_recording",
        "wrong_person",
        "hangs_up",
        "not_reached",
    }
    assert kinds["genuine"] > kinds["impostor"] > kinds["hangs_up"]
    assert all(chance.expect.outcome for chance in chances)


def test_lives_by_chance_hold_together() -> None:
    for seed in range(100):
        application = random_application(seed)
        facts = {key: fact.value for key, fact in application.facts.items()}
        assert 45 <= len(facts) <= 70
        if "birth_date" in facts and "zodiac" in facts:
            assert facts["zodiac"] == zodiac_of(date.fromisoformat(facts["birth_date"]).year)
        if "hire_year" in facts and "birth_date" in facts:
            assert int(facts["hire_year"]) >= int(facts["birth_date"][:4]) + 18


def test_who_prompts_is_somebody_else() -> None:
    coached = [chance.persona for seed in range(300) if (chance := random_persona(seed)).kind == "coached"]
    assert len(coached) > 10
    for persona in coached:
        assert persona.second_voice is not None
        assert persona.second_voice.voice.name not in persona.voice.name
