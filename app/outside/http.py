"""Posting JSON to one address: signed, in bounded time, with an answer of bounded size; redirects are refused."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult

from app.outside.boundary import Failed, Refused

TIMEOUT = 20.0
LARGEST = 64 * 1024
SIGNATURE, TIME = "Doudi-Signature", "Doudi-Time"
_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: status 2xx, its headers and its bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Post:
    """One address with the key that both sides know. `who` names the other side in messages: 短信网关.

    The signature is HMAC-SHA256 in hexadecimal of `time.body`, where `time` stands in its own header (epoch seconds):
    the other side refuses what is old. `seconds` bound the whole exchange, also where bytes only trickle in.
    """

    url: SplitResult
    key: bytes = field(repr=False)
    context: ssl.SSLContext
    who: str
    seconds: float = TIMEOUT

    def send(self, message: Mapping[str, Any]) -> Response:
        """Post a JSON object. Raises Failed (try again) or Refused (status 3xx or 4xx)."""
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        stamp = str(int(time.time()))
        headers = {"Content-Type": "application/json", TIME: stamp, SIGNATURE: sign(self.key, stamp, body)}
        try:
            response = self._exchange(body, headers)
        except (OSError, http.client.HTTPException) as fault:
            raise Failed(f"{self.who}（{self.url.netloc}）连不上或没有应答：{type(fault).__name__}") from fault
        if 200 <= response.status < 300:
            return response
        told = f"{self.who}（{self.url.netloc}）没有接受，状态 {response.status}"
        if 300 <= response.status < 400:
            raise Refused(f"{told}：转往别处的地址不会跟随，请改正网址的设置")
        if response.status < 500 and response.status not in _LATER:
            raise Refused(f"{told}，请与对方核对密钥和接口")
        raise Failed(told)

    def _exchange(self, body: bytes, headers: Mapping[str, str]) -> Response:
        connection = self._connection()
        try:
            connection.connect()
            with _ended_after(self.seconds, connection.sock):
                connection.request("POST", self.url.path or "/", body, dict(headers))
                with connection.getresponse() as answer:
                    return Response(answer.status, dict(answer.getheaders()), self._read(answer))
        finally:
            connection.close()

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        content = answer.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise Refused(f"{self.who}的应答超过 {LARGEST // 1024} KB，没有接受，请与对方核对接口")
        if answer.length:  # fewer bytes than announced
            raise http.client.IncompleteRead(content, answer.length)
        return content

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self.url.hostname or "", self.url.port
        if self.url.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=self.seconds, context=self.context)
        return http.client.HTTPConnection(host, port, timeout=self.seconds)


def sign(key: bytes, stamp: str, body: bytes) -> str:
    """The signature of a body at a time."""
    return hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


@contextmanager
def _ended_after(seconds: float, connected: socket.socket) -> Iterator[None]:
    """A socket's timeout bounds one read only; this ends the connection however slowly bytes come."""
    over = threading.Event()

    def end() -> None:
        over.set()
        with suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if over.is_set():
            raise TimeoutError
