"""Logging in with a small identity provider that really signs, over HTTP, with state, nonce and PKCE."""

from __future__ import annotations

import threading
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, jsonify, request
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from app.web import oidc
from app.web.provider import Provider
from tests.support.web import Web

CADRE, CLIENT, SECRET = "village_cadre.220122100001", "doudi", "a secret of the two"


@dataclass
class Issuer:
    """The provider: `answers` are codes that it gave out, with what was asked and what it will say."""

    address: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    published: RSAKey | None = None
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def app(self) -> Flask:
        app = Flask("issuer")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self.metadata)
        app.add_url_rule("/jwks", view_func=self.jwks)
        app.add_url_rule("/token", view_func=self.token, methods=["POST"])
        return app

    def metadata(self) -> Any:
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        return jsonify(
            {"issuer": self.address, "id_token_signing_alg_values_supported": ["RS256"]}
            | {name: f"{self.address}/{path}" for name, path in ends.items()}
        )

    def jwks(self) -> Any:
        return jsonify({"keys": [(self.published or self.key).as_dict(private=False)]})

    def token(self) -> Any:
        known = "Basic " + b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        answer = self.answers.pop(request.form["code"], None)
        challenge = urlsafe_b64encode(sha256(request.form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if answer is None or request.headers.get("Authorization") != known or answer["challenge"] != challenge:
            return jsonify({"error": "invalid_grant"}), 400
        signed = jwt.encode({"alg": "RS256", "kid": "k1"}, answer["claims"], self.key)
        return jsonify({"access_token": "x", "token_type": "Bearer", "id_token": signed})

    def vouch(self, asked: dict[str, str], **claims: Any) -> str:
        """A code for what was asked; `claims` change what the token will say."""
        now = int(time.time())
        said = {"iss": self.address, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        self.answers["c1"] = {"challenge": asked["code_challenge"], "claims": {**said, **claims}}
        return "c1"


@pytest.fixture
def issuer(web: Web) -> Iterator[Issuer]:
    issuer = Issuer()
    server = make_server("127.0.0.1", 0, issuer.app())
    issuer.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    oidc.install(web.app, Provider(issuer.address, CLIENT, SECRET, "preferred_username", "省统一身份认证"))
    yield issuer
    server.shutdown()
    thread.join()
    server.server_close()


def asked_of(client: FlaskClient, issuer: Issuer) -> dict[str, str]:
    """What the browser is sent to the provider with."""
    sent = urlsplit(client.get("/desk/oidc?next=/desk/cases").location)
    assert f"{sent.scheme}://{sent.netloc}{sent.path}" == f"{issuer.address}/authorize"
    asked = {name: values[0] for name, values in parse_qs(sent.query).items()}
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    return asked


def test_who_has_an_account_comes_in(web: Web, issuer: Issuer) -> None:
    client = web.client()
    assert "用省统一身份认证登录" in client.get("/desk/login").text
    asked = asked_of(client, issuer)
    code = issuer.vouch(asked, preferred_username=CADRE.upper())
    answer = client.get("/desk/oidc/callback", query_string={"code": code, "state": asked["state"]})
    assert (answer.status_code, answer.location) == (302, "/desk/cases")
    assert client.get("/desk/cases").status_code == 200
    again = client.get("/desk/oidc/callback", query_string={"code": code, "state": asked["state"]})
    assert again.status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"preferred_username": "nobody.here"},
        {},
        {"preferred_username": CADRE, "nonce": "another"},
        {"preferred_username": CADRE, "aud": "another"},
        {"preferred_username": CADRE, "iss": "https://another.example"},
        {"preferred_username": CADRE, "exp": 1},
    ],
)
def test_nobody_else_does(web: Web, issuer: Issuer, claims: dict[str, Any]) -> None:
    client = web.client()
    asked = asked_of(client, issuer)
    code = issuer.vouch(asked, **claims)
    answer = client.get("/desk/oidc/callback", query_string={"code": code, "state": asked["state"]})
    assert (answer.status_code, "没有通过" in answer.text) == (401, True)
    assert client.get("/desk/").status_code == 302


def test_a_foreign_state_signature_or_browser_lets_nobody_in(web: Web, issuer: Issuer) -> None:
    client, other = web.client(), web.client()
    asked = asked_of(client, issuer)
    code = issuer.vouch(asked, preferred_username=CADRE)
    for browser, state in ((client, "guessed"), (other, asked["state"])):
        assert browser.get("/desk/oidc/callback", query_string={"code": code, "state": state}).status_code == 401
    asked = asked_of(client, issuer)
    issuer.published = RSAKey.generate_key(2048, {"kid": "k1"})
    code = issuer.vouch(asked, preferred_username=CADRE)
    answer = client.get("/desk/oidc/callback", query_string={"code": code, "state": asked["state"]})
    assert answer.status_code == 401


def test_a_provider_that_is_away_is_said(web: Web) -> None:
    oidc.install(web.app, Provider("http://127.0.0.1:9", CLIENT, SECRET, "sub", "省统一身份认证"))
    answer = web.client().get("/desk/oidc")
    assert (answer.status_code, "现在连不上" in answer.text) == (503, True)
