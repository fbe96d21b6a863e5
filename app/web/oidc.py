"""Logging in with an identity provider (统一身份认证) over OpenID Connect: state, nonce and PKCE are the library's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app, request
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from app.core.errors import NotFound
from app.web.errors import Unavailable

EXTENSION, NAME = "doudi_oidc", "provider"
SECONDS = 10


@dataclass(frozen=True, slots=True)
class Provider:
    """Who vouches for people: `claim` of its tokens is the login here, `title` stands on the button."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str
    title: str


@dataclass(frozen=True, slots=True)
class _Connected:
    provider: Provider
    client: Any


def install(app: Flask, provider: Provider | None) -> None:
    """Nothing is asked of the provider before somebody wants to log in with it."""
    if provider is None:
        return
    client = OAuth(app).register(
        NAME,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "timeout": SECONDS},
    )
    app.extensions[EXTENSION] = _Connected(provider, client)


def title() -> str | None:
    """What the button says; None where no provider is set."""
    found = current_app.extensions.get(EXTENSION)
    return found.provider.title if found else None


def send_off(back: str) -> Response:
    """To the provider, which sends the browser `back`. Raises NotFound, Unavailable."""
    connected = _connected()
    try:
        answer: Response = connected.client.authorize_redirect(back)
    except (OAuthError, RequestException) as error:
        raise _away(connected.provider) from error
    return answer


def came_back() -> str | None:
    """The login that the provider vouches for; None where it does not. Raises NotFound, Unavailable."""
    connected = _connected()
    provider = connected.provider
    asked = {
        "iss": {"essential": True, "values": [provider.issuer]},
        "aud": {"essential": True, "values": [provider.client_id]},
    }
    try:
        token = connected.client.authorize_access_token(claims_options=asked)
    except RequestException as error:
        raise _away(provider) from error
    except (OAuthError, JoseError, ValueError):
        return None
    login = token.get("userinfo", {}).get(provider.claim)
    return login.strip().lower() if isinstance(login, str) and login.strip() else None


def _connected() -> _Connected:
    found: _Connected | None = current_app.extensions.get(EXTENSION)
    if found is None:
        raise NotFound(f"这里没有设置统一身份认证，请用用户名和密码登录（{request.path}）")
    return found


def _away(provider: Provider) -> Unavailable:
    return Unavailable(f"{provider.title}现在连不上，请稍后再试，或者用这里的用户名和密码登录")
