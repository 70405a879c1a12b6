"""Where the pair keeps its files, and which ports it uses."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from config.settings import AsteriskSettings

TEMPLATES = Path(__file__).parents[3] / "deploy" / "asterisk"
LOOPBACK = "127.0.0.1"


class Instance(StrEnum):
    OURS = "ours"  # dials; the one a bank replaces by its own
    CARRIER = "carrier"  # the far side of the trunk; the dialled number decides what happens


@dataclass(frozen=True, slots=True, kw_only=True)
class PairPorts:
    """Loopback ports. Defaults: see deploy/asterisk/README.md."""

    ami: int = 15_038  # TCP, ours
    sip: int = 15_060  # UDP, ours
    carrier_sip: int = 15_061  # UDP
    second_peer_sip: int = 15_062  # UDP; a user agent that is not ours, if one runs
    rtp_first: int = 20_000  # UDP; ours takes 500 from here, the carrier the next 500
    simulator: int = 19_092  # TCP; AudioSocket server of the synthetic applicants

    @classmethod
    def of(cls, settings: AsteriskSettings) -> "PairPorts":
        """Those that the rest of the engine must know too come from the settings."""
        return cls(ami=settings.ami_port, simulator=settings.simulator_port)

    def rtp(self, instance: Instance) -> tuple[int, int]:
        """First and last RTP port of an instance, both included."""
        first = self.rtp_first + (500 if instance is Instance.CARRIER else 0)
        return first, first + 499


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLayout:
    """Folders below `base` (var/asterisk). `root` may be shared by several pairs."""

    base: Path  # absolute: Asterisk is told these paths
    root: Path  # the unpacked Asterisk

    @classmethod
    def below(cls, var: Path) -> "PairLayout":
        base = var.resolve() / "asterisk"
        return cls(base=base, root=base / "root")

    @property
    def install_log(self) -> Path:
        return self.base / "install.log"

    def home(self, instance: Instance) -> Path:
        return self.base / instance

    def configuration(self, instance: Instance) -> Path:
        return self.home(instance) / "etc" / "asterisk.conf"

    def announcement(self) -> Path:
        return self.home(Instance.CARRIER) / "sounds" / "announcement.wav"
