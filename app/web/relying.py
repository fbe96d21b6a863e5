"""This installation as an identity provider knows it. Loaded only where a provider is set: see `oidc.install`."""

from __future__ import annotations

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from app.web.errors import Unavailable
from app.web.provider import Provider

NAME = "provider"
SECONDS = 10


class RelyingParty:
    """Sends people to the provider and reads what it says of them. Both raise Unavailable where it is away."""

    def __init__(self, app: Flask, provider: Provider) -> None:
        self.provider = provider
        self._client = OAuth(app).register(
            NAME,
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "timeout": SECONDS},
        )

    def send_off(self, back: str) -> Response:
        """To the provider, which sends the browser `back`."""
        try:
            answer: Response = self._client.authorize_redirect(back)
        except (OAuthError, RequestException) as error:
            raise self._away() from error
        return answer

    def came_back(self) -> str | None:
        """The login that the provider vouches for; None where it does not."""
        provider = self.provider
        asked = {
            "iss": {"essential": True, "values": [provider.issuer]},
            "aud": {"essential": True, "values": [provider.client_id]},
        }
        try:
            token = self._client.authorize_access_token(claims_options=asked)
        except RequestException as error:
            raise self._away() from error
        except (OAuthError, JoseError, ValueError):
            return None
        login = token.get("userinfo", {}).get(provider.claim)
        return login.strip().lower() if isinstance(login, str) and login.strip() else None

    def _away(self) -> Unavailable:
        return Unavailable(f"{self.provider.title}现在连不上，请稍后再试，或者用这里的用户名和密码登录")
