"""Anchors: heads of chains and daily roots, noted in a file outside the database that only grows.

One JSON line each: {at, heads: {chain: [seq, hash]}, roots: {day: signature}, previous, key, mac, stamp?}. `previous`
is the SHA-256 of the line before, `mac` is keyed with the index keys, `stamp` is what a time-stamping service answered.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.operations import EVENT, ROOT
from app.auditing.faults import KEEP_FILE, Fault
from app.core.ids import digest
from app.db import Vault

SIGNING = "audit-anchor"
OVERLAP = timedelta(minutes=10)  # an action that began before the last line may have committed after it
FILE = "存证文件"
Stamper = Callable[[str], str | None]


@dataclass(slots=True)
class Anchored:
    """What a file says altogether: the furthest head of each chain, every root, the moment of the last line."""

    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    until: str | None = None
    faults: list[Fault] = field(default_factory=list)


def line(session: Session, path: Path, now: datetime) -> dict[str, Any] | None:
    """The next line: what is committed and not in the last one; None where there is nothing. Only reads."""
    last, vault = _last(path.read_bytes() if path.exists() else b""), session.info["vault"]
    known = read([last] if last else [], vault)
    since = datetime.fromisoformat(known.until) - OVERLAP if known.until else None
    told = {"heads": _heads(session, since, known), "roots": _roots(session, since, known)}
    if not told["heads"] and not told["roots"]:
        return None
    made = {
        "at": now.isoformat(),
        **told,
        "previous": digest(last.encode()) if last else "",
        "key": vault.in_force.index,
    }
    return {**made, "mac": _mac(vault, made)}


def note(path: Path, line: dict[str, Any], stamp: Stamper) -> None:
    """Add a line to the file; one that another process was faster than is left out, the next one has what it had."""
    path.parent.mkdir(parents=True, exist_ok=True)
    answer = stamp(line["mac"])
    made = json.dumps({**line, **({"stamp": answer} if answer else {})}, ensure_ascii=False) + "\n"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        found = file.read()
        kept = _whole(found)
        last = _last(kept)
        if line["previous"] == (digest(last.encode()) if last else ""):
            torn = found != kept and not _cut(file, len(kept))
            _append(file, len(kept), (b"\n" if torn else b"") + made.encode())


def _append(file: FileIO, size: int, content: bytes) -> None:
    """All of the content behind so many bytes, or none of it: a full disk leaves no part of a line."""
    try:
        while content:
            content = content[file.write(content) or 0 :]
        os.fsync(file.fileno())
    except OSError:
        _cut(file, size)
        raise


def _cut(file: FileIO, size: int) -> bool:
    """Whether the file is so long now; on a disk that only grows it stays, and the verification tells of it."""
    try:
        file.truncate(size)
    except PermissionError:
        return False
    return True


def of_file(path: Path, vault: Vault) -> Anchored:
    """What the file says; nothing where there is none."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    return read(lines, vault)


def read(lines: list[str], vault: Vault) -> Anchored:
    """What the lines say, with the faults of the lines themselves."""
    found, previous = Anchored(), ""
    for number, text in enumerate(lines, start=1):
        try:
            line = json.loads(text)
            sound = line["mac"] == _mac(vault, line) and line["previous"] == previous
            told = {chain: (int(seq), str(known)) for chain, (seq, known) in line["heads"].items()}
            roots, until = dict(line["roots"]), str(line["at"])
        except (ValueError, KeyError, TypeError, IndexError):
            sound, told, roots, until = False, {}, {}, found.until or ""
        if not sound:
            found.faults.append(Fault(FILE, f"第 {number} 行被改动过，或者它前面有行被删除", KEEP_FILE))
        found.heads |= told
        found.roots |= roots
        found.until, previous = until, digest(text.encode())
    return found


def _heads(session: Session, since: datetime | None, known: Anchored) -> dict[str, list[Any]]:
    """Of the chains that grew since a moment; those that the last line has are left out."""
    grew = select(EVENT.c.chain).where(EVENT.c.at >= since) if since else select(EVENT.c.chain)
    last = select(EVENT.c.chain, func.max(EVENT.c.seq).label("seq")).where(EVENT.c.chain.in_(grew))
    heads = last.group_by(EVENT.c.chain).subquery()
    mine = (EVENT.c.chain == heads.c.chain) & (EVENT.c.seq == heads.c.seq)
    rows = session.execute(select(EVENT.c.chain, EVENT.c.seq, EVENT.c.hash).join(heads, mine))
    return {row.chain: [row.seq, row.hash] for row in rows if known.heads.get(row.chain) != (row.seq, row.hash)}


def _roots(session: Session, since: datetime | None, known: Anchored) -> dict[str, str]:
    wanted = select(ROOT.c.day, ROOT.c.signature).order_by(ROOT.c.day)
    rows = session.execute(wanted.where(ROOT.c.made_at >= since) if since else wanted)
    return {row.day.isoformat(): row.signature for row in rows if row.day.isoformat() not in known.roots}


def _whole(content: bytes) -> bytes:
    """Without the part of a line that somebody did not live to write; it was never noted."""
    return content[: content.rfind(b"\n") + 1]


def _last(content: bytes) -> str:
    return _whole(content).decode().rstrip("\n").rpartition("\n")[2]


def _mac(vault: Vault, line: dict[str, Any]) -> str:
    content = {name: line[name] for name in ("at", "heads", "roots", "previous", "key")}
    return vault.sign(json.dumps(content, sort_keys=True, ensure_ascii=False), SIGNING, line["key"])
