"""The picture of an office's seal (印章图样), for the place where its letters end. It proves nothing: no 电子印章."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.ids import digest
from app.documents.models import OfficeSeal
from app.identity import people, policy
from app.identity import queries as identity

SEAL: Table = OfficeSeal.__table__  # type: ignore[assignment]
_PLACE = ("office_seal", "content")
UNFIT = "不是可用的印章图样，请上传 PNG 图片，长宽各 200 到 4000 点，最好背景透明"


def require_may_keep(session: Session, actor: Actor, office_id: str) -> None:
    """Who keeps the people of an office keeps its seal's picture. Raises NotFound, NotYours."""
    where = identity.chain(session, identity.office(session, office_id).region_id)
    policy.require_covers(session, actor, where, people.KEEP)


def keep(session: Session, actor: Actor, office_id: str, png: bytes | None, now: datetime) -> None:
    """From now on this picture stands on the office's letters. `png` was drawn anew by `isolated.seal_isolated`.

    Raises NotFound, NotYours, Invalid (seal).
    """
    require_may_keep(session, actor, office_id)
    if png is None:
        raise Invalid({"seal": UNFIT})
    session.execute(delete(SEAL).where(SEAL.c.id == office_id))
    sealed = session.info["vault"].seal(png, *_PLACE, office_id)
    session.execute(insert(SEAL).values(id=office_id, content=sealed, sha256=digest(png), kept_at=now))
    told = {"office": office_id, "sha256": digest(png)}
    audit.append(session, "seals", "seal.kept", actor, told, None, now, shared=True)


def drop(session: Session, actor: Actor, office_id: str, now: datetime) -> None:
    """From now on the office's letters have no picture of a seal. Raises NotFound, NotYours."""
    require_may_keep(session, actor, office_id)
    if session.connection().execute(delete(SEAL).where(SEAL.c.id == office_id)).rowcount:
        audit.append(session, "seals", "seal.dropped", actor, {"office": office_id}, None, now, shared=True)


def seal_of(session: Session, office_id: str) -> bytes | None:
    """The picture as PNG; None where the office has none."""
    content = session.scalar(select(SEAL.c.content).where(SEAL.c.id == office_id))
    return None if content is None else session.info["vault"].open(content, *_PLACE, office_id)


def shown(session: Session, actor: Actor, office_id: str) -> bytes:
    """The same for who keeps it. Raises NotFound, NotYours."""
    require_may_keep(session, actor, office_id)
    found = seal_of(session, office_id)
    if found is None:
        raise NotFound("这个单位没有印章图样")
    return found


def has_seal(session: Session, office_id: str) -> bool:
    return session.scalar(select(SEAL.c.id).where(SEAL.c.id == office_id)) is not None
