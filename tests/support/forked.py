"""Work for children of `app.core.forking`, good and bad."""

from __future__ import annotations

import subprocess
import time


def echo(request: bytes) -> bytes:
    return request[::-1]


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
