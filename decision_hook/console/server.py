"""The pages: one list of calls, one page a call, and the JSON API behind them."""

import asyncio
from pathlib import Path
from uuid import UUID

from aiohttp import web
from aiohttp.typedefs import Handler
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError

from config.database import DatabaseUnavailable
from decision_hook.console import labels, words
from decision_hook.console.ports import Applications, Calls, Recordings
from decision_hook.console.view import CallPage, call_page
from decision_hook.contract import Application, CallVerdict, DecisionResult, SurveyError

HERE = Path(__file__).parent
PAGE_ROWS = 50
PEAK_COLUMNS = 800
MAX_BODY_BYTES = 256 * 1024
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",  # personal data: nothing stays in a browser's cache
}

calls_key = web.AppKey("calls", Calls)
recordings_key = web.AppKey("recordings", Recordings)
pages_key = web.AppKey("pages", Environment)


def build_console(calls: Calls, recordings: Recordings, applications: Applications | None) -> web.Application:
    """The web application. Without `applications` there is nothing to submit to: pages only."""
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_safe_headers])
    app[calls_key], app[recordings_key] = calls, recordings
    app[pages_key] = _environment()
    app.router.add_get("/", list_page)
    app.router.add_get("/calls/{attempt}", one_page)
    app.router.add_get("/calls/{attempt}/audio", audio)
    app.router.add_get("/calls/{attempt}/peaks", peaks)
    app.router.add_get("/api/calls", api_calls)
    app.router.add_get("/api/calls/{attempt}", api_call)
    app.router.add_get("/api/applications/{id}", api_application)
    app.router.add_static("/static", HERE / "static")
    if applications is not None:
        app.router.add_post("/api/applications", _submit_to(applications))
    return app


def _environment() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.globals.update(words=words, labels=labels, clock=clock)
    return pages


@web.middleware
async def _safe_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as refused:
        refused.headers.update(HEADERS)
        raise
    except DatabaseUnavailable:
        text = "the database cannot be used now; try again later"
        raise web.HTTPServiceUnavailable(text=text, headers=HEADERS) from None
    response.headers.update(HEADERS)
    return response


async def list_page(request: web.Request) -> web.Response:
    page = _number(request.query.get("page", "1"))
    calls = request.app[calls_key]
    rows = await asyncio.to_thread(calls.calls, limit=PAGE_ROWS + 1, offset=(page - 1) * PAGE_ROWS)
    others = await asyncio.to_thread(calls.uncalled, limit=PAGE_ROWS) if page == 1 else []
    return _html(
        request,
        "calls.html",
        rows=rows[:PAGE_ROWS],
        others=others,
        page=page,
        more=len(rows) > PAGE_ROWS,
        running=any(row.ended_at is None for row in rows),
    )


async def one_page(request: web.Request) -> web.Response:
    verdict, calls = await _verdict(request), request.app[calls_key]
    application = await asyncio.to_thread(calls.application, verdict.application)
    decision = await asyncio.to_thread(calls.decision, verdict.application)
    view: CallPage = call_page(verdict, application)
    return _html(request, "call.html", call=verdict, view=view, decision=decision or verdict.decision)


async def audio(request: web.Request) -> web.FileResponse:
    verdict = await _verdict(request)
    path = request.app[recordings_key].audio(verdict)
    if path is None:
        raise web.HTTPNotFound(text="no recording was kept of this call")
    return web.FileResponse(path, headers={"Content-Type": "audio/flac"})


async def peaks(request: web.Request) -> web.Response:
    verdict = await _verdict(request)
    found = await asyncio.to_thread(request.app[recordings_key].peaks, verdict, PEAK_COLUMNS)
    if found is None:
        raise web.HTTPNotFound(text="no recording was kept of this call")
    return web.json_response(found)


async def api_calls(request: web.Request) -> web.Response:
    rows = await asyncio.to_thread(request.app[calls_key].calls, limit=PAGE_ROWS)
    return web.json_response(
        [
            {
                "call": str(row.attempt),
                "application": row.application,
                "placed_at": row.placed_at.isoformat(),
                "outcome": row.outcome,
                "recommendation": row.recommendation,
                "decision": row.decision,
                "limit": row.limit,
            }
            for row in rows
        ]
    )


async def api_call(request: web.Request) -> web.Response:
    return web.json_response(text=(await _verdict(request)).model_dump_json())


async def api_application(request: web.Request) -> web.Response:
    identifier = request.match_info["id"]
    calls = request.app[calls_key]
    if await asyncio.to_thread(calls.application, identifier) is None:
        raise web.HTTPNotFound(text="no such application")
    decision = await asyncio.to_thread(calls.decision, identifier)
    result = DecisionResult.PENDING.value if decision is None else None
    return web.json_response(
        {"application": identifier, "result": result}
        if decision is None
        else {"application": identifier, **decision.model_dump(mode="json")}
    )


def _submit_to(applications: Applications) -> Handler:
    async def submit(request: web.Request) -> web.Response:
        """202: it will be telephoned; 200: decided at once; 400: what is wrong, all of it."""
        if request.content_type != "application/json":  # also keeps other sites' forms out
            raise web.HTTPUnsupportedMediaType(text="send application/json")
        try:
            application = Application.model_validate_json(await request.read())
        except ValidationError as problem:
            listed = [
                {"where": ".".join(str(part) for part in error["loc"]), "problem": error["msg"]}
                for error in problem.errors(include_url=False, include_input=False)
            ]
            return web.json_response({"problems": listed}, status=400)
        try:
            decision = await applications.submit(application)
        except DatabaseUnavailable:
            raise
        except SurveyError as refused:
            return web.json_response({"problems": [{"where": "", "problem": str(refused)}]}, status=409)
        status = 202 if decision.result is DecisionResult.PENDING else 200
        return web.json_response(
            {"application": application.id, **decision.model_dump(mode="json")}, status=status
        )

    return submit


async def _verdict(request: web.Request) -> CallVerdict:
    try:
        attempt = UUID(request.match_info["attempt"])
    except ValueError:
        raise web.HTTPNotFound(text="not a call's id") from None
    verdict = await asyncio.to_thread(request.app[calls_key].verdict, attempt)
    if verdict is None:
        raise web.HTTPNotFound(text="no such call, or it has not ended yet")
    return verdict


def clock(seconds: float) -> str:
    """Minutes and seconds: 3:07."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _number(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1


def _html(request: web.Request, template: str, **values: object) -> web.Response:
    page = request.app[pages_key].get_template(template).render(**values)
    return web.Response(text=page, content_type="text/html")
