"""Settings from the environment. Secrets live in files beside the database, never in it and never in the repository."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from app.core.entry import AccountRules

SHORTEST_PASSWORD = 8


@dataclass(frozen=True, slots=True)
class Config:
    """How one installation runs. `trusted_proxies` is the number of reverse proxies whose headers are believed.

    idle_minutes without a click end a session, session_hours end it in any case. password_length is the least number of
    characters (never fewer than 8), password_history how many latest passwords are not used again, password_days after
    how many days a password must be changed (0: never, unless it was handed out).

    oidc_issuer (empty: none) is the address of an OpenID provider that vouches for people, oidc_client_id and the text
    of oidc_secret_file are what it knows this installation by, oidc_claim is what of its tokens is the login here, and
    oidc_title stands on the button. It never makes an account.

    messenger, departments and pdf name who carries what leaves the house (`app.outside`); `given` are all `DOUDI_…`
    settings as they were given, for whatever these read.
    """

    database_url: str = "sqlite:///var/doudi.db"
    key_file: Path = Path("var/keys.json")
    secret_file: Path = Path("var/secret")
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    idle_minutes: int = 30
    session_hours: int = 12
    password_length: int = 10
    password_history: int = 5
    password_days: int = 0
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_secret_file: Path = Path("var/oidc-secret")
    oidc_claim: str = "preferred_username"
    oidc_title: str = "统一身份认证"
    upload_megabytes: int = 30
    trusted_proxies: int = 0
    messenger: str = "spool"
    departments: str = "hand"
    pdf: str = "libreoffice"
    given: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Read `DOUDI_…` variables; raises ValueError naming the variable that is no whole number."""
        base = cls()
        return cls(
            database_url=environ.get("DOUDI_DATABASE_URL", base.database_url),
            key_file=Path(environ.get("DOUDI_KEY_FILE", base.key_file)),
            secret_file=Path(environ.get("DOUDI_SECRET_FILE", base.secret_file)),
            host=environ.get("DOUDI_HOST", base.host),
            port=_whole(environ, "DOUDI_PORT", base.port),
            threads=_whole(environ, "DOUDI_THREADS", base.threads),
            idle_minutes=_whole(environ, "DOUDI_IDLE_MINUTES", base.idle_minutes),
            session_hours=_whole(environ, "DOUDI_SESSION_HOURS", base.session_hours),
            password_length=max(_whole(environ, "DOUDI_PASSWORD_LENGTH", base.password_length), SHORTEST_PASSWORD),
            password_history=_whole(environ, "DOUDI_PASSWORD_HISTORY", base.password_history),
            password_days=_whole(environ, "DOUDI_PASSWORD_DAYS", base.password_days),
            oidc_issuer=environ.get("DOUDI_OIDC_ISSUER", base.oidc_issuer),
            oidc_client_id=environ.get("DOUDI_OIDC_CLIENT_ID", base.oidc_client_id),
            oidc_secret_file=Path(environ.get("DOUDI_OIDC_SECRET_FILE", base.oidc_secret_file)),
            oidc_claim=environ.get("DOUDI_OIDC_CLAIM", base.oidc_claim),
            oidc_title=environ.get("DOUDI_OIDC_TITLE", base.oidc_title),
            upload_megabytes=_whole(environ, "DOUDI_UPLOAD_MEGABYTES", base.upload_megabytes),
            trusted_proxies=_whole(environ, "DOUDI_TRUSTED_PROXIES", base.trusted_proxies),
            messenger=environ.get("DOUDI_MESSENGER", base.messenger),
            departments=environ.get("DOUDI_DEPARTMENTS", base.departments),
            pdf=environ.get("DOUDI_PDF", base.pdf),
            given={name: value for name, value in environ.items() if name.startswith("DOUDI_")},
        )

    def account_rules(self) -> AccountRules:
        """What is asked of sessions and passwords."""
        return AccountRules(
            idle=timedelta(minutes=self.idle_minutes),
            longest=timedelta(hours=self.session_hours),
            length=self.password_length,
            history=self.password_history,
            age=timedelta(days=self.password_days) if self.password_days else None,
        )

    def secret_key(self) -> str:
        """The key that signs session cookies; made (mode 0600) where there is none."""
        if not self.secret_file.exists():
            self.secret_file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.secret_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
        return self.secret_file.read_text().strip()


def _whole(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name)
    if text is None:
        return default
    if not text.isdigit():
        raise ValueError(f"{name} must be a whole number, not {text!r}")
    return int(text)
