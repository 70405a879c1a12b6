"""Keys: one per entry, wrapped by the deployment's; lost, swapped, damaged and rotated."""

import os
from pathlib import Path

import numpy as np
import pytest

from decision_hook.contract import SurveyError
from voiceprint.seal import Vault, seal, unseal


def test_what_is_sealed_opens_only_with_its_key_and_for_its_owner(vault: Vault) -> None:
    key, wrapped = vault.new_key("entry:a")
    sealed = seal(key, b"voice", "entry:a")
    assert unseal(vault.unwrap(wrapped, "entry:a"), sealed, "entry:a") == b"voice"
    assert b"voice" not in sealed
    assert seal(key, b"voice", "entry:a") != sealed  # another nonce
    other, _ = vault.new_key("entry:b")
    for wrong_key, changed, owner in (
        (other, sealed, "entry:a"),
        (key, sealed, "entry:b"),
        (key, sealed[:-1] + bytes([sealed[-1] ^ 1]), "entry:a"),
        (key, sealed[:5], "entry:a"),
        (key, b"", "entry:a"),
    ):
        with pytest.raises(SurveyError, match="damaged"):
            unseal(wrong_key, changed, owner)
    with pytest.raises(SurveyError, match="damaged"):
        vault.unwrap(wrapped, "entry:b")


def test_the_key_file_is_private_made_once_and_named_when_it_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "voiceprint.json"
    made = Vault.open(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Vault.open(path).current == made.current
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    secret = path.read_text().split('"secret": "')[1][:64]
    for content in ("", "{}", '{"keys": []}', path.read_text().replace('"id"', '"di"')):
        path.write_text(content)
        with pytest.raises(SurveyError, match="holds no voiceprint keys") as caught:
            Vault.open(path)
        assert secret not in str(caught.value)
        assert caught.value.__cause__ is None


def test_keys_of_another_deployment_open_nothing(vault: Vault, tmp_path: Path) -> None:
    _, wrapped = vault.new_key("entry:a")
    with pytest.raises(SurveyError, match="is not in it; restore"):
        Vault.open(tmp_path / "other.json").unwrap(wrapped, "entry:a")


def test_a_new_master_key_opens_old_entries_until_these_are_wrapped_anew(
    vault: Vault, tmp_path: Path
) -> None:
    key, wrapped = vault.new_key("entry:a")
    newer = vault.with_new_key()
    assert newer.current != vault.current
    assert newer.unwrap(wrapped, "entry:a") == key
    again = newer.wrap(key, "entry:a")
    last = newer.without_old_keys()
    assert Vault.open(tmp_path / "keys.json").current == last.current
    assert last.unwrap(again, "entry:a") == key
    with pytest.raises(SurveyError, match="is not in it"):
        last.unwrap(wrapped, "entry:a")


def test_an_index_of_one_deployment_says_nothing_in_another(vault: Vault, tmp_path: Path) -> None:
    mine, theirs = vault.rotation(32), Vault.open(tmp_path / "other.json").rotation(32)
    np.testing.assert_allclose(mine @ mine.T, np.eye(32), atol=1e-5)
    np.testing.assert_array_equal(mine, vault.rotation(32))
    voices = np.random.default_rng(0).standard_normal((50, 32)).astype(np.float32)
    voices /= np.linalg.norm(voices, axis=1, keepdims=True)
    np.testing.assert_allclose((voices @ mine) @ (voices @ mine).T, voices @ voices.T, atol=1e-5)
    assert np.abs(np.sum((voices @ mine) * (voices @ theirs), axis=1)).mean() < 0.3


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_an_unreadable_key_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    Vault.open(path)
    path.chmod(0)
    with pytest.raises(SurveyError, match="check permissions"):
        Vault.open(path)
