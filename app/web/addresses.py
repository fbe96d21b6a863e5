"""Addresses in templates: those of an endpoint that differ in one id alone are worked out once."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, request

_ID = re.compile(r"[0-9a-f]{32}")
_MARK = "0" * 32  # an id like any other, which no row has


def install(app: Flask) -> None:
    """Give templates an `url_for` that says what Flask's says. A page has dozens of addresses."""
    known: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def url_for(endpoint: str, **values: Any) -> str:
        given = [(name, value) for name, value in values.items() if value is not None]
        name, value = given[0] if given else ("", "")
        if len(given) > 1 or (given and not (isinstance(value, str) and _ID.fullmatch(value))):
            return app.url_for(endpoint, **values)
        key = request.script_root, endpoint, name
        parts = known.get(key)
        if parts is None:
            marked: dict[str, Any] = {name: _MARK} if name else {}
            parts = tuple(app.url_for(endpoint, **marked).split(_MARK))
            if not endpoint.startswith("."):  # which begins with the blueprint of the page
                known[key] = parts
        return value.join(parts)

    app.jinja_env.globals["url_for"] = url_for
