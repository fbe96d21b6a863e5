"""Work on strangers' files in children that begin at once: a spare process has imported the application and forks.

A child of its own has limits of memory, time and file size, and is gone after one answer, or after one `Talk`. Starting
Python and importing the application costs seconds, forking milliseconds. The spare process holds nothing but code: it
never reads a request.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_PID_BYTES = 8
_STARTING_SECONDS = 120
"""How long a busy machine may take to import the application."""
DONE = b"+"
_OUT = "超出了内存或运算上限"
Work = Callable[[bytes], bytes]
LENGTH_BYTES = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of wall clock and of CPU (0: as many), megabytes of address space and of any file, of a child."""

    seconds: int = 900
    cpu_seconds: int = 0
    memory_mb: int = 2048
    file_mb: int = 512


class Exceeded(Exception):
    """The child did not end within its limits; the message is Chinese and says which."""


def ask(work: str, request: bytes, limits: Limits) -> bytes:
    """What `work` ("package.module:function", bytes to bytes) answers to `request` in a child. Raises Exceeded."""
    channel, pid = _child(work, limits)
    with channel:
        return _answer(channel, pid, request, limits)


class Talk:
    """A child that is asked again and again and keeps what it has read between. The limits of time are each answer's.

    `work` ("package.module:function") gives what answers bytes with bytes. One thread at a time may ask.
    """

    def __init__(self, work: str, limits: Limits) -> None:
        self._limits = limits
        self._channel, self._pid = _child(work, limits, talks=True)

    def ask(self, request: bytes) -> bytes:
        """What the child answers. Raises Exceeded, after which nobody is there any more."""
        pid, self._pid = self._pid, 0
        with _failing(pid, self._limits):
            self._channel.settimeout(self._limits.seconds)
            self._channel.sendall(len(request).to_bytes(LENGTH_BYTES, "big") + request)
            length = _read(self._channel, LENGTH_BYTES)
            answer = _told(_read(self._channel, int.from_bytes(length, "big")))
        self._pid = pid
        return answer

    def close(self) -> None:
        """The child is gone, whatever it does."""
        if self._pid:
            _end(self._pid)
        self._channel.close()


def warm(work: str) -> None:
    """Let the spare process get ready for `work`, without waiting for it."""
    _spare(os.getpid()).send(work, Limits(), None)


def _child(work: str, limits: Limits, *, talks: bool = False) -> tuple[socket.socket, int]:
    channel, pid = _begun(work, limits, talks)
    if not pid:  # the spare process ended, idle for long, just when it was asked
        channel.close()
        channel, pid = _begun(work, limits, talks)
    return channel, pid


def _begun(work: str, limits: Limits, talks: bool) -> tuple[socket.socket, int]:
    """Our end of what a new child reads and writes, and its process id; 0 where there is none."""
    ours, theirs = socket.socketpair()
    with theirs:
        _spare(os.getpid()).send(work, limits, theirs, talks=talks)
    ours.settimeout(_STARTING_SECONDS)
    with suppress(TimeoutError, ConnectionError):
        return ours, int.from_bytes(_read(ours, _PID_BYTES), "big")
    return ours, 0


def _answer(ours: socket.socket, pid: int, request: bytes, limits: Limits) -> bytes:
    with _failing(pid, limits):
        ours.settimeout(limits.seconds)
        ours.sendall(request)
        ours.shutdown(socket.SHUT_WR)
        return _told(_read(ours))


@contextmanager
def _failing(pid: int, limits: Limits) -> Iterator[None]:
    """Raises Exceeded for a child that never began, takes too long, or is gone before it has read everything."""
    if not pid:
        raise Exceeded("的程序没有启动")
    try:
        yield
    except TimeoutError:
        _end(pid)
        raise Exceeded(f"用时超过 {limits.seconds} 秒") from None
    except ConnectionError:
        raise Exceeded(_OUT) from None


def _told(answer: bytes) -> bytes:
    if not answer.startswith(DONE):
        raise Exceeded(_OUT)
    return answer[len(DONE) :]


def _read(channel: socket.socket, most: int | None = None) -> bytes:
    parts, missing = [], most
    while missing is None or missing:
        part = channel.recv(min(missing or 1 << 16, 1 << 16))
        if not part:
            break
        parts.append(part)
        missing = None if missing is None else missing - len(part)
    return b"".join(parts)


def _end(pid: int) -> None:
    """The child leads a group of its own, with all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


class _Spare:
    """The spare process of this process: started when it is needed, gone when it was not needed for a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)

    def send(self, work: str, limits: Limits, channel: socket.socket | None, *, talks: bool = False) -> None:
        """Have a child begun that speaks through `channel`; None only prepares for it."""
        message = json.dumps({"work": work, "talks": talks, **asdict(limits)}).encode()
        descriptors = [] if channel is None else [channel.fileno()]
        with self._lock:
            try:
                socket.send_fds(self._started(), [message], descriptors)
            except ConnectionError:  # it had nothing to do for so long that it has ended
                self.close()
                socket.send_fds(self._started(), [message], descriptors)

    def close(self) -> None:
        """The spare process ends when nobody holds the other end of its control."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.wait()
        self._control = self._process = None

    def _started(self) -> socket.socket:
        if self._control is None:
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-c", _SPARE, str(_ROOT), str(theirs.fileno())], pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    start_new_session=True,
                    env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "PYTHONUTF8": "1"},
                )  # fmt: skip
        return self._control


@cache
def _spare(pid: int) -> _Spare:
    """One a process: what a fork inherited belongs to its parent."""
    return _Spare()


_SPARE = "import sys; sys.path.insert(0, sys.argv[1]); from app.core.spare import serve; serve(int(sys.argv[2]))"
