"""The house opened for a campaign: alone on this installation, and tidied up after a crash."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from rich.console import Console

from config.settings import Settings
from ivr.app import App, build_app
from ivr.call import in_thread
from ivr.campaign.lock import only_campaign
from ivr.live import LiveCalls
from ivr.simulator.cast import Cast
from ivr.simulator.persona import Persona


@asynccontextmanager
async def open_campaign(
    settings: Settings, personas: Mapping[str, Persona], console: Console
) -> AsyncIterator[tuple[App, LiveCalls]]:
    """`personas`: by number, who answers in the simulator. Raises SurveyError.

    Attempts that a crash left open are closed, so that the caps count them.
    """

    def name_of(attempt: UUID) -> str | None:
        called = house.campaign.in_call(attempt)
        return None if called is None else called.id

    live = LiveCalls(console, name_of=name_of)
    with only_campaign(settings.var):
        console.print("loading models …", style="dim")
        async with build_app(settings, cast=Cast(personas=personas), observer=live) as house:
            lost = await in_thread(house.disk, house.store.close_lost, datetime.now(UTC), house.desk.versions)
            if lost:
                console.print(f"{lost} calls were lost when the last run ended; they count as attempts")
            yield house, live
