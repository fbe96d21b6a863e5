"""Writing what a plan of people says, through the operations that the pages use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.identity import one_time, staff
from app.identity.positions import title_of
from app.identity.roster.planning import Plan
from app.sheets import Column, workbook

_HANDOUT = (
    Column("office", "单位", width=28),
    Column("position", "岗位", width=24),
    Column("name", "姓名"),
    Column("username", "用户名", width=20),
    Column("password", "一次性密码", width=24),
)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who got an account, with the password to hand out. It is kept nowhere."""

    office: str
    position: str
    name: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """What was written. `leaving`: ids of the people whose appointments got a last day."""

    newcomers: list[Newcomer]
    appointed: int
    leaving: list[str]

    @property
    def nothing(self) -> bool:
        return not (self.newcomers or self.appointed or self.leaving)


def apply(session: Session, actor: Actor, plan: Plan, now: datetime) -> Done:
    """Open accounts, appoint and end. What who leaves still holds is the caller's business."""
    users, newcomers = dict(plan.users), list[Newcomer]()
    for post in plan.newcomers:
        line = post.line
        user = staff.create_user(
            session, actor, post.office_id, username=line.username, name=line.name, phone=line.phone, now=now
        )
        users[line.username] = user.id
        password = one_time.give(session, user.id, now)
        newcomers.append(Newcomer(post.office, title_of(line.position), line.name, line.username, password))
    leaving = []
    for post in plan.ended:
        assert post.ends, "an ended post names what it ends"
        assert post.line.until, "and its last day"
        leaving.append(staff.end_appointment(session, actor, post.ends, post.line.until, now))
    for post in plan.appointed:
        line, user_id = post.line, users[post.line.username]
        staff.appoint(
            session,
            actor,
            user_id,
            post.office_id,
            line.position,
            now=now,
            valid_from=line.since,
            valid_until=line.until,
        )
    return Done(newcomers, len(plan.appointed), leaving)


def handout(newcomers: Iterable[Newcomer]) -> bytes:
    """A workbook to hand out, one person a row, by office."""
    rows = sorted((each.office, each.position, each.name, each.username, each.password) for each in newcomers)
    return workbook("一次性密码", _HANDOUT, rows)
