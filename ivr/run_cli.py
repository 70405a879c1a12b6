"""`shengwen run`: a CSV of applications, each decided or telephoned."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.progress import bars, console
from config.settings import Settings
from decision_hook.contract import Application, SurveyError
from ivr.campaign.csv_file import BadRow, read_applications
from ivr.campaign.report import Refused, Report, report_table, rows_of
from ivr.campaign.rules import CallWindow, window_of
from ivr.line_options import AnyTime, Line, Personas, answering, at_any_time, on_line
from ivr.simulator.persona import Persona
from ivr.terminal import begin

if TYPE_CHECKING:
    from ivr.app import App
    from ivr.campaign.runner import Campaign

app = typer.Typer()


@app.command()
def run(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="One application a row.")],
    personas: Personas = None,
    any_time: AnyTime = False,
    at_once: Annotated[int, typer.Option(min=0, max=500, help="Calls side by side; 0: as set.")] = 0,
    line: Line = "",
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON, alone on stdout.")] = False,
) -> None:
    """Score a CSV of applications, decide the low-risk ones, telephone the others.

    Try it: `shengwen run config/demo/applications.csv --personas config/demo --any-time`

    Columns: id, phone, optionally product, applied_at, risk_score (0 to 1; empty: scored here), and one
    column per fact, named source.key: form.employer, bank.account_branch, bureau.mortgage_bank …
    An empty cell is a fact that is not on file.

    Stopped or crashed? The same command goes on: what is decided stays decided, and a call that was lost
    counts as an attempt. Ctrl-C lets running calls finish for a while (campaign.grace_s); a second Ctrl-C
    ends them at once. Who may not be called yet (call window, pause between attempts) is listed with the
    hour: run the same command again then.

    Bad rows are listed on stderr with their line, and the others go on. Exit code 0: every good row was
    taken in. 1: no row could be used, or a call could not be stored.
    """
    settings = at_any_time(on_line(begin(), line), any_time)
    if at_once:
        campaign = settings.campaign.model_copy(update={"calls_at_once": at_once})
        settings = settings.model_copy(update={"campaign": campaign})
    rows = list(read_applications(file))
    applications = [row for row in rows if isinstance(row, Application)]
    bad = tuple(row for row in rows if isinstance(row, BadRow))
    for row in bad:
        console.print(f"{file}: line {row.line}: {row.problem}", style="yellow", markup=False, soft_wrap=True)
    if not applications:
        raise SurveyError(f"{file}: none of its {len(rows)} rows can be used; correct them")
    report = asyncio.run(_run(settings, applications, bad, answering(personas)))
    if as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
    _show(report, window_of(settings.campaign))
    if report.unstored:
        raise SurveyError(
            f"run: {report.unstored} calls could not be stored; look at disk and database, then run it again"
        )


async def _run(
    settings: Settings,
    applications: Sequence[Application],
    bad: tuple[BadRow, ...],
    personas: Mapping[str, Persona],
) -> Report:
    from decision_hook.credit_limit.decide import risk_score
    from ivr.call import in_thread
    from ivr.campaign.shift import telephone
    from ivr.campaign_house import open_campaign
    from ivr.shutdown import told_to_stop

    async with open_campaign(settings, personas, console) as (house, live):
        with told_to_stop() as told:
            taken, refused = await _take_in(house.campaign, applications)
            await _rehearse(house, taken, personas)
            with live:
                waiting = await telephone(
                    house.campaign,
                    told,
                    grace_s=settings.campaign.grace_s,
                    until_idle=True,
                    only=frozenset(taken),
                )
        rows = await in_thread(
            house.disk,
            rows_of,
            taken.values(),
            house.store,
            risks={name: risk_score(one, house.policy) for name, one in taken.items()},
            waits={one.application.id: one.until for one in waiting},
        )
        return Report(
            rows=rows,
            refused=refused,
            bad_rows=bad,
            unstored=house.campaign.failed,
            held_back=house.admission.held_back(),
        )


async def _take_in(
    campaign: "Campaign", applications: Sequence[Application]
) -> tuple[dict[str, Application], tuple[Refused, ...]]:
    """Submits all. Those taken in, by id, and those refused."""
    from config.database import DatabaseUnavailable

    taken: dict[str, Application] = {}
    refused: list[Refused] = []
    with bars() as progress:
        for number, application in enumerate(applications, start=1):
            try:
                await campaign.submit(application)
                taken[application.id] = application
            except DatabaseUnavailable:
                raise
            except SurveyError as problem:
                refused.append(Refused(application=application.id, problem=str(problem)))
                console.print(str(problem), style="yellow", markup=False, soft_wrap=True)
            progress("applications", number, len(applications))
    return taken, tuple(refused)


async def _rehearse(house: "App", taken: Mapping[str, Application], personas: Mapping[str, Persona]) -> None:
    """Renders what those will say who are going to be called, with a bar: it takes a while the first time."""
    from ivr.call import in_thread
    from ivr.simulator.cast import Cast

    queued = await in_thread(house.disk, house.store.queued)
    cast = Cast(personas=personas)
    players = [cast.join(one, 0) for one in queued if one.id in taken]
    with bars() as progress:
        await asyncio.to_thread(
            house.studio.prepare,
            [player.applicant() for player in players if player is not None],
            lambda done, of: progress("applicants' voices", done, of),
        )


def _show(report: Report, window: CallWindow) -> None:
    console.print(report_table(report, window))
    if report.held_back.times:
        console.print(
            f"overload: new calls were held back {report.held_back.times} times, "
            f"{report.held_back.seconds:.0f} s in all"
        )
    left = len(report.rows) - report.decided - len(report.waiting)
    if report.waiting:
        soonest = report.waiting[0].waits_until
        assert soonest is not None  # that is what waiting means
        console.print(
            f"{len(report.waiting)} wait, the first until {soonest.astimezone(window.zone):%d %b %H:%M %Z}: "
            "run the same command again then"
        )
    if left:
        console.print(f"{left} were not called before the stop: run the same command again to go on")
