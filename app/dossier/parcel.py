"""Several files and a few words as one string of bytes: what goes to a child and comes back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any


def pack(files: Sequence[bytes], **told: Any) -> bytes:
    """A line of JSON, then the files one behind the other."""
    head = json.dumps({"sizes": [len(each) for each in files], "told": told}).encode()
    return b"".join((head, b"\n", *files))


def unpack(packed: bytes) -> tuple[list[bytes], dict[str, Any]]:
    """The files and what was told with them."""
    line, _, rest = packed.partition(b"\n")
    head, files, place = json.loads(line), [], 0
    for size in head["sizes"]:
        files.append(rest[place : place + size])
        place += size
    return files, head["told"]
