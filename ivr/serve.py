"""The pages on their port, until Ctrl-C."""

import asyncio
import signal
from collections.abc import Callable

from aiohttp import web

from decision_hook.console.ports import Applications
from decision_hook.console.server import build_console
from decision_hook.contract import SurveyError
from ivr.app import App

GRACE_S = 5.0


async def serve_pages(
    app: App, *, applications: Applications | None, announce: Callable[[str], None]
) -> None:
    """Shows the pages until SIGINT or SIGTERM. Raises SurveyError if the port is in use."""
    host, port = app.settings.console.host, app.settings.console.port
    runner = web.AppRunner(
        build_console(app.store, app.recordings, applications), access_log=None, shutdown_timeout=GRACE_S
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as problem:
            raise SurveyError(
                f"settings: console.port: cannot listen on {host}:{port} ({problem.strerror}); "
                "free the port, or set console.port to another one"
            ) from problem
        announce(f"pages: http://{host}:{runner.addresses[0][1]}   (Ctrl-C ends)")
        await _until_told()
    finally:
        await runner.cleanup()


async def _until_told() -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    try:
        await told.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
