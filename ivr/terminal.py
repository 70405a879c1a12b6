"""How every command begins: logs to stderr, settings."""

import logging

from rich.logging import RichHandler

from config.load import load_settings
from config.progress import console
from config.settings import Settings


def begin(*, verbose: bool = False) -> Settings:
    """Quiet logs on stderr, and the settings of this folder. Raises SurveyError."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(message)s",
        handlers=[RichHandler(console=console, show_path=False)],
        force=True,
    )
    for noisy in ("jieba", "alembic", "speechbrain", "faster_whisper"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return load_settings()
