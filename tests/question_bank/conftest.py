"""The shipped Mandarin bank, loaded once; and small banks written into a folder."""

from pathlib import Path

import pytest

from question_bank.bank import Bank
from question_bank.load import load_bank

ZH = Path(__file__).parents[2] / "config" / "banks" / "zh"


@pytest.fixture(scope="session")
def bank() -> Bank:
    return load_bank(ZH)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the shipped script and statistics and no topics yet."""
    for name in ("_script.yaml", "_profiles.yaml"):
        (tmp_path / name).write_text((ZH / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path
