"""Files of a posted form, and what may be chosen for it."""

from __future__ import annotations

from flask import Flask, Request, current_app

from app.core import uploads


def files_of(request: Request, field: str | None = None) -> list[tuple[str, str, bytes]]:
    """Chosen files as `(field name, file name, bytes)`; empty file inputs are left out."""
    return [
        (name, each.filename, each.read())
        for name, each in request.files.items(multi=True)
        if each.filename and field in (None, name)
    ]


def upload_limits(kinds: str = uploads.ALLOWED) -> str:
    """What may be uploaded to this installation: stands beside every field for files, before one is chosen."""
    return uploads.limits(current_app.config["MAX_CONTENT_LENGTH"], kinds)


def install(app: Flask) -> None:
    app.add_template_global(upload_limits)
    app.jinja_env.globals["upload_bounds"] = uploads.LIMITS
