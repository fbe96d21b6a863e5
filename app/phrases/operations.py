"""Keeping phrases: everybody the own ones, who directs the work of an office those of the office."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.core import id_number
from app.core.actor import Actor
from app.core.errors import Gone, Invalid, NotFound, NotYours
from app.core.ids import new_id
from app.db import insert_if_absent
from app.phrases.models import Phrase
from app.phrases.queries import kept_offices, office_owner, own_owner

LONGEST, MOST = 200, 50
FIELD, OWN = "text", "own"
_NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx]")
_KEEP = insert_if_absent(Phrase.__table__, ["owner", "text"])  # type: ignore[arg-type]


def keep(session: Session, actor: Actor, place: str, text: str, now: datetime) -> str:
    """Keep a phrase; `place` is `own` or the id of an office. Returns its id: of one that is there already, that one's.

    Raises Invalid (text), NotYours for an office whose work the actor does not direct, Gone where there are `MOST`.
    """
    said = " ".join(text.split())
    if not said:
        raise Invalid({FIELD: "请填写常用语"})
    if len(said) > LONGEST:
        raise Invalid({FIELD: f"常用语不超过 {LONGEST} 个字，现在有 {len(said)} 个字，请缩短"})
    if any(map(id_number.is_valid, _NUMBER.findall(said))):
        raise Invalid({FIELD: "常用语里不能有身份号码，请去掉后再保存"})
    owner = _owner(actor, place)
    found = session.scalar(select(Phrase.id).where(Phrase.owner == owner, Phrase.text == said))
    if found is not None:
        return found
    if (session.scalar(select(func.count()).where(Phrase.owner == owner)) or 0) >= MOST:
        raise Gone(f"常用语最多保存 {MOST} 条，请先删除不用的")
    row = {"id": new_id(), "owner": owner, "text": said, "created_at": now}
    session.connection().execute(_KEEP, row)  # who was faster with the same one is waited for
    return session.scalars(select(Phrase.id).where(Phrase.owner == owner, Phrase.text == said)).one()


def drop(session: Session, actor: Actor, phrase_id: str) -> None:
    """Raises NotFound, NotYours."""
    owner = session.scalar(select(Phrase.owner).where(Phrase.id == phrase_id))
    if owner is None:
        raise NotFound("没有这条常用语，可能已经删除")
    if owner != own_owner(actor):
        _owner(actor, owner.partition(":")[2])
    session.execute(delete(Phrase).where(Phrase.id == phrase_id))


def _owner(actor: Actor, place: str) -> str:
    if place == OWN:
        return own_owner(actor)
    if place not in kept_offices(actor):
        raise NotYours("单位的常用语由本单位负责人维护，您可以存为自己的常用语")
    return office_owner(place)
