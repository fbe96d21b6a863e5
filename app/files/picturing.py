"""Small pictures of uploads, for pages that show them: strangers' files are opened in a limited child (ADR 36)."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass

from app.core import forking
from app.files.kinds import PDF, Kind

_LIMITS = forking.Limits(seconds=20, memory_mb=1024, file_mb=0)
THUMB, PAGE = (240, 240), (1600, 1600)
"""Dots at most, across and down: in a list, and to be read."""
_KEPT_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of one of so many pages."""

    jpeg: bytes
    pages: int


class Thumbs:
    """Thumbnails by upload, kept by this process until there are too many: uploads never change."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, Picture] = OrderedDict()
        self._bytes, self._mutex = 0, threading.Lock()

    def get(self, upload_id: str) -> Picture | None:
        with self._mutex:
            if upload_id in self._found:
                self._found.move_to_end(upload_id)
            return self._found.get(upload_id)

    def keep(self, upload_id: str, picture: Picture) -> None:
        with self._mutex:
            if upload_id not in self._found:
                self._found[upload_id] = picture
                self._bytes += len(picture.jpeg)
            while self._bytes > _KEPT_BYTES:
                self._bytes -= len(self._found.popitem(last=False)[1].jpeg)


def draw(content: bytes, kind: Kind, room: tuple[int, int], page: int = 1) -> Picture | None:
    """A picture of an image or of a page (from 1) of a PDF; None where it cannot be shown within the limits."""
    asked = {"pdf": kind is PDF, "page": page, "width": room[0], "height": room[1]}
    try:
        answer = forking.ask("app.files.child:draw", json.dumps(asked).encode() + b"\n" + content, _LIMITS)
    except forking.Exceeded:
        return None
    pages, _, jpeg = answer.partition(b"\n")
    return Picture(jpeg, json.loads(pages))
