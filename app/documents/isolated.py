"""What was uploaded is opened in a child that may use little, not for long, and reaches nobody (`child`)."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.core import forking
from app.documents.errors import Problem, error

_LIMITS = forking.Limits(seconds=40, memory_mb=1024, file_mb=0)


@dataclass(frozen=True, slots=True)
class Trial:
    """A letter made from a template's own sample; None where `problems` hold an error."""

    docx: bytes | None
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Pages:
    """How many pages a PDF has, and its first ones as PNG."""

    count: int
    pictures: list[bytes]


@dataclass(frozen=True, slots=True)
class Place:
    """The middle of what an office signs with, on a page (from 0) of this size; all in points from its lower left."""

    page: int
    x: float
    y: float
    width: float
    height: float


def check_isolated(template: bytes, contract: bytes, sample: bytes, limits: forking.Limits = _LIMITS) -> list[Problem]:
    """`checking.check_files` in the child."""
    return try_isolated(template, contract, sample, limits).problems


def try_isolated(template: bytes, contract: bytes, sample: bytes, limits: forking.Limits = _LIMITS) -> Trial:
    """The same, and the letter that comes of the sample."""
    answer = _ask("try_out", (template, contract, sample), limits)
    if answer is None:
        return Trial(None, [error("检查没有完成：模板过于复杂，或者文件是有意构造的。请简化后再上传")])
    docx = base64.b64decode(answer["docx"]) if answer["docx"] else None
    return Trial(docx, [Problem(**each) for each in answer["problems"]])


def pages_isolated(pdf: bytes, limits: forking.Limits = _LIMITS) -> Pages | None:
    """What a PDF looks like; None where it cannot be shown within the limits."""
    answer = _ask("show", (pdf,), limits)
    return answer and Pages(answer["count"], [base64.b64decode(each) for each in answer["pictures"]])


def place_isolated(pdf: bytes, office: str, days: Sequence[str], limits: forking.Limits = _LIMITS) -> Place | None:
    """Where the letter ends with the office's name and below it one of these dates; None where it does not."""
    answer = _ask("place", (pdf, json.dumps([office, *days]).encode()), limits)
    return answer and Place(**answer)


def seal_isolated(png: bytes, limits: forking.Limits = _LIMITS) -> bytes | None:
    """The picture of a seal, drawn anew; None where it is no picture that can be one."""
    answer = _ask("seal", (png,), limits)
    return answer and base64.b64decode(answer)


def _ask(what: str, files: tuple[bytes, ...], limits: forking.Limits) -> Any:
    """The child's answer; None where it gave none."""
    request = json.dumps([base64.b64encode(part).decode() for part in files]).encode()
    try:
        return json.loads(forking.ask(f"app.documents.child:{what}", request, limits))
    except forking.Exceeded:
        return None
