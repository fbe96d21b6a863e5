"""Who may change policy: a right that covers every region of the change, and for approving another person."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import NotYours
from app.definitions.names import EVERYWHERE
from app.identity import policy
from app.identity import queries as identity

DRAFTS, APPROVES = "draft_releases", "approve_releases"


def require(session: Session, actor: Actor, scopes: Iterable[str], capability: str) -> None:
    """Raises NotYours unless the right covers every place; what holds everywhere only the repository brings."""
    for scope in scopes:
        if scope == EVERYWHERE:
            raise NotYours("全国适用的发布版只随产品安装，请用 --region 为您管辖的地区起草")
        policy.require_covers(session, actor, identity.chain(session, scope), capability)


def require_another(actor: Actor, *before: str | None) -> None:
    """Raises NotYours where the approver drafted or submitted it."""
    if actor.user_id is None or actor.user_id in before:
        raise NotYours("起草或提交的人不能审批同一个发布版，请由另一位政策管理员审批")
