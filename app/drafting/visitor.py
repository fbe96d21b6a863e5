"""Who types without an account: a code in the browser's cookie, which opens the same drafts on any other device."""

from __future__ import annotations

from hashlib import sha256

from flask import Response, after_this_request, current_app, g, request

from app.core.ids import random_code
from app.core.spelling import compact
from app.drafting.passes import ANONYMOUS, DAYS

COOKIE = "doudi_visitor"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 12  # 60 random bits, and tries are counted
_MEANT = str.maketrans("OILU", "011V")


def code() -> str:
    """The code of this browser; a new one, which the answer sets, where it has none."""
    if "visitor" not in g:
        found = read(request.cookies.get(COOKIE, ""))
        carry(found or random_code(LETTERS, _LENGTH))
    return str(g.visitor)


def held() -> str:
    """The code of this browser; "" where it has none."""
    return read(request.cookies.get(COOKIE, ""))


def carry(found: str) -> None:
    """Let the browser keep this code for as long as drafts are kept."""
    g.visitor = found
    seconds = current_app.config[DAYS] * 86400

    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            COOKIE, found, max_age=seconds, httponly=True, samesite="Lax", secure=request.is_secure
        )  # fmt: skip
        return response


def forget() -> None:
    """This device knows nothing any more; the code still does."""

    @after_this_request
    def _drop(response: Response) -> Response:
        response.delete_cookie(COOKIE)
        return response


def read(text: str) -> str:
    """The code as somebody typed it: O is taken for 0, I and L for 1. "" for what is none."""
    typed = "".join(each for each in compact(text).upper() if each.isalnum()).translate(_MEANT)
    return typed if len(typed) == _LENGTH and set(typed) <= set(LETTERS) else ""


def owner(found: str) -> str:
    """Whose drafts a code opens."""
    return ANONYMOUS + sha256(found.encode()).hexdigest()
