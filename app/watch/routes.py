"""`/healthz`, `/readyz`, `/metrics`: without login, for this machine and the networks that the settings name."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from apiflask import APIBlueprint
from flask import Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from app.core.errors import NotYours
from app.watch import metrics
from app.watch.readiness import faults
from app.web import ANYONE, services, transacts_itself

# APIFlask asks every blueprint that has a hook whether it is part of the described API.
blueprint = APIBlueprint("watch", __name__, enable_openapi=False)
WATCHERS, PROXIES = "DOUDI_WATCHERS", "DOUDI_TRUSTED_PROXIES"
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@blueprint.before_request
def _for_watchers() -> None:
    """Raises NotYours. What a proxy passes on comes from its own address, which says nothing about who asks."""
    passed_on = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    who = ip_address((request.remote_addr or "0.0.0.0").partition("%")[0])  # noqa: S104 - nobody's address
    named = any(who in network for network in current_app.config[WATCHERS])
    here = who.is_loopback and not (passed_on and not current_app.config[PROXIES])
    if not (named or here):
        raise NotYours(f"这个地址只供机房监控使用。要从 {who} 查看，请管理员把它加入设置 DOUDI_WATCHERS")


@blueprint.get("/healthz")
@transacts_itself(ANYONE)
def healthz() -> ResponseReturnValue:
    """The process answers; nothing else is asked, so that a database that is away restarts no server."""
    return jsonify(alive=True)


@blueprint.get("/readyz")
@transacts_itself(ANYONE)
def readyz() -> ResponseReturnValue:
    """Whether requests should be sent here; what is wrong by part, as sentences."""
    wrong: dict[str, Any] = faults(services().database, services().clock)
    return jsonify(ready=not wrong, faults=wrong), 503 if wrong else 200


@blueprint.get("/metrics")
@transacts_itself(ANYONE)
def metrics_page() -> ResponseReturnValue:
    return Response(metrics.exposition(services().database, services().clock.now()), content_type=TEXT)
