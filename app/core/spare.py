"""The spare process behind `forking`: it imports what is asked for and forks; the child sets its limits and works."""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import signal
import socket
from collections.abc import Callable
from typing import Any

from app.core.forking import DONE, LENGTH_BYTES, Limits, Work

IDLE_SECONDS = 600
_MEGABYTE = 1 << 20
_MESSAGE_BYTES = 4096
COLLECTED = (50_000, 50, 100)
"""When a child looks for circles of objects: it is gone soon, and looking as often as a server does costs a tenth."""


def serve(control: int) -> None:
    """Fork a child for each message until nobody is there any more, or nobody asked for a while.

    A module may have `warm()`, called once before the first child is forked.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children that have ended are nobody's business
    ready: dict[str, Callable[..., Any]] = {}
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
            name, talks = asked.pop("work"), asked.pop("talks")
            if name not in ready:
                ready[name] = _load(name)
            for channel in descriptors:
                if os.fork() == 0:
                    messages.close()
                    _work(ready[name], Limits(**asked), channel, talks=talks)
                os.close(channel)


def _load(name: str) -> Callable[..., Any]:
    module_name, _, function = name.partition(":")
    module = importlib.import_module(module_name)
    getattr(module, "warm", lambda: None)()
    found: Callable[..., Any] = getattr(module, function)
    return found


def _work(work: Callable[..., Any], limits: Limits, channel: int, *, talks: bool) -> Any:
    """The child: never returns. What goes wrong in it is told by an answer that does not come."""
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with socket.socket(fileno=channel) as connection:
            connection.sendall(os.getpid().to_bytes(8, "big"))
            _limit(limits)
            gc.set_threshold(*COLLECTED)
            if talks:
                _talk(work(), limits, connection)
            else:
                _give_time(limits.cpu_seconds or limits.seconds)
                request = b"".join(iter(lambda: connection.recv(1 << 16), b""))
                connection.sendall(DONE + work(request))
    finally:
        os._exit(0)


def _talk(work: Work, limits: Limits, connection: socket.socket) -> None:
    """One answer after the other, each with its own time, until the other end is closed."""
    with connection.makefile("rb") as requests:
        while length := requests.read(LENGTH_BYTES):
            _give_time(limits.cpu_seconds or limits.seconds)
            answer = DONE + work(requests.read(int.from_bytes(length, "big")))
            connection.sendall(len(answer).to_bytes(LENGTH_BYTES, "big") + answer)


def _give_time(seconds: int) -> None:
    """So much of CPU from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _limit(limits: Limits) -> None:
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_mb * _MEGABYTE), (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits.file_mb * _MEGABYTE),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))
