import pytest

from ivr.dialler.pair.program import parse_version, recent_enough


@pytest.mark.parametrize(
    ("shown", "usable"),
    [
        pytest.param("Asterisk 22.10.1+dfsg+~cs6.17.60671434-1", True, id="first good 22"),
        pytest.param("Asterisk 22.10.0", False, id="22 with the deadlocks"),
        pytest.param("Asterisk 22.9.7", False, id="older 22"),
        pytest.param("Asterisk 20.6.0~dfsg+~cs6.13.40431414-2build5", False, id="old 20"),
        pytest.param("Asterisk 20.20.1", True, id="first good 20"),
        pytest.param("Asterisk 23.4.1", True, id="first good 23"),
        pytest.param("Asterisk 21.12.0", False, id="a branch without the fixes"),
        pytest.param("Asterisk 24.0.0", True, id="a later branch"),
        pytest.param("Asterisk GIT-master", False, id="no number"),
    ],
)
def test_which_versions_are_recent_enough(shown: str, usable: bool) -> None:
    version = parse_version(shown)
    assert (version is not None and recent_enough(version)) is usable
