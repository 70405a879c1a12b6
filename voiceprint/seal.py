"""Envelope encryption: every entry has a key of its own, and a master key of the deployment wraps it.

AES-256-GCM. What is sealed is bound to its owner, so that sealed bytes cannot be moved to another entry.
Destroying an entry's wrapped key makes every copy of its voiceprint and audio unreadable.
"""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from decision_hook.contract import SurveyError

KEY_BYTES = 32
NONCE_BYTES = 12  # drawn at random: far fewer than 2^32 messages per key


class MasterKey(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[0-9a-f]{16}$")
    secret: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)

    @classmethod
    def drawn(cls) -> "MasterKey":
        return cls(id=secrets.token_hex(8), secret=secrets.token_hex(KEY_BYTES))


class KeyFileContent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[MasterKey, ...] = Field(min_length=1)  # the last one wraps; the others only unwrap


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedKey:
    """An entry's key as it is stored."""

    master: str  # id of the master key that opens it
    wrapped: bytes


class Vault:
    """Seals and opens with the deployment's master keys. Thread-safe; never prints a key."""

    def __init__(self, content: KeyFileContent, path: Path) -> None:
        self._content = content
        self._path = path

    @classmethod
    def open(cls, path: Path) -> "Vault":
        """Reads the key file, or makes one with a new key (mode 0600, whole or not at all).

        Raises SurveyError if it cannot be read or holds no keys.
        """
        try:
            if not path.exists():
                _write(path, KeyFileContent(keys=(MasterKey.drawn(),)), replace=False)
            content = KeyFileContent.model_validate_json(path.read_bytes())
        except OSError as exc:
            raise SurveyError(
                f"{path}: the voiceprint keys cannot be read ({exc.strerror}); check permissions"
            ) from exc
        except ValidationError:
            # From None: the validation error quotes its input, which may be a secret.
            raise SurveyError(f"{path}: holds no voiceprint keys; restore it from the backup") from None
        return cls(content, path)

    @property
    def current(self) -> str:
        """Id of the master key that wraps."""
        return self._content.keys[-1].id

    def new_key(self, owner: str) -> tuple[bytes, WrappedKey]:
        key = secrets.token_bytes(KEY_BYTES)
        return key, self.wrap(key, owner)

    def wrap(self, key: bytes, owner: str) -> WrappedKey:
        return WrappedKey(master=self.current, wrapped=seal(self._secret(self.current), key, owner))

    def unwrap(self, wrapped: WrappedKey, owner: str) -> bytes:
        """Raises SurveyError if its master key is not here, or it belongs to another owner."""
        return unseal(self._secret(wrapped.master), wrapped.wrapped, owner)

    def with_new_key(self) -> "Vault":
        """A vault that wraps with a new master key and still opens the old ones'; the file is replaced."""
        return self._replaced((*self._content.keys, MasterKey.drawn()))

    def without_old_keys(self) -> "Vault":
        """Only the newest master key is left, here and in the file."""
        return self._replaced(self._content.keys[-1:])

    def rotation(self, dimensions: int) -> NDArray[np.float32]:
        """(d, d) orthogonal, of this deployment's current key: inner products stay, directions mean nothing
        to anyone without the key, so rows taken from a running index match no other deployment's."""
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"shengwen index rotation")
        seed = int.from_bytes(derived.derive(self._secret(self.current)), "big")
        gaussian = np.random.default_rng(seed).standard_normal((dimensions, dimensions))
        orthogonal, upper = np.linalg.qr(gaussian)
        rotation: NDArray[np.float32] = (orthogonal * np.sign(np.diag(upper))).astype(np.float32)
        return rotation

    def _replaced(self, keys: tuple[MasterKey, ...]) -> "Vault":
        content = KeyFileContent(keys=keys)
        _write(self._path, content, replace=True)
        return Vault(content, self._path)

    def _secret(self, master: str) -> bytes:
        for key in self._content.keys:
            if key.id == master:
                return bytes.fromhex(key.secret)
        raise SurveyError(
            f"{self._path}: master key {master} is not in it; restore the file that sealed this database"
        )


def seal(key: bytes, content: bytes, owner: str) -> bytes:
    """Nonce, ciphertext, tag."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, owner.encode())


def unseal(key: bytes, sealed: bytes, owner: str) -> bytes:
    """Raises SurveyError if it was changed, cut, or sealed for another owner or with another key."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner.encode())
    except (InvalidTag, ValueError) as exc:
        raise SurveyError(f"{owner}: what is stored is damaged; remove it and add it again") from exc


def _write(path: Path, content: KeyFileContent, *, replace: bool) -> None:
    """Written aside, synced, then put in place at once: a crash leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    text = json.dumps(content.model_dump(mode="json"), indent=1)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            aside.replace(path)
        else:
            try:
                os.link(aside, path)  # fails if another process was first; its file then counts
            except FileExistsError:
                return
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        aside.unlink(missing_ok=True)
