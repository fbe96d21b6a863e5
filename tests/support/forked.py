"""Work for children of `app.core.forking`, good and bad."""

from __future__ import annotations

import itertools
import subprocess
import time
from collections.abc import Callable


def echo(request: bytes) -> bytes:
    return request[::-1]


def count() -> Callable[[bytes], bytes]:
    """Answers how often it was asked, and breaks where it is told to."""
    asked = itertools.count(1)
    return lambda request: (fail if request == b"fail" else echo)(request) + b"%d" % next(asked)


def sleep(request: bytes) -> bytes:
    """With a child of its own, whose id it leaves in a file."""
    with open(request.decode(), "w") as told:
        told.write(str(subprocess.Popen(["sleep", "60"]).pid))
    time.sleep(60)
    return b""


def fill(request: bytes) -> bytes:
    return bytes(int(request) << 20)


def fail(request: bytes) -> bytes:
    raise ValueError(request)
