"""The gate while somebody edits: everything but the stories, at once, and what obviously mends a finding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.changes import checking, editing, policy, store
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone, Invalid
from app.core.ids import digest
from app.gate import releases as gate
from app.gate.isolated import Limits, Placed, World

QUICK = Limits(seconds=60, cpu_seconds=15, memory_mb=1024)
"""Somebody waits for it; the largest programme that ships takes a few seconds of CPU."""


class Look(NamedTuple):
    """What is to be looked at: a draft with its world for each place that differs; or what a check found already."""

    trials: list[tuple[Placed, World]]
    known: list[dict[str, Any]] | None


def look(session: Session, actor: Actor, change_id: str, bundle_id: str, now: datetime) -> Look:
    """What `findings` needs of the database. Raises NotYours, NotFound."""
    policy.require_reader(session, actor)
    bundle = store.bundle_of(session, change_id, bundle_id)
    check = checking.fitting(session, bundle_id, checking.subject_of(session, bundle, local_date(now)))
    if check is not None:
        return Look([], check.findings)
    return Look(checking.trials_of(session, bundle, local_date(now)), None)


def findings(looked: Look) -> list[dict[str, Any]]:
    """What stands in the way, as `Finding.as_dict` has it. It takes seconds: no transaction should be open."""
    if looked.known is not None:
        return looked.known
    return gate.run(looked.trials, stories=False, limits=QUICK).findings


def mend(
    session: Session, actor: Actor, change_id: str, bundle_id: str, wanted: Mapping[str, str], *, now: datetime
) -> str:
    """Apply a `vocabulary.Mend` as texts, a save like any other; the path.

    Raises as `editing.save`; Gone where the file is not what the mend was made for, Invalid where it is no mend.
    """
    policy.edit(session, actor, change_id, now)
    path, was, text = wanted.get("file", ""), wanted.get("was", ""), wanted.get("text")
    content = store.file_of(session, store.bundle_of(session, change_id, bundle_id), path)
    if content is None or digest(content) != was:
        raise Gone(f"{path} 在检查以后又改过，没有按提示修改。请看新的检查结果")
    kept = None if text is None else _edited(content, wanted, text)
    editing.save(session, actor, change_id, bundle_id, path, kept, was=was, now=now)
    return path


def _edited(content: bytes, wanted: Mapping[str, str], text: str) -> bytes:
    try:
        whole, begin, end = content.decode(), int(wanted.get("begin", "")), int(wanted.get("end", ""))
    except ValueError as error:
        raise Invalid({"mend": "这一处不能自动修改，请打开文件改正"}) from error
    if not 0 <= begin <= end <= len(whole):
        raise Invalid({"mend": "这一处不能自动修改，请打开文件改正"})
    if "\r\n" not in whole:  # which forms of browsers make of every line's end
        text = text.replace("\r\n", "\n")
    return f"{whole[:begin]}{text}{whole[end:]}".encode()
