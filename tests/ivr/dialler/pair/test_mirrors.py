from pathlib import Path

import pytest

from ivr.dialler.pair.mirrors import Mirror, machine_mirrors

DEB822 = """\
Types: deb deb-src
# Suites: ignored
URIs: http://mirror.test/debian/
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/bank.gpg

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.test/debian
Suites: bookworm
"""


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param(
            "sources.list.d/debian.sources",
            DEB822,
            [Mirror(uri="http://mirror.test/debian", signed_by="/usr/share/keyrings/bank.gpg")],
            id="deb822: security, source and disabled stanzas left out",
        ),
        pytest.param(
            "sources.list",
            "# deb http://off.test/debian bookworm main\n"
            "deb [arch=amd64 signed-by=/k.gpg] http://mirror.test/debian bookworm main\n"
            "deb http://mirror.test/debian-security bookworm-security main\n"
            "deb cdrom:[Debian]/ bookworm main\n",
            [Mirror(uri="http://mirror.test/debian", signed_by="/k.gpg")],
            id="one line each",
        ),
        pytest.param(
            "sources.list.d/old.list",
            "deb http://mirror.test/archive/debian/20250520T000000Z/ bookworm main\n",
            [
                Mirror(uri="http://mirror.test/archive/debian/20250520T000000Z", signed_by=""),
                Mirror(uri="http://mirror.test/debian", signed_by=""),
            ],
            id="a snapshot, and the live archive after it",
        ),
        pytest.param("sources.list", "", [], id="none"),
    ],
)
def test_mirrors_come_from_the_machines_sources(
    tmp_path: Path, name: str, text: str, expected: list[Mirror]
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    assert machine_mirrors(tmp_path) == expected
