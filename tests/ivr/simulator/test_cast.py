"""Who answers at which number."""

import pytest

from decision_hook.contract import Application, SurveyError
from ivr.simulator.cast import Cast, Player
from ivr.simulator.persona import Persona

ANNA = Persona(name="anna")
FIRST = Application(id="A1", phone="17000000001")
SECOND = Application(id="A2", phone="17000000001")


def test_a_persona_plays_whoever_is_called_at_its_number() -> None:
    cast = Cast(personas={"+17000000001": ANNA})
    assert cast.at(FIRST.phone) is None
    for application in (FIRST, SECOND):
        player = cast.join(application, 7)
        assert player == Player(application=application, persona=ANNA, seed=7)
        assert cast.at(application.phone) is player
    assert not cast.empty


def test_a_number_without_a_persona_is_nobodys() -> None:
    cast = Cast(personas={"17000000009": ANNA})
    assert cast.join(FIRST, 0) is None
    assert cast.at(FIRST.phone) is None
    assert Cast().empty


def test_a_player_with_a_part_keeps_it() -> None:
    player = Player(application=FIRST, persona=ANNA, seed=1)
    assert Cast([player]).join(SECOND, 2) is player


def test_two_players_with_one_number_are_refused() -> None:
    players = [Player(application=one, persona=ANNA, seed=1) for one in (FIRST, SECOND)]
    with pytest.raises(SurveyError, match="the same number"):
        Cast(players)
