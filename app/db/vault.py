"""Sealed values: SM4-GCM with a key id, and keyed HMAC-SM3 blind indexes. Keys live outside the database.

An index key is never replaced but followed by the next one, which is applied to what the ones before gave: so an index
is brought on without the text that it is of, which the database often does not have.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.db.keyfile import KeyFault, KeyFile, Keys

NONCE = 12
TAG = 16


class SealBroken(Exception):
    """A sealed value was changed, moved to another row, or its key is not in the key file."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The key that seals, by name, and how many index keys are applied one after another."""

    seal: str
    index: int


class _Ring:
    """The keys that this process has read, for all its threads."""

    def __init__(self, keys: Keys, file: KeyFile | None) -> None:
        self.file = file
        self.take(keys)

    def take(self, keys: Keys) -> None:
        self.ciphers = {name: algorithms.SM4(key) for name, key in keys.sealing.items()}
        self.keys = keys

    def cipher(self, name: str) -> algorithms.SM4:
        """Raises SealBroken where the file, read again, does not have the key either."""
        if name not in self.ciphers and self.file:
            self.take(self.file.read())
        found = self.ciphers.get(name)
        if found is None:
            raise SealBroken(f"key {name} of this value is not in the key file")
        return found


class Vault:
    """Seals bytes to the place they rest in, so that a sealed value moved to another row does not open."""

    def __init__(self, keys: Keys, file: KeyFile | None = None) -> None:
        self._ring = _Ring(keys, file)
        self._in_force: Callable[[], InForce] = self.own
        self._indexes: dict[tuple[str, str, int], str] | None = None

    @classmethod
    def generate(cls) -> Vault:
        """A vault with fresh keys that nobody keeps: scratch databases."""
        return cls(Keys.fresh())

    @classmethod
    def load(cls, path: Path) -> Vault:
        """The keys of a key file. Raises KeyFault."""
        file = KeyFile(path)
        return cls(file.read(), file)

    @classmethod
    def create(cls, path: Path) -> Vault:
        """The keys of a key file, which is made where there is none: for databases in which nothing is sealed."""
        file = KeyFile(path)
        return cls(file.create(), file)

    def within(self, in_force: Callable[[], InForce]) -> Vault:
        """The same keys for one transaction, in which `in_force` says which of them write."""
        bound = object.__new__(Vault)
        bound._ring, bound._in_force = self._ring, in_force
        bound._indexes = {}
        return bound

    @property
    def keys(self) -> Keys:
        """As this process has read them."""
        return self._ring.keys

    @property
    def file(self) -> KeyFile:
        """Where the keys lie. Raises KeyFault for keys that nobody keeps."""
        if self._ring.file is None:
            raise KeyFault("这个库的密钥没有文件")
        return self._ring.file

    def reload(self) -> Keys:
        """Read the key file again, where there is one."""
        if self._ring.file:
            self._ring.take(self._ring.file.read())
        return self.keys

    @property
    def in_force(self) -> InForce:
        """Which keys write in this transaction."""
        return self._in_force()

    def own(self) -> InForce:
        """What the key file itself says: for databases that know no keys."""
        return InForce(self.keys.current, len(self.keys.index))

    def seal(self, data: bytes, *where: str) -> bytes:
        """Ciphertext of `data`, bound to `where` (table, column, row id)."""
        name, nonce = self._in_force().seal, secrets.token_bytes(NONCE)
        encryptor = Cipher(self._ring.cipher(name), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(_place(where))
        body = encryptor.update(data) + encryptor.finalize()
        return mark(name) + nonce + encryptor.tag + body

    def open(self, blob: bytes, *where: str) -> bytes:
        """The sealed bytes; raises SealBroken when they were changed or belong elsewhere."""
        start = 1 + blob[0]
        cipher = self._ring.cipher(key_of(blob))
        nonce, tag = blob[start : start + NONCE], blob[start + NONCE : start + NONCE + TAG]
        try:
            decryptor = Cipher(cipher, modes.GCM(nonce, tag)).decryptor()
            decryptor.authenticate_additional_data(_place(where))
            return decryptor.update(blob[start + NONCE + TAG :]) + decryptor.finalize()
        except Exception as error:
            raise SealBroken("a sealed value does not open where it lies") from error

    def seal_text(self, text: str, *where: str) -> bytes:
        return self.seal(text.encode(), *where)

    def open_text(self, blob: bytes, *where: str) -> str:
        return self.open(blob, *where).decode()

    def blind(self, text: str, purpose: str) -> str:
        """Keyed index of `text`: equal texts of one purpose give equal indexes, nothing else can be learnt."""
        asked = text, purpose, self._in_force().index
        if self._indexes is None:
            return self.sign(*asked)
        found = self._indexes.get(asked)
        if found is None:  # an action asks for the same person's again and again
            found = self._indexes[asked] = self.sign(*asked)
        return found

    def sign(self, text: str, purpose: str, number: int = 1) -> str:
        """As `blind` when the first `number` index keys were in force: for what is not searched but checked again."""
        first, *later = self._ring.keys.index[:number]
        found = _mac(first, purpose.encode() + b"\0" + text.encode())
        for key in later:
            found = _mac(key, found.encode())
        return found

    def bring_on(self, index: str, number: int) -> str:
        """The index under the first `number` index keys of what has this one under the keys before the last of them."""
        return _mac(self._ring.keys.index[number - 1], index.encode())


def mark(name: str) -> bytes:
    """With what a value begins that this key sealed."""
    key_id = name.encode()
    return bytes([len(key_id)]) + key_id


def key_of(blob: bytes) -> str:
    """The name of the key that sealed a value, of which the first bytes suffice. Raises SealBroken."""
    name = blob[1 : 1 + blob[0]].decode("ascii", "replace") if blob else ""
    if not name.isdigit():
        raise SealBroken("a sealed value does not say which key it has")
    return name


@lru_cache(maxsize=8)
def _begun(key: bytes) -> hmac.HMAC:
    """Begun once a key, which costs more than a short text: to be copied, never to be written to."""
    return hmac.HMAC(key, hashes.SM3())


def _mac(key: bytes, content: bytes) -> str:
    mac = _begun(key).copy()
    mac.update(content)
    return mac.finalize().hex()


def _place(where: tuple[str, ...]) -> bytes:
    return "\0".join(where).encode()
