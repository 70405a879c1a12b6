"""What holds for all tests."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole calls come last, and before them what is marked so: they load every library into this process.

    SpeechBrain leaves modules behind that raise when somebody looks through `sys.modules`; Hypothesis does.
    """
    items.sort(key=lambda item: ("e2e" in item.path.parts, item.get_closest_marker("last") is not None))
