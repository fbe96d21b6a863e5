"""Asking about a draft: it is a stranger's file, so that it is read and played in a limited child alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core import forking
from app.core.errors import REJECTIONS, Invalid, Rejection
from app.core.forking import Exceeded, Limits

WORK = "app.tryout.child:answer"
LIMITS = Limits(seconds=30, memory_mb=1536, file_mb=256)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is tried: the code of the region that it is for, its files, and the library's letters where they are others
    than the product ships."""

    region: str
    files: Mapping[str, bytes]
    letters: Mapping[str, bytes] | None = None


class NotPlayable(Rejection):
    """The draft cannot be played as it stands."""

    code = "not_playable"
    status = 409


def ask(draft: Draft, do: str, **asked: Any) -> dict[str, Any]:
    """What the child answers: see `child`. Raises NotPlayable, and what the child refuses."""
    request: dict[str, Any] = {"do": do, "region": draft.region, "files": _encoded(draft.files), "asked": asked}
    request["letters"] = None if draft.letters is None else _encoded(draft.letters)
    try:
        answer: dict[str, Any] = json.loads(forking.ask(WORK, json.dumps(request).encode(), LIMITS))
    except Exceeded as exceeded:
        raise NotPlayable(f"试办{exceeded}，没有完成。请减少步骤，或检查流程图中的循环和表达式") from exceeded
    if "broken" in answer:
        raise NotPlayable(f"这份草稿现在还不能试办：{answer['broken']}。请先检查并改正")
    if "refused" in answer:
        raise _rejection(**answer["refused"])
    return answer


def get_ready() -> None:
    """Somebody is about to ask: let the first answer not wait for the program to start."""
    forking.warm(WORK)


def _rejection(code: str, message: str, fields: dict[str, str]) -> Rejection:
    if code == Invalid.code:
        return Invalid(fields, message)
    return REJECTIONS.get(code, Rejection)(message, fields=fields)


def _encoded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: base64.b64encode(content).decode() for path, content in files.items()}
