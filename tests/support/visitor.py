"""A browser without a screen, against a server in a process of its own: cookies, and the token that forms carry."""

from __future__ import annotations

import http.client
import re
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Visitor:
    """Keeps one cookie, the session's."""

    def __init__(self, port: int) -> None:
        self._port, self.cookie = port, ""

    def get(self, path: str) -> str:
        """The page at a path."""
        status, text = self._send("GET", path)
        assert status == 200, (path, status, text)
        return text

    def post(self, page: str, path: str, **form: str) -> int:
        """Send a form of the page at `page`; how that was answered."""
        found = _TOKEN.search(self.get(page))
        assert found, f"{page} has no form"
        return self._send("POST", path, urlencode(form | {"csrf_token": found[1]}))[0]

    def sign_in(self, username: str, password: str) -> None:
        """As the login page asks."""
        assert self.post("/desk/login", "/desk/login", username=username, password=password) == 302, "nobody was let in"

    def _send(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, path, body, {"Cookie": self.cookie, "Content-Type": FORM})
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie", []):
                self.cookie = cookie.partition(";")[0]
            return answer.status, answer.read().decode()
        finally:
            connection.close()
