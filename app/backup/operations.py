"""Making, verifying and restoring backups of the configured database."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, create_engine, make_url

from app import audit
from app.backup import locked, postgres, reading, sqlite
from app.backup.archive import (
    DATABASES,
    KEYS,
    BackupFault,
    Manifest,
    check_hashes,
    content_of,
    extract,
    hash_of,
    opened,
    workshop,
    write,
)
from app.config import Config
from app.core.actor import Actor
from app.core.clock import SHANGHAI
from app.db import Database, KeyFault, Vault
from app.db.keyfile import write_private

CHAIN = "backup"
AskPassphrase = Callable[[], str]


class Told(NamedTuple):
    """A database as it was copied."""

    revision: str
    keys: list[list[str]]
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found; `whole` is whether the database itself could be read, not only its file."""

    manifest: Manifest
    faults: list[str]
    whole: bool


def create(database: Database, config: Config, target: Path, actor: Actor, now: datetime, passphrase: str = "") -> Path:
    """Write a backup to the file `target`, or into the folder under a name with the time; its path.

    A passphrase puts the keys in as well. Raises BackupFault.
    """
    path = target / f"doudi-{now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}.backup" if target.is_dir() else target
    if path.exists():
        raise BackupFault(f"{path} 已经有了，请换一个文件名")
    if not path.parent.is_dir():
        raise BackupFault(f"没有文件夹 {path.parent}，请先建好")
    kind = _kind(config)
    with workshop(path.parent) as folder:
        copied = folder / DATABASES[kind]
        told = _copy_sqlite(config, copied) if kind == "sqlite" else _copy_postgres(config, copied)
        files = {copied.name: copied}
        if passphrase:
            files[KEYS] = folder / KEYS
            write_private(files[KEYS], locked.lock(config.key_file.read_bytes(), passphrase))
        hashes = {name: hash_of(file) for name, file in files.items()}
        made_at = now.isoformat()
        manifest = Manifest(version("doudi"), told.revision, kind, made_at, told.keys, told.rows, hashes)
        write(path, replace(manifest, signature=manifest.signed_by(database.vault)), files, folder / path.name)
    with database.write() as session:
        payload = {"file": path.name, "sha256": hash_of(path)}
        audit.append(session, CHAIN, "backup.created", actor, payload, None, now, shared=True)
    return path


def verify(path: Path, config: Config) -> Verdict:
    """Read a backup whole, with the configured key file. Raises BackupFault, KeyFault.

    A PostgreSQL one is restored into a scratch database of the configured server, where we may make one.
    """
    with opened(path) as (manifest, tar):
        vault = _vault_of(manifest, config)
        if manifest.signature != manifest.signed_by(vault):
            raise BackupFault(f"备份文件 {path} 的说明被改动过，不能用来恢复，请换一份备份")
        check_hashes(tar, manifest)
        _require_version(manifest)
        with tempfile.TemporaryDirectory(prefix="doudi-verify-") as folder:
            copied = extract(tar, manifest, DATABASES[manifest.database], Path(folder) / "copied")
            return _read(copied, manifest, vault, config)


def restore(path: Path, config: Config, actor: Actor, now: datetime, ask: AskPassphrase) -> Manifest:
    """Fill the configured database, which must be empty, from a backup. Raises BackupFault, KeyFault.

    Where the key file is missing and the backup has the keys, `ask` is asked for the passphrase. Whatever is refused,
    nothing has changed.
    """
    with opened(path) as (manifest, tar):
        _require_version(manifest)
        if manifest.database != _kind(config):
            raise BackupFault(f"这是 {manifest.database} 的备份，不能恢复到 {_kind(config)}，请核对 DOUDI_DATABASE_URL")
        if not (sqlite if manifest.database == "sqlite" else postgres).is_empty(config.database_url):
            raise BackupFault("要恢复到的数据库里已经有数据，请新建一个空库再恢复，不要覆盖原来的库")
        check_hashes(tar, manifest)
        from_backup = not config.key_file.exists() and KEYS in manifest.files
        if from_backup:
            config.key_file.parent.mkdir(parents=True, exist_ok=True)
            write_private(config.key_file, locked.unlock(content_of(tar, KEYS), ask()))
        try:
            vault = _vault_of(manifest, config)
            if manifest.signature != manifest.signed_by(vault):
                raise BackupFault(f"备份文件 {path} 的说明被改动过，不能用来恢复，请换一份备份")
            with tempfile.TemporaryDirectory(prefix="doudi-restore-") as folder:
                _fill(
                    manifest, config, lambda to: extract(tar, manifest, DATABASES[manifest.database], to), Path(folder)
                )
        except Exception:
            if from_backup:
                config.key_file.unlink()
            raise
    _note_restored(config, vault, manifest, actor, now)
    return manifest


def _fill(manifest: Manifest, config: Config, extracted: Callable[[Path], Path], folder: Path) -> None:
    if manifest.database == "sqlite":
        with sqlite.restoring(config.database_url) as beside:
            found = sqlite.faults(extracted(beside))
            if found:
                raise BackupFault(f"备份里的数据库有错误：{found[0]}，请换一份备份")
    else:
        postgres.restore(config.database_url, extracted(folder / "copied"))


def _note_restored(config: Config, vault: Vault, manifest: Manifest, actor: Actor, now: datetime) -> None:
    restored = Database(config.database_url, vault)
    with restored.write() as session:
        payload = {"made_at": manifest.made_at, "version": manifest.version}
        audit.append(session, CHAIN, "backup.restored", actor, payload, None, now, shared=True)
    restored.dispose()


def _read(copied: Path, manifest: Manifest, vault: Vault, config: Config) -> Verdict:
    if manifest.database == "sqlite":
        found = sqlite.faults(copied) or reading.faults(f"sqlite:///{copied}", vault, manifest)
        return Verdict(manifest, found, whole=True)
    if _kind(config) != "postgresql":
        return Verdict(manifest, [], whole=False)
    with postgres.scratch(config.database_url) as url:
        if url is None:
            return Verdict(manifest, [], whole=False)
        postgres.restore(url, copied)
        return Verdict(manifest, reading.faults(url, vault, manifest), whole=True)


def _copy_sqlite(config: Config, to: Path) -> Told:
    sqlite.copy(config.database_url, to)
    engine = create_engine(f"sqlite:///{to}")
    with closing(engine.connect()) as connection:
        told = _told(connection)
    engine.dispose()
    return told


def _copy_postgres(config: Config, to: Path) -> Told:
    with postgres.snapshot(config.database_url) as connection:
        postgres.dump(connection, config.database_url, to)
        return _told(connection)


def _told(connection: Connection) -> Told:
    return Told(reading.revision(connection), reading.fingerprints(connection), reading.counts(connection))


def _vault_of(manifest: Manifest, config: Config) -> Vault:
    vault = Vault.load(config.key_file)
    if reading.lacks(vault, manifest.keys):
        raise KeyFault(
            f"密钥文件 {config.key_file} 不是这份备份的：请放上 {manifest.made_at[:10]} 备份时使用的密钥文件"
        )
    return vault


def _require_version(manifest: Manifest) -> None:
    """State and schema of another version are not read here: they are restored there and then upgraded."""
    here, head = version("doudi"), reading.head()
    if (manifest.version, manifest.revision) != (here, head):
        raise BackupFault(
            f"这份备份是 {manifest.version} 版（库结构 {manifest.revision}）的，本机是 {here} 版（库结构 {head}）："
            f"请安装备份时的版本，恢复后再升级"
        )


def _kind(config: Config) -> str:
    return make_url(config.database_url).get_backend_name()
