"""Writes both instances' configuration from the templates in deploy/asterisk."""

import os
import secrets
import shutil
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.settings import AsteriskSettings
from decision_hook.contract import SurveyError
from ivr.dialler.numbers import NUMBERS
from ivr.dialler.pair.announcement import write_announcement
from ivr.dialler.pair.layout import LOOPBACK, TEMPLATES, Instance, PairLayout, PairPorts
from ivr.dialler.pair.program import Program
from ivr.dialler.progress import EVENTS

MODULES = {
    # ours: ${…} of CHANNEL and DEVICE_STATE answer the dialler's questions
    Instance.OURS: ("func_channel", "func_devstate"),
    Instance.CARRIER: ("app_dial", "app_playback", "format_wav", "bridge_simple"),
}


def configure(
    layout: PairLayout,
    ports: PairPorts,
    settings: AsteriskSettings,
    program: Program,
    *,
    announcement: Path | None,
) -> None:
    """Writes every file anew; only the AMI secret is kept. Raises SurveyError. Blocks."""
    if any(sign in str(layout.base) for sign in ";,&|{}[]\n"):
        raise SurveyError(
            f"{layout.base}: Asterisk cannot read this path; use one without ; , & | and brackets"
        )
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # configuration files, not pages
        keep_trailing_newline=True,
    )
    write_announcement(layout.announcement(), announcement)
    for instance in Instance:
        home = layout.home(instance)
        shutil.rmtree(home / "etc", ignore_errors=True)
        for folder in ("etc", "lib", "spool", "run", "log", "sounds"):
            (home / folder).mkdir(parents=True, exist_ok=True)
        values = _values(instance, layout, ports, settings, program)
        for template in sorted([*TEMPLATES.glob("both/*.conf"), *TEMPLATES.glob(f"{instance}/*.conf")]):
            name = template.relative_to(TEMPLATES).as_posix()
            text = environment.get_template(name).render(values)
            _write_private(home / "etc" / template.name, text)


def ami_secret(path: Path) -> str:
    """The AMI password, made and stored (mode 600) at first use."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_private(path, secrets.token_urlsafe(32) + "\n")
    return path.read_text(encoding="utf-8").strip()


def _values(
    instance: Instance, layout: PairLayout, ports: PairPorts, settings: AsteriskSettings, program: Program
) -> dict[str, object]:
    first, last = ports.rtp(instance)
    return {
        "name": f"shengwen-{instance}",
        "home": layout.home(instance),
        "modules": program.modules,
        "data": program.data,
        "more_modules": MODULES[instance],
        "sip": ports.sip,
        "carrier_sip": ports.carrier_sip,
        "second_peer_sip": ports.second_peer_sip,
        "rtp_first": first,
        "rtp_last": last,
        "ami_port": ports.ami,
        "ami_user": settings.ami_user,
        "ami_secret": ami_secret(settings.ami_secret_file),
        "events": EVENTS,
        "trunk": settings.trunk,
        "context": settings.context,
        "simulator": f"{LOOPBACK}:{ports.simulator}",
        "announcement": layout.announcement().with_suffix(""),
        "numbers": NUMBERS,
    }


def _write_private(path: Path, text: str) -> None:
    """Only we may read it: manager.conf holds the secret."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
