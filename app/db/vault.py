"""Sealed values: SM4-GCM with a key id, and keyed HMAC-SM3 blind indexes. Keys live outside the database."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

NONCE = 12
TAG = 16


class SealBroken(Exception):
    """A sealed value was changed, moved to another row, or its key is not in the key file."""


class Vault:
    """Seals bytes to the place they rest in, so that a sealed value moved to another row does not open."""

    def __init__(self, keys: dict[str, bytes], current: str, blind_key: bytes) -> None:
        if current not in keys:
            raise ValueError("the current key is not in the key file")
        self._ciphers = {name: algorithms.SM4(key) for name, key in keys.items()}
        self._current = current
        self._blind_key = blind_key

    @classmethod
    def generate(cls) -> Vault:
        """A vault with fresh keys that nobody keeps: scratch databases."""
        return cls({"1": secrets.token_bytes(16)}, "1", secrets.token_bytes(32))

    @classmethod
    def load(cls, path: Path) -> Vault:
        """Read the key file; create it (mode 0600) where there is none."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            content = {"current": "1", "keys": {"1": secrets.token_hex(16)}, "blind": secrets.token_hex(32)}
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                json.dump(content, file)
        content = json.loads(path.read_text())
        keys = {name: bytes.fromhex(key) for name, key in content["keys"].items()}
        return cls(keys, content["current"], bytes.fromhex(content["blind"]))

    def seal(self, data: bytes, *where: str) -> bytes:
        """Ciphertext of `data`, bound to `where` (table, column, row id)."""
        nonce = secrets.token_bytes(NONCE)
        encryptor = Cipher(self._ciphers[self._current], modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(_place(where))
        body = encryptor.update(data) + encryptor.finalize()
        key_id = self._current.encode()
        return bytes([len(key_id)]) + key_id + nonce + encryptor.tag + body

    def open(self, blob: bytes, *where: str) -> bytes:
        """The sealed bytes; raises SealBroken when they were changed or belong elsewhere."""
        size = blob[0]
        cipher = self._ciphers.get(blob[1 : 1 + size].decode())
        if cipher is None:
            raise SealBroken("the key of this value is not in the key file")
        start = 1 + size
        nonce, tag = blob[start : start + NONCE], blob[start + NONCE : start + NONCE + TAG]
        decryptor = Cipher(cipher, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(_place(where))
        try:
            return decryptor.update(blob[start + NONCE + TAG :]) + decryptor.finalize()
        except Exception as error:
            raise SealBroken("a sealed value does not open where it lies") from error

    def seal_text(self, text: str, *where: str) -> bytes:
        return self.seal(text.encode(), *where)

    def open_text(self, blob: bytes, *where: str) -> str:
        return self.open(blob, *where).decode()

    def blind(self, text: str, purpose: str) -> str:
        """Keyed index of `text`: equal texts of one purpose give equal indexes, nothing else can be learnt."""
        mac = hmac.HMAC(self._blind_key, hashes.SM3())
        mac.update(purpose.encode() + b"\0" + text.encode())
        return mac.finalize().hex()


def _place(where: tuple[str, ...]) -> bytes:
    return "\0".join(where).encode()
