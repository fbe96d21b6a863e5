"""Steps from one version of what rests in a case's row to the next. A change of the format adds a step.

The first byte says the version; 0 is version 1, which had none. A step is a pure function of all bytes of a version;
`Instance.unpack` runs them one after the other, and `pack` writes the newest version. The engine's state inside has a
chain of its own (`engine/upgrades.py`).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Final

VERSION: Final = 2
LEVEL: Final = 1
"""Of compression: answers shrink to 40 %, so that most rows stay on one page; the best level saves 7 % more."""


def _compress(data: bytes) -> bytes:
    """1 to 2: sealed bytes do not compress where they rest, so what is sealed is compressed before."""
    return bytes([2]) + zlib.compress(data, LEVEL)


STEPS: Mapping[int, Callable[[bytes], bytes]] = {1: _compress}
