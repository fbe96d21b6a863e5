"""The gateway and the platform: what they take, and every way in which they fail."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import time
from datetime import date, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.outside import Failed, Question, Refused, Reply
from app.outside.checking import Platform
from app.outside.gateway import Gateway
from app.outside.http import LARGEST, SIGNATURE, TIME, Post, sign
from tests.support.servers import Respond, http_server, send

KEY = b"0123456789abcdef"
PERSON = {"name": "王建国", "id_number": "220122198305123011"}
QUESTION = Question("k1", "vehicles", "案1", (PERSON,), date(2020, 11, 1))
SECONDS = 0.4


def _post(url: str) -> Post:
    return Post(urlsplit(url), KEY, ssl.create_default_context(), "对方", SECONDS)


def _signed(handler: BaseHTTPRequestHandler, content: Any, key: bytes = KEY) -> None:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    send(handler, 200, body, **{TIME.replace("-", "_"): "5", SIGNATURE.replace("-", "_"): sign(key, "5", body)})


def _says(content: Any, key: bytes = KEY) -> Respond:
    return lambda handler, body: _signed(handler, content, key)


def _status(status: int, body: bytes = b"", **headers: str) -> Respond:
    return lambda handler, _: send(handler, status, body, **headers)


def test_a_message_is_signed_so_that_the_gateway_knows_us() -> None:
    seen: list[tuple[Any, bool]] = []

    def check(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        signed = handler.headers[TIME].encode() + b"." + body
        good = hmac.new(KEY, signed, hashlib.sha256).hexdigest() == handler.headers[SIGNATURE]
        fresh = abs(time.time() - int(handler.headers[TIME])) < 60
        seen.append((json.loads(body), good and fresh))
        send(handler, 202)

    with http_server(check) as url:
        Gateway(_post(url)).send("k1", "13904310001", "您的申请已受理")
    assert seen == [({"key": "k1", "to": "13904310001", "text": "您的申请已受理"}, True)]


def _trickle(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        time.sleep(SECONDS / 10)


def _short(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"key"')
    handler.close_connection = True


def _huge(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(1000):
        handler.wfile.write(b"x" * LARGEST)


def _no_http(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.wfile.write(b"\x00\x01 nonsense\r\n\r\n")


@pytest.mark.parametrize(
    ("respond", "kind", "told"),
    [
        (lambda handler, body: time.sleep(3 * SECONDS), Failed, "没有应答"),
        (_trickle, Failed, "没有应答"),
        (_short, Failed, "没有应答"),
        (_no_http, Failed, "没有应答"),
        (_huge, Refused, "超过 64 KB"),
        (_status(302, Location="http://127.0.0.1:1/"), Refused, "转往别处的地址不会跟随"),
        (_status(401), Refused, "请与对方核对密钥和接口"),
        (_status(429), Failed, "状态 429"),
        (_status(503), Failed, "状态 503"),
        (_status(200), Refused, "签名不对"),
        (_says({"key": "k1", "answer": {}}, b"another key of ours"), Refused, "签名不对"),
        (_says(b"<html>"), Failed, "不是 JSON"),
        (_says(b"[" * 60_000), Failed, "不是 JSON"),
        (_says(["k1"]), Refused, "不是这一次核对"),
        (_says({"key": "k2", "answer": {}}), Refused, "不是这一次核对"),
        (_says({"key": "k1", "answer": "none"}), Refused, "不是这一次核对"),
    ],
)
def test_every_failure_has_its_sentence_and_whether_to_try_again(respond: Respond, kind: type, told: str) -> None:
    begun = time.monotonic()
    with http_server(respond) as url, pytest.raises(Failed, match=told) as caught:
        Platform(_post(url)).ask(QUESTION)
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)
    assert time.monotonic() - begun < 4 * SECONDS + 1


def test_nobody_listens() -> None:
    with http_server(_status(200)) as url:
        pass
    with pytest.raises(Failed, match="连不上") as caught:
        Gateway(_post(url)).send("k", "1", "x")
    assert type(caught.value) is Failed


@pytest.mark.parametrize(
    ("respond", "reply"),
    [
        (_says(b'{"key": "k1", "answer": {"found": true, "amount": 12000.50}}'),
         Reply(answer={"found": True, "amount": Decimal("12000.50")})),
        (_status(202), Reply(again=timedelta(minutes=10))),
        (_status(202, Retry_After="3600"), Reply(again=timedelta(hours=1))),
        (_status(202, Retry_After="1"), Reply(again=timedelta(minutes=1))),
        (_status(202, Retry_After="9" * 400), Reply(again=timedelta(days=1))),
        (_status(202, Retry_After="Fri, 27 Nov 2026 08:00:00 GMT"), Reply(again=timedelta(minutes=10))),
        (_status(204), Reply()),
    ],
)  # fmt: skip
def test_a_department_answers_at_once_later_or_by_itself(respond: Respond, reply: Reply) -> None:
    asked: list[Any] = []

    def note(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        asked.append(json.loads(body))
        respond(handler, body)

    with http_server(note) as url:
        assert Platform(_post(url)).ask(QUESTION) == reply
    assert asked == [
        {"key": "k1", "department": "vehicles", "case_number": "案1", "until": "2020-11-01",
         "persons": [PERSON]}
    ]  # fmt: skip
