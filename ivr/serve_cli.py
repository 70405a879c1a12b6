"""`shengwen serve`: takes applications over HTTP, makes the calls, shows the pages."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

import typer

from config.progress import console
from config.settings import Settings
from ivr.line_options import AnyTime, Line, Personas, answering, at_any_time, on_line
from ivr.simulator.persona import Persona
from ivr.terminal import begin

app = typer.Typer()


@app.command()
def serve(
    personas: Personas = None,
    any_time: AnyTime = False,
    line: Line = "",
    verbose: Annotated[bool, typer.Option(help="A line on stderr when a call begins and ends.")] = False,
) -> None:
    """Take applications over HTTP, telephone the high-risk ones, and show the pages, until Ctrl-C.

    Pages: http://127.0.0.1:8080 (console.host, console.port).

    POST /api/applications with one application as JSON (`shengwen schema application`):
    200 decided at once; 202 on the call list, ask GET /api/applications/ID later; 400 all that is wrong
    with it; 409 another application has this id. The same one again gives the decision there is.

    The call list outlives a restart. Ctrl-C: no further call, nothing is accepted, running calls may go on
    for campaign.grace_s; a second Ctrl-C ends them at once.
    """
    settings = at_any_time(on_line(begin(verbose=verbose), line), any_time)
    asyncio.run(_serve(settings, answering(personas)))


async def _serve(settings: Settings, personas: Mapping[str, Persona]) -> None:
    from ivr.campaign.shift import telephone
    from ivr.campaign_house import open_campaign
    from ivr.serve import open_pages
    from ivr.shutdown import told_to_stop

    async with open_campaign(settings, personas, console) as (house, live):
        with told_to_stop() as told:
            async with open_pages(house, applications=house.campaign, announce=console.print) as close_pages:
                with live:
                    await telephone(
                        house.campaign,
                        told,
                        grace_s=settings.campaign.grace_s,
                        until_idle=False,
                        stop_accepting=close_pages,
                    )
