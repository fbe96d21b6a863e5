"""Response headers and session cookies."""

from __future__ import annotations

from itertools import chain

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import BadRequest

# The style attribute is needed by bpmn-js and by swagger-ui; scripts come from our own files alone.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


class CookieSessions(SecureCookieSessionInterface):
    """Signed session cookies that are Secure whenever the page itself came over https."""

    _signing: tuple[object, URLSafeTimedSerializer] | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Made once for a key: every request asks for it, and most of them twice."""
        kept = self._signing
        if kept is None or kept[0] != app.secret_key:
            made = super().get_signing_serializer(app)
            if made is None:
                return None
            kept = self._signing = app.secret_key, made
        return kept[1]

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def install(app: Flask) -> None:
    app.session_interface = CookieSessions()
    app.before_request(_refuse_nul)
    app.after_request(_harden)


def _refuse_nul() -> None:
    """Nobody types a NUL, and PostgreSQL cannot even compare with one: such a request would fail as a bug."""
    asked = [request.args] if request.query_string else []
    asked += [request.form] if request.mimetype and not request.is_json else []
    texts = chain(map(str, (request.view_args or {}).values()), *(part for each in asked for part in each.lists()))
    if any("\x00" in text for part in texts for text in ([part] if isinstance(part, str) else part)):
        raise BadRequest


def _harden(response: Response) -> Response:
    said = {name for name, _ in response.headers}  # asking for each would look through all of them each time
    for name, value in HEADERS.items():
        if name not in said:
            response.headers.add(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static" and "Cache-Control" not in said:
        response.headers.add("Cache-Control", "no-store")
    return response
