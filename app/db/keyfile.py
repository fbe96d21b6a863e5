"""The key file: what an installation's keys are. Whoever reads it reads everything, so it is for its owner alone.

`{"current": "1", "keys": {"1": hex of 16 bytes}, "blind": [hex of 32 bytes]}`; 0.2.0 wrote `blind` as one text.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.core.ids import digest

SEALING, INDEX = 16, 32  # bytes
OTHERS = 0o077
MISSING = (
    "找不到密钥文件 {path}：已有的数据只有用原来的密钥才能读，请把原来的密钥文件放回这里，"
    "或者用 DOUDI_KEY_FILE 指明它在哪里；新库请先运行 doudi db upgrade 和 doudi db install"
)
OPEN = "密钥文件 {path} 别人也能读，请先运行 chmod 600 {path}，并确认没有人复制过它"
TORN = "密钥文件 {path} 内容不完整，请用备份的密钥文件换回，不要新建"
UNREADABLE = "密钥文件 {path} 打不开，请核对运行兜底的账户有没有读它的权限"


class KeyFault(Exception):
    """Keys are missing, foreign, torn or lie open; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Keys:
    """`sealing` keys by name, the name of the one that seals, and the `index` keys in the order in which they apply."""

    sealing: dict[str, bytes]
    current: str
    index: tuple[bytes, ...]

    @classmethod
    def fresh(cls) -> Keys:
        return cls({"1": secrets.token_bytes(SEALING)}, "1", (secrets.token_bytes(INDEX),))

    def fingerprints(self) -> dict[tuple[str, str], str]:
        """What may be known of each key: by purpose and name, 32 hexadecimal digits from which nothing follows."""
        named = {("seal", name): key for name, key in self.sealing.items()}
        named |= {("index", str(number)): key for number, key in enumerate(self.index, start=1)}
        return {what: digest(b"doudi " + what[0].encode() + key)[:32] for what, key in named.items()}


@dataclass(frozen=True, slots=True)
class KeyFile:
    """Where the keys lie."""

    path: Path

    def read(self) -> Keys:
        """What the file holds. Raises KeyFault."""
        try:
            mode, text = self.path.stat().st_mode, self.path.read_text()
        except FileNotFoundError as error:
            raise KeyFault(MISSING.format(path=self.path)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise KeyFault(UNREADABLE.format(path=self.path)) from error
        if stat.S_IMODE(mode) & OTHERS:
            raise KeyFault(OPEN.format(path=self.path))
        try:
            return _parsed(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeyFault(TORN.format(path=self.path)) from error

    def create(self) -> Keys:
        """A file with fresh keys (mode 0600) where there is none; what it holds."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            if not self.path.exists():
                self._write(Keys.fresh())
        return self.read()

    def prepare(self, known: set[tuple[str, str]], purpose: str) -> str:
        """The name of a key of this purpose that the database does not know yet; made where there is none."""
        with self._locked():
            keys = self.read()
            waiting = [name for kind, name in keys.fingerprints() if kind == purpose and (kind, name) not in known]
            if waiting:
                return min(waiting, key=int)
            if purpose == "index":
                self._write(replace(keys, index=(*keys.index, secrets.token_bytes(INDEX))))
                return str(len(keys.index) + 1)
            name = str(max(int(name) for kind, name in known if kind == purpose) + 1)
            self._write(replace(keys, sealing={**keys.sealing, name: secrets.token_bytes(SEALING)}))
            return name

    def settle(self, current: str, retired: Collection[str] = ()) -> None:
        """Say in the file too which key seals, and drop those that nothing needs any more."""
        with self._locked():
            keys = self.read()
            kept = {name: key for name, key in keys.sealing.items() if name not in retired}
            self._write(replace(keys, sealing=kept, current=current))

    def _write(self, keys: Keys) -> None:
        content = {
            "current": keys.current,
            "keys": {name: key.hex() for name, key in keys.sealing.items()},
            "blind": [key.hex() for key in keys.index],
        }
        write_private(self.path, json.dumps(content).encode())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 that is there whole or not at all, also when the machine stops meanwhile."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _parsed(content: dict[str, Any]) -> Keys:
    blind = content["blind"]
    index = tuple(_sized(key, INDEX) for key in ([blind] if isinstance(blind, str) else blind))
    sealing = {str(int(name)): _sized(key, SEALING) for name, key in content["keys"].items()}
    if content["current"] not in sealing or not index:
        raise ValueError("no key seals")
    return Keys(sealing, content["current"], index)


def _sized(text: str, size: int) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != size:
        raise ValueError("a key has the wrong size")
    return key
