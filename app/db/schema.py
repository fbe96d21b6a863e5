"""Whether the database has the schema that this program was written for."""

from __future__ import annotations

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from app.core.paths import MIGRATIONS

EMPTY = "数据库里还没有表，请先运行 doudi db upgrade 和 doudi db install"
UPGRADE = "请停止服务、做好备份，然后运行 doudi db upgrade"


class NotMigrated(Exception):
    """The schema is older or newer than the program; the Chinese sentence says what to do. Nothing starts."""


def newest() -> str:
    """The revision that this program needs."""
    return (MIGRATIONS / "HEAD").read_text().strip()


def installed(session: Session) -> str | None:
    """The revision of the database; None where it has no schema at all."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    return session.scalar(text("SELECT version_num FROM alembic_version"))


def require_newest(session: Session) -> None:
    """Raises NotMigrated."""
    found, needed = installed(session), newest()
    if found is None:
        raise NotMigrated(EMPTY)
    if found < needed:
        raise NotMigrated(f"数据库的结构是第 {found} 版，这个程序需要第 {needed} 版，{UPGRADE}")
    if found > needed:
        raise NotMigrated(f"数据库的结构是第 {found} 版，比这个程序的第 {needed} 版新，请改用新版程序")
