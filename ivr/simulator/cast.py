"""Who can be telephoned: synthetic applicants by number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from config.derivations import completed
from decision_hook.contract import Application, SurveyError
from ivr.dialler.numbers import national
from ivr.simulator.applicant import Applicant
from ivr.simulator.persona import Persona

# An Asterisk carrier names the dialled number in the last twelve digits of the AudioSocket UUID.
CARRIER_UUID_PREFIX = "00000000-0000-4000-8000-"
NUMBER_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """One synthetic applicant. The same seed behaves the same in every call."""

    application: Application
    persona: Persona
    seed: int

    @property
    def phone(self) -> str:
        return self.persona.phone or self.application.phone

    def applicant(self) -> Applicant:
        """Fresh, for one call. Knows what follows from the application as well."""
        return Applicant(completed(self.application), self.persona, self.seed)


class Cast:
    """Players by number. Numbers compare by their last twelve digits.

    `personas`: by number, whoever plays the applicant for whom that number will be called; see `join`.
    """

    def __init__(self, players: Iterable[Player] = (), personas: Mapping[str, Persona] | None = None) -> None:
        """Raises SurveyError if two players share a number."""
        self._players: dict[str, Player] = {}
        self._personas = {number_key(phone): persona for phone, persona in (personas or {}).items()}
        for player in players:
            other = self._players.setdefault(number_key(player.phone), player)
            if other is not player:
                raise SurveyError(
                    f"personas {other.persona.name} and {player.persona.name}: the same number; "
                    "give each its own"
                )

    @property
    def empty(self) -> bool:
        """Nobody can answer."""
        return not self._players and not self._personas

    def join(self, application: Application, seed: int) -> Player | None:
        """From now on the persona with this application's number plays this applicant.

        The player of that number as it is, if it has no such persona; None: nobody has the number.
        """
        key = number_key(application.phone)
        persona = self._personas.get(key)
        if persona is not None:
            self._players[key] = Player(application=application, persona=persona, seed=seed)
        return self._players.get(key)

    def at(self, phone: str) -> Player | None:
        return self._players.get(number_key(phone))

    def all(self) -> tuple[Player, ...]:
        return tuple(self._players.values())


def number_key(phone: str) -> str:
    """The last twelve digits, padded with zeros."""
    digits = "".join(char for char in national(phone) if char.isdigit())
    return digits[-NUMBER_DIGITS:].rjust(NUMBER_DIGITS, "0")


def carrier_uuid(phone: str) -> UUID:
    """The AudioSocket UUID with which a carrier asks for this number's applicant."""
    return UUID(CARRIER_UUID_PREFIX + number_key(phone))


def number_of(carrier: UUID) -> str | None:
    """The number behind a carrier's UUID, as `number_key` writes it; None: not one of a carrier's."""
    text = str(carrier)
    number = text.removeprefix(CARRIER_UUID_PREFIX)
    return number if text.startswith(CARRIER_UUID_PREFIX) and number.isdigit() else None
