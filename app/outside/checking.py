"""Departments (F10): `http` asks the platform that serves them, `hand` leaves the answer to a clerk."""

from __future__ import annotations

import hmac
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.outside import settings as read
from app.outside.boundary import Failed, Question, Refused, Reply, Settings
from app.outside.http import SIGNATURE, TIME, Post, Response, sign

ACCEPTED, LATER = 202, 204
SOONEST, LATEST = timedelta(minutes=1), timedelta(days=1)
AGAIN = timedelta(minutes=10)
URL = read.Setting("DOUDI_DEPARTMENTS_URL", "核对平台的网址")
KEY = read.Setting("DOUDI_DEPARTMENTS_KEY_FILE", "存放与核对平台约定的密钥的文件")


class ByHand:
    """Nobody outside is asked by machine: a clerk enquires as the office does, and enters the answer at the case."""

    @classmethod
    def configured(cls, settings: Settings) -> ByHand:
        return cls()

    def ask(self, question: Question) -> Reply:
        return Reply(by_hand=True)


class Platform:
    """Takes {key, department, case_number, persons, until} as signed JSON, and answers at once, later, or by itself.

    200 with {key, answer}, signed like the question: the answer. 202: the same question comes again after
    `Retry-After` seconds (one minute to one day; ten minutes where it says nothing). 204: it posts the answer itself.
    """

    def __init__(self, post: Post) -> None:
        self._post = post

    @classmethod
    def configured(cls, settings: Settings) -> Platform:
        url, key = read.address(settings, URL), read.signing_key(settings, KEY)
        return cls(Post(url, key, read.trust(settings), "核对平台"))

    def ask(self, question: Question) -> Reply:
        response = self._post.send(
            {
                "key": question.key,
                "department": question.department,
                "case_number": question.case_number,
                "persons": [dict(each) for each in question.persons],
                "until": question.until.isoformat(),
            }
        )
        if response.status == ACCEPTED:
            return Reply(again=_wait(response.headers.get("Retry-After", "")))
        return Reply() if response.status == LATER else Reply(answer=self._answer(question, response))

    def _answer(self, question: Question, response: Response) -> dict[str, Any]:
        expected = sign(self._post.key, response.headers.get(TIME, ""), response.body)
        if not hmac.compare_digest(expected.encode(), response.headers.get(SIGNATURE, "").encode()):
            raise Refused("核对平台的答复签名不对，没有接受，请与对方核对密钥")
        try:
            told = json.loads(response.body, parse_float=Decimal)
        except (ValueError, RecursionError) as fault:
            raise Failed("核对平台的答复不是 JSON，没有接受") from fault
        if not isinstance(told, dict) or told.get("key") != question.key or not isinstance(told.get("answer"), dict):
            raise Refused("核对平台答复的不是这一次核对（key），没有接受，请与对方核对接口")
        return told["answer"]


def _wait(text: str) -> timedelta:
    """`Retry-After` in seconds; a date, which it could also be, counts as saying nothing."""
    if not (text.isascii() and text.isdigit()):
        return AGAIN
    return min(max(timedelta(seconds=min(int(text[:9]), 10**6)), SOONEST), LATEST)
