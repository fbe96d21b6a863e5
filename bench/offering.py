"""Requests offered to a web server at a rate: each is sent when it is due, whether or not earlier ones were answered.

The client is as thin as it can be, since it shares the machine with what it measures: whole requests as bytes over
kept connections, of the answer only its status and length.
"""

from __future__ import annotations

import os
import select
import socket
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.report import figure

CONNECTIONS = 32
PATIENCE = 60


@dataclass
class Load:
    """What came back: latencies in milliseconds from when each request was due, and answers that were no success.

    `cpu`: seconds of processor time by who used it. `late`: milliseconds from when each was due to when it was sent.
    """

    latencies: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def show(self, name: str, what: str, offered: float, aims: tuple[str, str] = ("", "")) -> None:
        """One line. `aims`: of the rate and of the 99th percentile."""
        ordered = sorted(self.latencies)
        p99, late = _p99(self.latencies), _p99(self.late)
        each = {who: seconds / len(ordered) * 1000 for who, seconds in self.cpu.items()}
        figure(f"http.{name}.rate", self.rate, "a second", aims[0])
        figure(f"http.{name}.p99", p99, "ms", aims[1])
        for who, milliseconds in each.items():
            figure(f"http.{name}.cpu.{who}", milliseconds, "ms")
        cpu = ", ".join(f"{who} {milliseconds:.2f}" for who, milliseconds in each.items())
        print(
            f"  {what:34} {self.rate:5.0f}/s of {offered:.0f} offered   p50 {statistics.median(ordered):7.1f} ms   "
            f"p99 {p99:7.1f} ms (sent late {late:.1f})   cpu ms each: {cpu}   "
            f"{sum(self.cpu.values()) / self.seconds:.0%} of a processor"
            + (f"   {len(self.failures)} FAILED: {self.failures[0]}" if self.failures else ""),
            flush=True,
        )


def _p99(milliseconds: list[float]) -> float:
    return sorted(milliseconds)[max(int(len(milliseconds) * 0.99) - 1, 0)]


def request(method: str, path: str, headers: dict[str, str], body: str = "") -> bytes:
    """A whole request."""
    content = body.encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


def offer(
    port: int, requests: Sequence[bytes], rate: float, cpu: Callable[[], dict[str, float]], *, warm: int = 0
) -> Load:
    """Send the requests at this rate. `cpu` tells the seconds of processor time used so far.

    The first `warm` are not counted: they come as fast as they are answered, over the connections of all others, so
    that every thread of the server has met what it will be asked. A start is measured elsewhere (`bench.start`).
    """
    client = _Client(port)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        first = [wrong for wrong in pool.map(partial(_sent, client), requests[:warm]) if wrong]
        load, before, own = Load(failures=first), cpu(), time.process_time()
        began = time.perf_counter() + 0.1
        dues = [began + number / rate for number in range(len(requests) - warm)]
        list(pool.map(partial(_count, client, load), dues, requests[warm:]))
    load.seconds = time.perf_counter() - began
    load.cpu = {who: used - before[who] for who, used in cpu().items()} | {"generator": time.process_time() - own}
    return load


def _count(client: _Client, load: Load, due: float, whole: bytes) -> None:
    time.sleep(max(due - time.perf_counter(), 0))
    load.late.append((time.perf_counter() - due) * 1000)
    wrong = _sent(client, whole)
    load.latencies.append((time.perf_counter() - due) * 1000)
    if wrong:
        load.failures.append(wrong)


def _sent(client: _Client, whole: bytes) -> str | None:
    try:
        return client.send(whole)
    except OSError as error:
        return repr(error)


class _Client(threading.local):
    """One kept connection for each thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def send(self, whole: bytes) -> str | None:
        """What was wrong, or None."""
        if self._socket is None or select.select([self._socket], [], [], 0)[0]:  # the server has hung up
            self._socket = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
        self._socket.sendall(whole)
        found = b""
        while b"\r\n\r\n" not in found:
            found += self._more()
        head, _, body = found.partition(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                while len(body) < int(value):
                    body += self._more()
        return None if head.split(b" ", 2)[1] == b"200" else f"{head[:40]!r} {body[:200]!r}"

    def _more(self) -> bytes:
        assert self._socket is not None
        got = self._socket.recv(65536)
        if not got:
            self._socket = None
            raise ConnectionResetError
        return got


def used(pids: Sequence[int]) -> float:
    """Seconds of processor time that these processes and those they began have used, who has ended included."""
    family, ticks = set(pids), 0
    for stat in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda each: int(each.parent.name)):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(stat.parent.name)
        if pid in family or int(fields[1]) in family:
            family.add(pid)
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")
