"""The chain of logins as auditors read it (登录审计): who came in or failed, what was ended, reset or granted.

It is read from the audit, so it proves itself with the rest; it has never held a password, a code, a key or a token.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.clock import midnight
from app.core.errors import Invalid
from app.identity import appointed, policy
from app.identity.capabilities import CAPABILITIES
from app.identity.models import User
from app.identity.positions import title_of

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "logged_in": "登录成功",
        "login_failed": "登录失败",
        "logged_out": "退出登录",
        "session_revoked": "登录被退出",
        "password_confirmed": "核对旧密码",
        "password_changed": "修改密码",
        "password_reset": "重置密码",
        "factor_bound": "绑定二次验证",
        "factor_verified": "二次验证通过",
        "factor_failed": "二次验证失败",
        "factor_removed": "解除二次验证",
        "factor_reset": "重置二次验证",
        "factor_required": "岗位要求二次验证",
        "factor_waived": "岗位不再要求二次验证",
        "token_issued": "领取接口授权码",
        "token_revoked": "撤销接口授权码",
        "capability_granted": "授予岗位权限",
        "capability_revoked": "收回岗位权限",
        "user_created": "建立账号",
        "user_deactivated": "停用账号",
        "user_restored": "恢复账号",
        "user_corrected": "更正姓名或者电话",
        "appointed": "任命",
        "appointment_ended": "免去岗位",
        "appointment_reopened": "恢复任职",
        "absence_entered": "登记代理",
        "absence_ended": "结束代理",
    }
)
"""Kinds of events with their titles; what other kinds the chains hold is shown by its key."""

PART = 1000
_BY = {"recovery": "用恢复码", "oidc": "用统一身份认证"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: a person by name or login, a kind, days from `since` to `until`, both included."""

    person: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One event. `whom` is the person it befell, where that is another than who did it."""

    id: str
    at: datetime
    kind: str
    title: str
    who: str
    whom: str
    address: str
    detail: str


def lines(session: Session, actor: Actor, wanted: Wanted, *, limit: int, after: str | None = None) -> list[Line]:
    """The newest events first, those before the event `after`. Raises NotYours, Invalid (kind, until)."""
    policy.require_any(session, actor, "read_audit")
    if wanted.kind and wanted.kind not in KINDS:
        raise Invalid({"kind": f"没有“{wanted.kind}”这一类记录，可用的有：{'、'.join(KINDS)}"})
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise Invalid({"until": "截止日期不能早于起始日期，请调整日期"})
    found = audit.look(
        session,
        kind=wanted.kind or None,
        whose=_ids(session, wanted.person) if wanted.person else None,
        named=wanted.person,
        since=midnight(wanted.since) if wanted.since else None,
        until=midnight(wanted.until + timedelta(days=1)) if wanted.until else None,
        after=after,
        limit=limit,
    )
    people = appointed.user_names(session, [event.payload["user_id"] for event in found if "user_id" in event.payload])
    return [_line(event, people) for event in found]


def all_lines(session: Session, actor: Actor, wanted: Wanted, most: int) -> Iterator[Line]:
    """The same, up to so many, read a part at a time. Raises what `lines` does, with the first."""
    after, left = None, most
    while left > 0:
        part = lines(session, actor, wanted, limit=min(PART, left), after=after)
        yield from part
        after, left = (part[-1].id, left - PART) if len(part) == PART else (None, 0)


def _ids(session: Session, person: str) -> list[str]:
    return list(session.scalars(select(User.id).where(or_(User.username == person.lower(), User.name == person))))


def _line(event: audit.Event, people: Mapping[str, str]) -> Line:
    told = event.payload
    whom = people.get(told.get("user_id", ""), "") if told.get("user_id") != event.actor_id else ""
    title = KINDS.get(event.kind, event.kind)
    return Line(event.id, event.at, event.kind, title, event.actor_name, whom, told.get("address") or "", _detail(told))


def _detail(told: Mapping[str, Any]) -> str:
    """What an event says besides, in words."""
    capability = CAPABILITIES.get(told.get("capability", ""))
    parts = (
        title_of(told["position"]) if "position" in told else "",
        f"「{capability.title}」" if capability else "",
        told.get("label", ""),
        _BY.get(told.get("by", ""), ""),
        f"经主机账号 {told['machine_account']}" if "machine_account" in told else "",
    )
    return "，".join(filter(None, parts))
