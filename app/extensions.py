"""Everything an application needs, put together. Entry points call this; nothing imports it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from apiflask import APIFlask
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from app import api, audit, desk, portal, studio, watch
from app.config import Config
from app.core.clock import Clock, SteadyClock, SystemClock
from app.db import Database, Vault
from app.db.keyfile import KeyFile
from app.drafting import blueprint as drafts
from app.drafting import parking, passes
from app.identity import sessions, tokens
from app.keys import opening
from app.outside import Failed, PdfMaker, SettingError, pdf_maker
from app.watch import counting
from app.watch.routes import PROXIES, WATCHERS
from app.web import (
    Door,
    Services,
    Unavailable,
    access_log,
    addresses,
    assets,
    compression,
    display,
    errors,
    login,
    oidc,
    posted,
    security,
    text_size,
)
from app.web.provider import Provider

SESSION_COOKIE = "doudi"


def open_database(config: Config, *, may_make_keys: bool = False) -> Database:
    """The configured database with the keys from the key file. Raises KeyFault.

    `may_make_keys` makes a key file where there is none and nothing in the database is sealed yet.
    """
    if may_make_keys:
        opening.make(config.database_url, KeyFile(config.key_file))
    database = Database(config.database_url, Vault.load(config.key_file), public_url=config.public_url)
    try:
        opening.admit(database, SystemClock().now())
    except Exception:
        database.dispose()
        raise
    return database


def steady_clock(session: Session, config: Config) -> SteadyClock:
    """The machine's clock; it refuses to go behind the newest record of the database."""
    return SteadyClock(SystemClock(), audit.last_moment(session), timedelta(seconds=config.clock_back_seconds))


def create_app(config: Config, *, database: Database | None = None, clock: Clock | None = None) -> APIFlask:
    """The whole web application; `database` and `clock` are given by tests and by the one-command server.

    Raises SettingError where the maker of PDF is not installed or the secret of the identity provider cannot be read.
    """
    maker = pdf_maker(config.pdf, config.given)
    app = APIFlask(
        "app.web",
        title="兜底 API",
        version="1",
        spec_path="/api/openapi.json",
        docs_path=None,
        json_errors=False,
    )
    app.config.update(_settings(config))
    opened = database or open_database(config)
    rules = config.account_rules()
    browsers = Door(partial(sessions.load, rules=rules), sessions.note_use)
    machines = Door(tokens.load, tokens.note_use)
    acts = config.act_rules()
    Services(opened, clock or SystemClock(), browsers, machines, rules, _pdf(maker), acts).install(app)
    oidc.install(app, _provider(config))
    for part in (access_log, counting, security, login, display, addresses, posted, text_size, errors):
        part.install(app)
    assets.install(app, security.HEADERS)
    compression.install(app)
    csrf = CSRFProtect(app)
    csrf.exempt(api.blueprint)
    csrf.exempt("app.drafting.routes.save")  # its pass is as good, and outlives the session
    parking.install(app)
    for blueprint in (drafts, desk.blueprint, studio.blueprint, portal.blueprint, api.blueprint, watch.blueprint):
        app.register_blueprint(blueprint)
    api.describe(app)
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _provider(config: Config) -> Provider | None:
    if not config.oidc_issuer:
        return None
    try:
        secret = config.oidc_secret_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        told = f"统一身份认证的密钥文件 {config.oidc_secret_file} 读不出来，请核对 DOUDI_OIDC_SECRET_FILE"
        raise SettingError(told) from error
    return Provider(config.oidc_issuer, config.oidc_client_id, secret, config.oidc_claim, config.oidc_title)


def _pdf(maker: PdfMaker) -> Callable[[bytes], bytes]:
    def to_pdf(docx: bytes) -> bytes:
        try:
            return maker.to_pdf(docx)
        except Failed as error:
            raise Unavailable(str(error)) from error

    return to_pdf


def _settings(config: Config) -> dict[str, object]:
    return {
        "SECRET_KEY": config.secret_key(),
        "SESSION_COOKIE_NAME": SESSION_COOKIE,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(minutes=config.idle_minutes),
        "SESSION_REFRESH_EACH_REQUEST": True,
        passes.DAYS: config.draft_days,
        "MAX_CONTENT_LENGTH": config.upload_megabytes * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 5000,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
        WATCHERS: config.watchers,
        PROXIES: config.trusted_proxies,
        "OPENAPI_VERSION": "3.1.0",
    }
