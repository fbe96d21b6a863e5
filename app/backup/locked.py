"""Keys in a backup: only when asked for, and only under a passphrase."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.backup.archive import BackupFault
from app.db import Vault
from app.db.keyfile import SEALING, Keys
from app.db.vault import SealBroken

SALT, COST = 16, 1 << 16
SHORTEST = 12
PLACE = ("backup", "keys")


def lock(content: bytes, passphrase: str) -> bytes:
    """A key file's content that nobody reads without the passphrase. Raises BackupFault for one that is too short."""
    if len(passphrase) < SHORTEST:
        raise BackupFault(f"口令至少 {SHORTEST} 个字符，请换一个更长的")
    salt = secrets.token_bytes(SALT)
    return salt + _under(passphrase, salt).seal(content, *PLACE)


def unlock(locked: bytes, passphrase: str) -> bytes:
    """The key file's content. Raises BackupFault for another passphrase."""
    try:
        content = _under(passphrase, locked[:SALT]).open(locked[SALT:], *PLACE)
    except SealBroken as error:
        raise BackupFault("口令不对，打不开备份里的密钥，请核对后再试") from error
    json.loads(content)
    return content


def _under(passphrase: str, salt: bytes) -> Vault:
    key = Scrypt(salt=salt, length=SEALING, n=COST, r=8, p=1).derive(passphrase.encode())
    return Vault(replace(Keys.fresh(), sealing={"1": key}))
