"""The spare process behind `forking`: it imports what is asked for and forks; the child sets its limits and works."""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import socket
from typing import Any

from app.core.forking import DONE, Limits, Work

IDLE_SECONDS = 600
_MEGABYTE = 1 << 20
_MESSAGE_BYTES = 4096


def serve(control: int) -> None:
    """Fork a child for each message until nobody is there any more, or nobody asked for a while.

    A module may have `warm()`, called once before the first child is forked.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children that have ended are nobody's business
    ready: dict[str, Work] = {}
    with socket.socket(fileno=control) as messages:
        messages.settimeout(IDLE_SECONDS)
        while True:
            try:
                message, descriptors, _, _ = socket.recv_fds(messages, _MESSAGE_BYTES, 1)
            except TimeoutError:
                return
            if not message:
                return
            asked = json.loads(message)
            name = asked.pop("work")
            if name not in ready:
                ready[name] = _load(name)
            for channel in descriptors:
                if os.fork() == 0:
                    messages.close()
                    _work(ready[name], Limits(**asked), channel)
                os.close(channel)


def _load(name: str) -> Work:
    module_name, _, function = name.partition(":")
    module = importlib.import_module(module_name)
    getattr(module, "warm", lambda: None)()
    found: Work = getattr(module, function)
    return found


def _work(work: Work, limits: Limits, channel: int) -> Any:
    """The child: never returns. What goes wrong in it is told by an answer that does not come."""
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with socket.socket(fileno=channel) as connection:
            connection.sendall(os.getpid().to_bytes(8, "big"))
            _limit(limits)
            request = b"".join(iter(lambda: connection.recv(1 << 16), b""))
            connection.sendall(DONE + work(request))
    finally:
        os._exit(0)


def _limit(limits: Limits) -> None:
    for what, most in (
        (resource.RLIMIT_CPU, limits.seconds), (resource.RLIMIT_AS, limits.memory_mb * _MEGABYTE),
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, limits.file_mb * _MEGABYTE),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))
