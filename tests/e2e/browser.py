"""A headless Chromium, driven over its DevTools socket."""

import asyncio
import base64
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

STARTS_WITHIN_S = 60.0
ANSWERS_WITHIN_S = 30.0
FLAGS = (
    "--headless",
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--mute-audio",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing leaves this machine
    "--remote-debugging-port=0",
    "--window-size=1280,900",
)


def need_chromium() -> str:
    """The program; skips the test without one, unless REQUIRE_BROWSER=1."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium: install it (Debian: apt-get install chromium)")
        pytest.skip("no Chromium; apt-get install chromium")
    return found


class Page:
    """One tab."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._session: str | None = None
        self._loaded = asyncio.Event()
        self.complaints: list[str] = []  # errors in the console, exceptions, what could not be loaded

    async def read(self) -> None:
        """Takes in what the browser says, until it is gone."""
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                return
            said = message.json()
            if "id" in said:
                self._answers.pop(said["id"]).set_result(said)
            elif said["method"] == "Page.loadEventFired":
                self._loaded.set()
            elif said["method"] == "Runtime.exceptionThrown":
                self.complaints.append(str(said["params"]["exceptionDetails"]))
            elif said["method"] == "Log.entryAdded" and said["params"]["entry"]["level"] == "error":
                self.complaints.append(str(said["params"]["entry"]))
            elif said["method"] == "Runtime.consoleAPICalled" and said["params"]["type"] == "error":
                self.complaints.append(str(said["params"]["args"]))

    async def open_tab(self) -> None:
        target = await self._ask("Target.createTarget", url="about:blank")
        attached = await self._ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            await self._ask(f"{domain}.enable")

    async def go(self, url: str) -> None:
        """Returns when the page has loaded."""
        self._loaded.clear()
        await self._ask("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), ANSWERS_WITHIN_S)

    async def value(self, expression: str) -> Any:
        """What a JavaScript expression is; a promise is awaited."""
        result = await self._ask(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    async def click(self, selector: str) -> None:
        """As a person does: scrolls there and presses the left button."""
        x, y = await self.value(
            f"(() => {{ const e = document.querySelector({selector!r}); "
            "e.scrollIntoView({block: 'center'});"
            "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self._ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def picture(self) -> bytes:
        """The whole page as PNG."""
        shot = await self._ask("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    async def _ask(self, method: str, **params: object) -> dict[str, Any]:
        self._numbers += 1
        answer = asyncio.get_running_loop().create_future()
        self._answers[self._numbers] = answer
        order: dict[str, object] = {"id": self._numbers, "method": method, "params": params}
        if self._session is not None:
            order["sessionId"] = self._session
        await self._socket.send_json(order)
        said = await asyncio.wait_for(answer, ANSWERS_WITHIN_S)
        assert "error" not in said, (method, said["error"])
        found: dict[str, Any] = said["result"]
        return found


@asynccontextmanager
async def open_browser(profile: Path) -> AsyncIterator[Page]:
    """A browser of its own in `profile`; it is gone afterwards."""
    process = await asyncio.create_subprocess_exec(
        need_chromium(),
        *FLAGS,
        f"--user-data-dir={profile}",
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stderr is not None
        async with asyncio.timeout(STARTS_WITHIN_S), ClientSession() as session:
            address = await _address(process.stderr)
            async with asyncio.TaskGroup() as group:
                drained = group.create_task(process.stderr.read())  # a full pipe would stop the browser
                socket = await session.ws_connect(address, max_msg_size=64_000_000)
                page = Page(socket)
                reading = group.create_task(page.read())
                await page.open_tab()
                yield page
                await socket.close()
                reading.cancel()
                process.terminate()
                await process.wait()
                drained.cancel()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _address(said: asyncio.StreamReader) -> str:
    while line := await said.readline():
        if found := re.search(rb"DevTools listening on (ws://\S+)", line):
            return found[1].decode()
    raise AssertionError("Chromium ended before it listened")
