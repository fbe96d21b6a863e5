"""Files as they come: opened at once, so that who sent one hears at once what is wrong with it, and photos made small.

Strangers' files are opened in a limited child (ADR 36), which also takes out of a photo where it was taken. No
transaction is needed, and none should be open where many people send.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterable
from typing import NoReturn

from app.core import forking
from app.core.errors import Invalid
from app.core.uploads import ALLOWED, MAX_BYTES, PHOTO_BYTES, in_megabytes
from app.files.kinds import PDF, Kind, arriving_kind, mistaken

Posted = tuple[str, str, bytes]
"""Field name, file name and bytes."""
BROKEN, LOCKED, FINE = "broken", "locked", "fine"
_LIMITS = forking.Limits(seconds=30, memory_mb=1536, file_mb=0)
_AT_ONCE = threading.BoundedSemaphore(2)
"""A big photo takes hundreds of megabytes while it is open."""
_UNREADABLE = "打不开，可能没有保存完整或者已经损坏，请重新选择，照片请重新拍"
_SAID = {
    BROKEN: _UNREADABLE,
    LOCKED: "有打开密码，工作人员看不了。请去掉密码再上传，或者打印出来拍成照片上传",
}


def received(posted: Iterable[Posted]) -> tuple[list[Posted], dict[str, str]]:
    """The files as they are kept, and for each field what is wrong with those that are not taken."""
    kept: list[Posted] = []
    wrong: dict[str, list[str]] = defaultdict(list)
    for field, name, content in posted:
        try:
            kept.append((field, name, looked_at(name, content)))
        except Invalid as refused:
            wrong[field].append(refused.message)
    return kept, {field: "；".join(said) for field, said in wrong.items()}


def all_received(posted: Iterable[Posted]) -> list[Posted]:
    """The files as they are kept. Raises Invalid, by field, where one of them is not taken."""
    kept, wrong = received(posted)
    if wrong:
        raise Invalid(wrong)
    return kept


def looked_at(name: str, content: bytes) -> bytes:
    """What is kept of a file: a photo upright, small and without its place. Raises Invalid on the field `files`."""
    kind = arriving_kind(content)
    if not content:
        _refuse(name, "是空文件，请重新选择")
    if kind is None:
        _refuse(name, mistaken(content) or f"的类型不能上传，请上传{ALLOWED}")
    most = PHOTO_BYTES if kind.photo else MAX_BYTES
    if len(content) > most:
        _refuse(name, f"超过 {in_megabytes(most)}，请压缩后再上传")
    if not kind.photo and kind is not PDF:
        return content
    found, kept = _opened(content, kind)
    if found != FINE:
        _refuse(name, _SAID[found])
    return kept or content


def _opened(content: bytes, kind: Kind) -> tuple[str, bytes]:
    """How it went, and the photo that is kept instead of this one, if any."""
    asked = json.dumps({"pdf": kind is PDF}).encode()
    try:
        with _AT_ONCE:
            answer = forking.ask("app.files.child:look", asked + b"\n" + content, _LIMITS)
    except forking.Exceeded:
        return BROKEN, b""
    found, _, kept = answer.partition(b"\n")
    return found.decode(), kept


def _refuse(name: str, why: str) -> NoReturn:
    raise Invalid({"files": f"「{name}」{why}"})
