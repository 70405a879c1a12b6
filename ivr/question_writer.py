"""An outside writer of follow-ups: any endpoint that speaks the OpenAI chat format. Off unless configured."""

import asyncio
import json
import logging

import aiohttp

from config.settings import WriterSettings
from decision_hook.contract import SurveyError
from dialogue.follow_ups import WriterBrief

log = logging.getLogger(__name__)

MAX_REPLY_BYTES = 20_000
_TASK = (
    "You write one short spoken follow-up question for a polite bank clerk on the telephone. Answer with "
    "the question alone, in the language with code {language}, at most 30 Chinese characters or 20 English "
    "words, ending in one question mark. Never ask for passwords, card security codes, PINs or one-time "
    "codes, nor about religion, ethnicity or health. Never say whether an answer was right. Mention nothing "
    "but what the caller said."
)


class ChatWriter:
    """Implements dialogue.follow_ups.QuestionWriter. One session for all calls; close it."""

    def __init__(self, settings: WriterSettings) -> None:
        """Raises SurveyError if the key file cannot be read."""
        if settings.url is None:
            raise ValueError("the writer is off")
        headers = {"Authorization": f"Bearer {_key(settings)}"} if settings.key_file is not None else {}
        self._url, self._model = settings.url.rstrip("/") + "/chat/completions", settings.model
        self._session = aiohttp.ClientSession(
            headers=headers, timeout=aiohttp.ClientTimeout(total=settings.timeout_s)
        )

    async def propose(self, brief: WriterBrief) -> str | None:
        """One question or None; what goes wrong at the other end is logged without its contents."""
        body = {
            "model": self._model,
            "temperature": 0.7,
            "max_tokens": 80,
            "messages": [
                {"role": "system", "content": _TASK.format(language=brief.language)},
                {
                    "role": "user",
                    "content": json.dumps(
                        {
                            "topic": brief.topic,
                            "our_question": brief.asked,
                            "caller_said": brief.said,
                            "usual_follow_up": brief.usual,
                        },
                        ensure_ascii=False,
                    ),
                },
            ],
        }
        try:
            async with self._session.post(self._url, json=body, allow_redirects=False) as response:
                if response.status != 200:
                    log.warning("question writer: HTTP %d", response.status)
                    return None
                raw = await response.content.read(MAX_REPLY_BYTES)
            return _question_in(raw)
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError) as exc:
            log.warning("question writer: %s", type(exc).__name__)
            return None

    async def close(self) -> None:
        await self._session.close()


def _question_in(raw: bytes) -> str | None:
    try:
        said = json.loads(raw)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError):
        log.warning("question writer: no answer in the chat format")
        return None
    text = said.strip().strip('"“”').strip() if isinstance(said, str) else ""
    return text or None


def _key(settings: WriterSettings) -> str:
    assert settings.key_file is not None
    try:
        return settings.key_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise SurveyError(f"writer.key_file: {settings.key_file} cannot be read; check the path") from exc
