"""The size of letters that a reader chose (适老化): kept in a cookie, so that it needs no script and no account."""

from __future__ import annotations

from flask import Flask, Response, request

COOKIE = "doudi_text"
SIZES = {"": "标准", "large": "大", "larger": "特大"}
_YEAR = 365 * 86400


def text_size() -> str:
    """One of `SIZES`."""
    found = request.cookies.get(COOKIE, "")
    return found if found in SIZES else ""


def choose(answer: Response, size: str) -> None:
    """Keep the choice for a year; a size that there is not is the ordinary one."""
    wanted = size if size in SIZES else ""
    answer.set_cookie(COOKIE, wanted, max_age=_YEAR, httponly=True, samesite="Lax", secure=request.is_secure)


def install(app: Flask) -> None:
    app.add_template_global(text_size)
    app.jinja_env.globals["text_sizes"] = SIZES
