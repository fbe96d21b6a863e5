"""Logging in with an identity provider (统一身份认证) over OpenID Connect: state, nonce and PKCE are the library's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

from app.core.errors import NotFound
from app.web.provider import Provider

if TYPE_CHECKING:
    from app.web.relying import RelyingParty

EXTENSION = "doudi_oidc"


def install(app: Flask, provider: Provider | None) -> None:
    """Nothing is asked of the provider before somebody wants to log in with it."""
    if provider is None:
        return
    from app.web.relying import RelyingParty  # its library is a tenth of a start, and few installations need it

    app.extensions[EXTENSION] = RelyingParty(app, provider)


def title() -> str | None:
    """What the button says; None where no provider is set."""
    found = current_app.extensions.get(EXTENSION)
    return found.provider.title if found else None


def send_off(back: str) -> Response:
    """To the provider, which sends the browser `back`. Raises NotFound, Unavailable."""
    return _connected().send_off(back)


def came_back() -> str | None:
    """The login that the provider vouches for; None where it does not. Raises NotFound, Unavailable."""
    return _connected().came_back()


def _connected() -> RelyingParty:
    found: RelyingParty | None = current_app.extensions.get(EXTENSION)
    if found is None:
        raise NotFound(f"这里没有设置统一身份认证，请用用户名和密码登录（{request.path}）")
    return found
