"""Files of a posted form."""

from __future__ import annotations

from flask import Request


def files_of(request: Request, field: str | None = None) -> list[tuple[str, str, bytes]]:
    """Chosen files as `(field name, file name, bytes)`; empty file inputs are left out."""
    return [
        (name, each.filename, each.read())
        for name, each in request.files.items(multi=True)
        if each.filename and field in (None, name)
    ]
