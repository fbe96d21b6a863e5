"""Somebody at a browser, over real HTTP: follows links by their text, fills in forms with their token."""

from __future__ import annotations

import re
from typing import Any

import requests

from tests.support.web import flat

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser:
    """Keeps cookies. Raises RuntimeError where an answer is not what a person would go on from."""

    def __init__(self, url: str) -> None:
        self._url, self._session = url, requests.Session()
        self._session.trust_env = False

    def get(self, path: str) -> str:
        return self._text(self._session.get(self._url + path, timeout=60), path)

    def bytes_of(self, path: str) -> bytes:
        answer = self._session.get(self._url + path, timeout=60)
        self._text(answer, path)
        return answer.content

    def post(self, path: str, data: dict[str, Any], page: str | None = None) -> str:
        """Send the form of `page` (the path itself, where none is named); the page that comes of it."""
        found = TOKEN.search(self.get(page or path))
        if found is None:
            raise RuntimeError(f"{page or path} has no form")
        form = {**flat(data), "csrf_token": found[1]}
        return self._text(self._session.post(self._url + path, form, timeout=60), path)

    def sign_in(self, login: str, handed: str, own: str) -> None:
        """For the first time: with what was handed out, which must be changed before anything else."""
        page = self.post("/desk/login", {"username": login, "password": handed})
        if "修改密码" not in page:
            raise RuntimeError(f"{login} was not asked for a password of their own:\n{page[:2000]}")
        self.post("/desk/password", {"old": handed, "new": own, "again": own})

    def sign_in_again(self, login: str, own: str) -> None:
        self.post("/desk/login", {"username": login, "password": own})

    @staticmethod
    def _text(answer: requests.Response, path: str) -> str:
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}:\n{visible(answer.text)}")
        return answer.text


def visible(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page, flags=re.S))[:1500]
