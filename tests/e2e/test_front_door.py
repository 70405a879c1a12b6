"""`run` and `serve` as processes, on numbers where nobody talks: everything but the conversation."""

import asyncio
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

pytestmark = pytest.mark.models

SHENGWEN = Path(sys.executable).with_name("shengwen")
BUSY, NOBODY, SAFE = "17000000011", "17000000012", "17000000013"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "personas").mkdir()
    (tmp_path / "personas" / "busy.yaml").write_text(f'name: busy\nphone: "{BUSY}"\nline: busy\n')
    return {
        **os.environ,
        "SHENGWEN_VAR": str(tmp_path / "var"),
        "SHENGWEN_DATABASE_URL": f"sqlite:///{tmp_path}/test.db",
        "SHENGWEN_CONSOLE__PORT": "0",
        "OMP_NUM_THREADS": "1",
    }


async def shengwen(environment: dict[str, str], *arguments: object) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        SHENGWEN,
        *map(str, arguments),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_a_file_of_applications(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    rows = [f"F-busy,{BUSY},0.9", f"F-nobody,{NOBODY},0.9", f"F-safe,{SAFE},0.01", "F bad,1,x"]
    file.write_text("\n".join(["id,phone,risk_score", *rows]) + "\n")
    process = await shengwen(
        environment, "run", file, "--personas", tmp_path / "personas", "--any-time", "--json"
    )
    out, err = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, err.decode()
    assert "a.csv: line 5: id:" in err.decode()
    report: dict[str, Any] = json.loads(out)
    found = {row["application"]: row for row in report["applications"]}
    assert [call["outcome"] for call in found["F-busy"]["calls"]] == ["busy"]
    assert found["F-busy"]["decision"]["result"] == "pending"
    assert found["F-busy"]["waits_until"] is not None  # the pause between two attempts
    assert [call["outcome"] for call in found["F-nobody"]["calls"]] == ["number_rejected"]
    assert found["F-nobody"]["decision"]["result"] == "refer"
    assert found["F-safe"]["calls"] == []
    assert found["F-safe"]["decision"]["result"] in ("approve", "decline")
    assert (report["decided"], report["waiting"], report["of"]) == (2, 1, 3)
    assert [row["line"] for row in report["bad_rows"]] == [5]


async def test_applications_over_http(environment: dict[str, str], tmp_path: Path) -> None:
    process = await shengwen(environment, "serve", "--personas", tmp_path / "personas", "--any-time")
    assert process.stderr is not None
    try:
        async with asyncio.timeout(120), ClientSession(await address(process.stderr)) as site:
            assert (await post(site, id="S-safe", phone=SAFE, risk_score=0.01))[0] == 200
            assert (await post(site, id="S-1", phone="none"))[0] == 400
            status, decided = await post(site, id="S-nobody", phone=NOBODY, risk_score=0.9)
            assert (status, decided["result"]) == (202, "pending")
            while (found := await read(site, "/api/applications/S-nobody"))["result"] == "pending":
                continue  # asked again, as a client would
            assert found["result"] == "refer"
            assert (await post(site, id="S-nobody", phone=NOBODY, risk_score=0.9))[1]["result"] == "refer"
            assert (await post(site, id="S-nobody", phone=SAFE, risk_score=0.9))[0] == 409
            (call,) = await read(site, "/api/calls")
            assert call["outcome"] == "number_rejected"
            async with site.get("/") as page:
                assert "S-nobody" in await page.text()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def address(said: asyncio.StreamReader) -> str:
    heard = b""
    while line := await said.readline():
        heard += line
        if found := re.search(rb"pages: (http://\S+)", line):
            return found[1].decode()
    raise AssertionError(heard.decode())


async def post(site: ClientSession, **application: object) -> tuple[int, dict[str, Any]]:
    async with site.post("/api/applications", json=application) as answer:
        return answer.status, await answer.json()


async def read(site: ClientSession, path: str) -> Any:
    async with site.get(path) as answer:
        assert answer.status == 200
        return await answer.json()
