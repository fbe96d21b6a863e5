"""One file with everything: `manifest.json` first, then what it lists. The file is there whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from app.core.errors import Rejection
from app.db import Vault

FORMAT = 1
MANIFEST, KEYS, ANCHORS = "manifest.json", "keys.sealed", "audit-anchors.jsonl"
DATABASES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
SIGNING = "backup"
BLOCK = 1 << 20
TORN = "备份文件 {path} 不完整或被改动过（{what}），不能用来恢复，请换一份备份"


class BackupFault(Rejection):
    """A backup cannot be made, is not what it was, or does not fit here; the message says what to do."""

    code = "backup"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    database: the kind, a key of DATABASES. keys: purpose, name and fingerprint of each key that it needs. rows: how
    many by table. files: SHA-256 by name. signature: by the index keys of its day, over all the rest.
    """

    version: str
    revision: str
    database: str
    made_at: str
    keys: list[list[str]]
    rows: dict[str, int]
    files: dict[str, str]
    signature: str = ""
    format: int = FORMAT

    def signed_by(self, vault: Vault) -> str:
        """The signature that the keys of its day give; anybody with other keys, or of another content, has another."""
        content = json.dumps({**asdict(self), "signature": ""}, sort_keys=True, ensure_ascii=False)
        return vault.sign(content, SIGNING, sum(purpose == "index" for purpose, *_ in self.keys))


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return _hash(file)


@contextmanager
def workshop(parent: Path) -> Iterator[Path]:
    """A folder to make a backup in, emptied of what a killed one left.

    Raises BackupFault where one is being made already, or where what is done there cannot be written.
    """
    folder = parent / ".doudi-backup"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with _alone(folder):
            for left in folder.iterdir():
                left.unlink()
            try:
                yield folder
            finally:
                shutil.rmtree(folder)
    except BlockingIOError as error:
        raise BackupFault(f"{parent} 里正在做另一个备份，请等它完成") from error
    except (OSError, sqlite3.Error) as error:
        raise BackupFault(f"备份没有写成（{error}），请核对磁盘空间和文件夹 {parent} 的权限") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def write(path: Path, manifest: Manifest, files: Mapping[str, Path], beside: Path) -> None:
    """Write the backup, first as the file `beside`; one of its name must not be there. Raises BackupFault."""
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            content = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
            member = tarfile.TarInfo(MANIFEST)
            member.size = len(content)
            tar.addfile(member, BytesIO(content))
            for name, source in files.items():
                tar.add(source, name, filter=_nobodys)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)
    except FileExistsError as error:
        raise BackupFault(f"{path} 已经有了，请换一个文件名") from error


@contextmanager
def opened(path: Path) -> Iterator[tuple[Manifest, tarfile.TarFile]]:
    """The manifest of a backup and its members. Raises BackupFault, also while members are read."""
    try:
        with tarfile.open(path, mode="r:") as tar:
            yield _manifest(tar), tar
    except FileNotFoundError as error:
        raise BackupFault(f"没有备份文件 {path}，请核对文件名") from error
    except (tarfile.TarError, EOFError, KeyError, TypeError, ValueError) as error:
        raise BackupFault(TORN.format(path=path, what="读不出来")) from error


def extract(tar: tarfile.TarFile, manifest: Manifest, name: str, to: Path) -> Path:
    """Write one member to the file `to`. Raises BackupFault where it is not what the manifest says."""
    handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for block in _blocks(_member(tar, name)):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    if hash_of(to) != manifest.files[name]:
        raise BackupFault(TORN.format(path=tar.name, what=name))
    return to


def content_of(tar: tarfile.TarFile, name: str) -> bytes:
    """A small member whole."""
    return _member(tar, name).read()


def check_hashes(tar: tarfile.TarFile, manifest: Manifest) -> None:
    """Read every member. Raises BackupFault for the first that is not what the manifest says."""
    for name, expected in manifest.files.items():
        if _hash(_member(tar, name)) != expected:
            raise BackupFault(TORN.format(path=tar.name, what=name))


def _manifest(tar: tarfile.TarFile) -> Manifest:
    told: dict[str, Any] = json.loads(content_of(tar, MANIFEST))
    if told.get("format") != FORMAT:
        raise BackupFault("这份备份是更新的版本写的，请先升级兜底再使用它")
    return Manifest(**told)


def _member(tar: tarfile.TarFile, name: str) -> BinaryIO:
    found = tar.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found  # type: ignore[return-value]


def _hash(file: BinaryIO) -> str:
    counted = sha256()
    for block in _blocks(file):
        counted.update(block)
    return counted.hexdigest()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the account of the machine, readable by the owner alone."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member
