"""Where this machine gets its packages: read from its own apt sources, both formats."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

APT = Path("/etc/apt")
KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
)
_SNAPSHOT = re.compile(r"(/archive)?(/[^/]+)/\d{8}T\d{6}Z/?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    uri: str
    signed_by: str  # path of a keyring; "": whatever apt trusts


def machine_mirrors(apt: Path = APT) -> list[Mirror]:
    """Mirrors of the machine's enabled sources, best first, security archives left out."""
    found: list[Mirror] = []
    for path in sorted([apt / "sources.list", *apt.glob("sources.list.d/*.list")]):
        if path.is_file():
            found += _one_line(path.read_text(encoding="utf-8", errors="replace"))
    for path in sorted(apt.glob("sources.list.d/*.sources")):
        found += _deb822(path.read_text(encoding="utf-8", errors="replace"))
    return list(dict.fromkeys(_with_live_copies(found)))


def _one_line(text: str) -> Iterable[Mirror]:
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[(?P<options>[^]]*)\]\s*)?(?P<uri>\S+)\s+(?P<suite>\S+)", line)
        if match and "-security" not in match["suite"]:
            signed = re.search(r"signed-by=(\S+)", match["options"] or "", re.IGNORECASE)
            yield Mirror(uri=match["uri"].rstrip("/"), signed_by=signed[1] if signed else "")


def _deb822(text: str) -> Iterable[Mirror]:
    for stanza in re.split(r"\n\s*\n", text):
        lines = [line for line in stanza.splitlines() if not line.lstrip().startswith("#")]
        fields = dict(re.findall(r"(?m)^([\w-]+):[ \t]*(.*(?:\n[ \t]+.*)*)", "\n".join(lines)))
        fields = {name.lower(): value for name, value in fields.items()}
        suites = fields.get("suites", "").split()
        if fields.get("enabled", "yes").lower() == "no" or "deb" not in fields.get("types", "").split():
            continue
        if suites and all("-security" in suite for suite in suites):
            continue
        signed = fields.get("signed-by", "").strip()
        for uri in fields.get("uris", "").split():
            yield Mirror(uri=uri.rstrip("/"), signed_by=signed if signed.startswith("/") else "")


def _with_live_copies(mirrors: Iterable[Mirror]) -> Iterable[Mirror]:
    """A snapshot may be older than the suite we need; the same host's live archive comes after it."""
    for mirror in mirrors:
        if not mirror.uri.startswith(("http://", "https://", "mirror+http", "ftp://", "file:")):
            continue
        yield mirror
        live = _SNAPSHOT.sub(r"\2", mirror.uri)
        if live != mirror.uri:
            yield Mirror(uri=live, signed_by=mirror.signed_by)


def default_keyring() -> str:
    """Debian's archive keys as this machine has them; "" if it has none."""
    return next((str(path) for path in KEYRINGS if path.exists()), "")
