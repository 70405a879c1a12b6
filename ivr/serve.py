"""The staff's pages on their port."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from config.settings import ConsoleSettings
from decision_hook.console.ports import Applications, Calls, Recordings
from decision_hook.console.server import build_console
from decision_hook.contract import SurveyError
from ivr.app import App
from ivr.shutdown import told_to_stop

GRACE_S = 5.0  # for answers that are being written when the pages close


@asynccontextmanager
async def listening(
    settings: ConsoleSettings, calls: Calls, recordings: Recordings, applications: Applications | None
) -> AsyncIterator[web.AppRunner]:
    """The pages on their port, while inside; `cleanup` of the runner closes them early.

    `applications` takes what is posted; None: pages only. Raises SurveyError if the port is in use.
    """
    runner = web.AppRunner(
        build_console(calls, recordings, applications), access_log=None, shutdown_timeout=GRACE_S
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError as problem:
            raise SurveyError(
                f"settings: console.port: cannot listen on {settings.host}:{settings.port} "
                f"({problem.strerror}); free the port, or set console.port to another one"
            ) from problem
        yield runner
    finally:
        await runner.cleanup()


@asynccontextmanager
async def open_pages(
    app: App, *, applications: Applications | None, announce: Callable[[str], None]
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """The pages of an open house; gives a function that closes them early. Raises SurveyError."""
    console = app.settings.console
    async with listening(console, app.store, app.recordings, applications) as runner:
        announce(f"pages: http://{console.host}:{runner.addresses[0][1]}   (Ctrl-C ends)")
        yield runner.cleanup


async def serve_pages(
    app: App, *, applications: Applications | None, announce: Callable[[str], None]
) -> None:
    """Shows the pages until SIGINT or SIGTERM. Raises SurveyError if the port is in use."""
    with told_to_stop() as told:
        async with open_pages(app, applications=applications, announce=announce):
            await told.stop.wait()
