"""The outside writer against a real HTTP server that speaks the chat format, well and badly."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from config.settings import Settings, WriterSettings
from decision_hook.contract import SurveyError
from dialogue.follow_ups import WriterBrief
from ivr.question_writer import ChatWriter

BRIEF = WriterBrief(
    language="zh", topic="employment", asked="您在哪家单位上班？", said="宏达贸易公司", usual="中午吃什么？"
)


class Endpoint:
    """Answers as told and remembers what it was asked."""

    def __init__(self, status: int, text: str) -> None:
        self._status, self._text = status, text
        self.bodies: list[dict[str, object]] = []
        self.authorization = ""

    async def handle(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.json())
        self.authorization = request.headers.get("Authorization", "")
        return web.Response(status=self._status, text=self._text, headers={"Location": "http://127.0.0.1:1/"})


@asynccontextmanager
async def served(endpoint: Endpoint) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", endpoint.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


def chat(text: object) -> str:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]})


async def proposed(endpoint: Endpoint, **settings: object) -> str | None:
    async with served(endpoint) as url:
        writer = ChatWriter(WriterSettings.model_validate({"url": url, **settings}))
        try:
            return await writer.propose(BRIEF)
        finally:
            await writer.close()


async def test_it_asks_in_the_chat_format(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("abc\n", encoding="utf-8")
    endpoint = Endpoint(200, chat(' "您同事里跟谁最谈得来？" '))
    assert await proposed(endpoint, model="m1", key_file=str(key)) == "您同事里跟谁最谈得来？"
    (body,) = endpoint.bodies
    assert body["model"] == "m1"
    assert "宏达贸易公司" in json.dumps(body, ensure_ascii=False)
    assert endpoint.authorization == "Bearer abc"


@pytest.mark.parametrize(
    ("status", "text"),
    [
        pytest.param(500, chat("好吗？"), id="server error"),
        pytest.param(302, chat("好吗？"), id="sent elsewhere"),
        pytest.param(200, "not json", id="no JSON"),
        pytest.param(200, "{}", id="no choices"),
        pytest.param(200, chat(None), id="no text"),
        pytest.param(200, chat("   "), id="empty text"),
        pytest.param(200, chat("长" * 30_000), id="endless"),
    ],
)
async def test_whatever_comes_back_nothing_is_raised(status: int, text: str) -> None:
    assert await proposed(Endpoint(status, text)) is None


async def test_nobody_there() -> None:
    writer = ChatWriter(WriterSettings(url="http://127.0.0.1:9", timeout_s=1))
    try:
        assert await writer.propose(BRIEF) is None
    finally:
        await writer.close()


def test_it_is_off_by_default() -> None:
    assert Settings().writer.url is None


async def test_a_missing_key_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="check the path"):
        ChatWriter(WriterSettings(url="http://127.0.0.1:9", key_file=tmp_path / "none"))
