"""Giving positions their capabilities and taking them away. The table is one for the whole installation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Duplicate, Gone, Invalid
from app.identity import appointed, duties, policy, queries
from app.identity.capabilities import CAPABILITIES, SECURITY, SYSTEM, Capability
from app.identity.models import Appointment, PositionCapability, User
from app.identity.positions import LEVELS, POSITIONS, Position

AUDIT_CHAIN = "identity"


def seed(session: Session) -> None:
    """Give what an installation begins with. What was ever given or taken away stays as it is."""
    known = {tuple(row) for row in session.execute(select(PositionCapability.position, PositionCapability.capability))}
    wanted = [(position, key) for key, each in CAPABILITIES.items() for position in each.seeded]
    rows = [{"position": position, "capability": key, "granted": True} for position, key in wanted
            if (position, key) not in known]  # fmt: skip
    if rows:
        session.execute(insert(PositionCapability), rows)


def grant(session: Session, actor: Actor, position: str, capability: str, now: datetime) -> None:
    """Give a position a capability.

    Raises NotYours; Invalid (position, capability: unknown, beyond its reach, or of a duty that must be apart);
    Duplicate when it has it.
    """
    known, wanted, row = _change(session, actor, position, capability)
    if row is not None and row.granted:
        raise Duplicate(f"{known.title}已有「{wanted.title}」权限")
    if wanted.regional and known.level not in LEVELS:
        told = f"{known.title}只办理交给本岗位的工作，不能授予按地区行使的「{wanted.title}」权限"
        raise Invalid({"capability": told})
    duties.require_grantable(session, position, capability, local_date(now))
    if row is None:
        session.add(PositionCapability(position=position, capability=capability, granted=True))
    else:
        row.granted = True
    session.flush()
    _tell(session, actor, "capability_granted", position, capability, now)


def revoke(session: Session, actor: Actor, position: str, capability: str, now: datetime) -> None:
    """Take a capability away from a position.

    Raises NotYours; Invalid (position, capability: unknown); Gone when the position does not have it, or when nobody
    would be left who may do it.
    """
    known, wanted, row = _change(session, actor, position, capability)
    if row is None or not row.granted:
        raise Gone(f"{known.title}没有「{wanted.title}」权限，不需要收回")
    if appointed.positions_with(session, capability) == [position]:
        raise Gone(f"只有{known.title}有「{wanted.title}」权限，请先把它授予另一个岗位，再从这里收回")
    if wanted.duty in (SYSTEM, SECURITY):
        require_left(session, capability, local_date(now), Appointment.position == position)
    row.granted = False
    session.flush()
    _tell(session, actor, "capability_revoked", position, capability, now)


def require_left(session: Session, capability: str, on: date, leaving: ColumnElement[bool]) -> None:
    """Raises Gone where only appointments that are `leaving` carry the capability on a day."""
    carried = (
        select(func.count(), func.count().filter(~leaving))
        .select_from(Appointment)
        .join(User, User.id == Appointment.user_id)
        .join(PositionCapability, PositionCapability.position == Appointment.position)
        .where(PositionCapability.capability == capability, PositionCapability.granted, User.active)
    )
    before, after = session.execute(carried.where(queries.in_force(Appointment, on))).one()
    if before and not after:
        raise Gone(f"这样就没有人能「{CAPABILITIES[capability].title}」了，请先为另一名工作人员任命有这项权限的岗位")


def _change(
    session: Session, actor: Actor, position: str, capability: str
) -> tuple[Position, Capability, PositionCapability | None]:
    """What is to change, once the actor may and both names are known; all rows are locked, so that changes queue."""
    policy.require_any(session, actor, "keep_rights")
    known, wanted = POSITIONS.get(position), CAPABILITIES.get(capability)
    if known is None:
        titles = {key: each.title for key, each in POSITIONS.items()}
        raise Invalid({"position": f"没有名为“{position}”的岗位{_near(position, titles)}"})
    if wanted is None:
        titles = {key: each.title for key, each in CAPABILITIES.items()}
        raise Invalid({"capability": f"没有名为“{capability}”的权限{_near(capability, titles)}"})
    rows = session.scalars(select(PositionCapability).with_for_update()).all()
    row = next((row for row in rows if (row.position, row.capability) == (position, capability)), None)
    return known, wanted, row


def _near(text: str, titles: Mapping[str, str]) -> str:
    """The name that was probably meant, by key or by title."""
    keys = {**{title: key for key, title in titles.items()}, **{key: key for key in titles}}
    found = get_close_matches(text, keys, 1)
    if not found:
        return "，可用 doudi capability list 查看名称"
    return f"，是否指“{keys[found[0]]}”（{titles[keys[found[0]]]}）？"


def _tell(session: Session, actor: Actor, kind: str, position: str, capability: str, now: datetime) -> None:
    told: dict[str, Any] = {"position": position, "capability": capability}
    audit.append(session, AUDIT_CHAIN, kind, actor, told, None, now, shared=True)
