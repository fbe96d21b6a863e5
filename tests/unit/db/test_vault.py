"""Sealed values open only where they lie, unchanged, and with their key."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from app.db import Vault
from app.db.vault import SealBroken

HERE = ("person", "id_number_sealed", "row-1")
NUMBER = "220122198305123011"


@pytest.fixture(scope="module")
def vault() -> Vault:
    return Vault.generate()


def test_what_is_sealed_opens_in_its_place_and_shows_nothing(vault: Vault) -> None:
    blob = vault.seal_text(NUMBER, *HERE)
    assert vault.open_text(blob, *HERE) == NUMBER
    assert NUMBER.encode() not in blob
    assert vault.seal_text(NUMBER, *HERE) != blob


@pytest.mark.parametrize("elsewhere", [(*HERE[:2], "row-2"), ("award", *HERE[1:]), ("person", "name", "row-1")])
def test_a_value_moved_elsewhere_does_not_open(vault: Vault, elsewhere: tuple[str, ...]) -> None:
    with pytest.raises(SealBroken):
        vault.open(vault.seal_text(NUMBER, *HERE), *elsewhere)


def test_no_changed_byte_goes_unseen(vault: Vault) -> None:
    blob = vault.seal_text(NUMBER, *HERE)
    for place in range(2, len(blob)):  # the first two say which key it is
        with pytest.raises(SealBroken):
            vault.open(blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :], *HERE)


def test_old_values_open_after_a_new_key_and_foreign_ones_never(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    before = Vault.create(path)
    blob = before.seal_text(NUMBER, *HERE)
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "current": "2", "keys": {**content["keys"], "2": "00" * 16}}))
    after = Vault.load(path)
    assert after.open_text(blob, *HERE) == NUMBER
    assert after.seal_text(NUMBER, *HERE)[1:2] == b"2"
    assert after.blind(NUMBER, "person") == before.blind(NUMBER, "person")
    with pytest.raises(SealBroken):
        Vault.generate().open(after.seal_text(NUMBER, *HERE), *HERE)


def test_the_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keys.json"
    Vault.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_blind_index_is_equal_for_equal_texts_of_one_purpose(vault: Vault) -> None:
    assert vault.blind(NUMBER, "person") == vault.blind(NUMBER, "person")
    others = (vault.blind(NUMBER, "query"), vault.blind(NUMBER[:-1] + "X", "person"))
    assert vault.blind(NUMBER, "person") not in others
    assert Vault.generate().blind(NUMBER, "person") != vault.blind(NUMBER, "person")
