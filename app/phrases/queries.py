"""Reading phrases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.db import Prepared
from app.identity.policy import DIRECT
from app.phrases.models import Phrase


@dataclass(frozen=True, slots=True)
class Kept:
    """A phrase that somebody may insert; `office_id` is empty for an own one."""

    id: str
    text: str
    office_id: str
    may_drop: bool


def own_owner(actor: Actor) -> str:
    return f"u:{actor.user_id}"


def office_owner(office_id: str) -> str:
    return f"o:{office_id}"


def kept_offices(actor: Actor) -> list[str]:
    """The offices whose phrases the actor keeps: those whose work he directs."""
    return list(dict.fromkeys(held.office_id for held in actor.appointments if DIRECT in held.capabilities))


_PHRASE: Table = Phrase.__table__  # type: ignore[assignment]
_OF_OWNERS = Prepared(
    select(_PHRASE)
    .where(_PHRASE.c.owner.in_(bindparam("owners", expanding=True)))
    .order_by(_PHRASE.c.created_at, _PHRASE.c.id)
)


def for_actor(session: Session, actor: Actor) -> list[Kept]:
    """The own ones first, then those of the actor's offices; each in the order in which they were kept."""
    mine, kept = own_owner(actor), kept_offices(actor)
    owners = {mine, *(office_owner(held.office_id) for held in actor.appointments)}
    found = [_kept(row, mine, kept) for row in _OF_OWNERS.all(session, owners=list(owners))]
    return sorted(found, key=lambda each: each.office_id != "")


def _kept(row: Any, mine: str, kept: list[str]) -> Kept:
    office_id = "" if row.owner == mine else row.owner.partition(":")[2]
    return Kept(row.id, row.text, office_id, not office_id or office_id in kept)
