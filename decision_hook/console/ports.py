"""What the pages need of other rooms."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from uuid import UUID

from decision_hook.contract import Application, CallVerdict, CreditDecision
from decision_hook.store import CallRow, UncalledRow


class Calls(Protocol):
    """What is known of calls. Blocks; the pages call it in a thread."""

    def calls(self, *, limit: int = 100, offset: int = 0) -> list[CallRow]: ...

    def uncalled(self, *, limit: int = 100) -> list[UncalledRow]:
        """Decided, or still waiting, without any call; newest first."""
        ...

    def verdict(self, attempt: UUID) -> CallVerdict | None: ...

    def application(self, identifier: str) -> Application | None: ...

    def decision(self, application: str) -> CreditDecision | None: ...


class Applications(Protocol):
    async def submit(self, application: Application) -> CreditDecision:
        """Takes an application in. PENDING: it will be telephoned. Raises SurveyError."""
        ...


class Recordings(Protocol):
    def audio(self, verdict: CallVerdict) -> Path | None:
        """The two-channel FLAC of a call; None: nothing kept."""
        ...

    def peaks(self, verdict: CallVerdict, columns: int) -> Sequence[Sequence[int]] | None:
        """Two rows (us, caller) of `columns` peak levels 0..100; None: nothing kept. Blocks."""
        ...
