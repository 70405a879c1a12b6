"""The staff's pages on their port."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from decision_hook.console.ports import Applications
from decision_hook.console.server import build_console
from decision_hook.contract import SurveyError
from ivr.app import App
from ivr.shutdown import told_to_stop

GRACE_S = 5.0  # for answers that are being written when the pages close


@asynccontextmanager
async def open_pages(
    app: App, *, applications: Applications | None, announce: Callable[[str], None]
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Shows the pages; gives a function that closes them early. Raises SurveyError if the port is in use.

    `applications` takes what is posted; None: pages only.
    """
    host, port = app.settings.console.host, app.settings.console.port
    runner = web.AppRunner(
        build_console(app.store, app.recordings, applications), access_log=None, shutdown_timeout=GRACE_S
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as problem:
            raise SurveyError(
                f"settings: console.port: cannot listen on {host}:{port} ({problem.strerror}); "
                "free the port, or set console.port to another one"
            ) from problem
        announce(f"pages: http://{host}:{runner.addresses[0][1]}   (Ctrl-C ends)")
        yield runner.cleanup
    finally:
        await runner.cleanup()


async def serve_pages(
    app: App, *, applications: Applications | None, announce: Callable[[str], None]
) -> None:
    """Shows the pages until SIGINT or SIGTERM. Raises SurveyError if the port is in use."""
    with told_to_stop() as told:
        async with open_pages(app, applications=applications, announce=announce):
            await told.stop.wait()
