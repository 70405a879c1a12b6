"""`shengwen prompts`: renders what is said to everybody, and listens to it once."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import Annotated

import typer

from config.progress import bars, console
from config.settings import Settings
from dialogue.speaking.check import PromptCheck
from ivr.terminal import begin

app = typer.Typer(no_args_is_help=True)


@app.command()
def render(
    every: Annotated[bool, typer.Option("--all", help="Every wording, not one of each.")] = False,
) -> None:
    """Render the prompts that speak no fact, with a progress bar. What is there is skipped."""
    settings = begin()
    count = asyncio.run(_render(settings, every=every))
    console.print(f"prompts: {count} ready in {settings.speaking.cache}")


@app.command()
def check(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Transcribe every prompt back once, and list those that are not heard as written (over 10 %)."""
    settings = begin()
    checks = asyncio.run(_check(settings))
    listed = [found for found in checks if found.listed]
    if as_json:
        rows = [{"text": c.text, "heard": c.heard, "error": round(c.error, 3)} for c in listed]
        print(json.dumps({"prompts": len(checks), "listed": rows}, ensure_ascii=False))
        return
    for found in sorted(listed, key=lambda one: -one.error):
        console.print(f"{found.error:5.0%}  {found.text}  →  {found.heard}")
    console.print(f"{len(listed)} of {len(checks)} prompts differ by more than 10 % of their syllables")


async def _render(settings: Settings, *, every: bool) -> int:
    from ivr.prompts import open_speaking, shared_prompts
    from ivr.simulator.load import load_demo

    # At first only what the demo applicants can be asked; the rest is rendered while calls go on.
    applicants = None if every else [entry.player.application for entry in load_demo().entries]
    with ThreadPoolExecutor(max_workers=1) as executor, bars() as progress:
        synthesizer = open_speaking(settings, executor)
        texts = shared_prompts(settings, every=every, applicants=applicants)
        for done, text in enumerate(texts, start=1):
            await synthesizer.render(text)
            progress("prompts", done, len(texts))
        synthesizer.close()
    return len(texts)


async def _check(settings: Settings) -> tuple[PromptCheck, ...]:
    from dialogue.speaking.check import check_prompts
    from ivr.hearing_desk import open_recognizer
    from ivr.prompts import open_speaking, shared_prompts

    async with AsyncExitStack() as stack:
        executor = stack.enter_context(ThreadPoolExecutor(max_workers=1))
        synthesizer = open_speaking(settings, executor)
        recognizer = await open_recognizer(settings, stack)
        progress = stack.enter_context(bars())
        return await check_prompts(
            shared_prompts(settings),
            synthesizer,
            recognizer,
            settings.speaking.cache,
            on_progress=lambda done, of: progress("listening to prompts", done, of),
        )
