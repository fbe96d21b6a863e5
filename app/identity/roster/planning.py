"""What a file of people would change, and why it cannot: every fault, not only the first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.identity import duties
from app.identity.duties import Spell
from app.identity.models import Appointment, Office, Region, User
from app.identity.positions import INSTITUTION, POSITIONS, positions_at
from app.identity.queries import in_force
from app.identity.roster.file import Line, read_lines
from app.sheets import Faults


@dataclass(frozen=True, slots=True)
class Post:
    """A line with the office that it names; `ends` is the appointment whose last day it sets."""

    line: Line
    office_id: str
    office: str
    ends: str | None = None


@dataclass(slots=True)
class Plan:
    """With faults nothing may be written. `users`: login → id of who has an account already."""

    faults: Faults
    appointed: list[Post] = field(default_factory=list)
    ended: list[Post] = field(default_factory=list)
    users: dict[str, str] = field(default_factory=dict)

    @property
    def newcomers(self) -> list[Post]:
        """The first line of everybody who has no account yet."""
        first: dict[str, Post] = {}
        for post in self.appointed:
            if post.line.username not in self.users:
                first.setdefault(post.line.username, post)
        return list(first.values())


def plan(session: Session, content: bytes, reach: Collection[str] | None, today: date) -> Plan:
    """Compare a file with what stands. `reach`: ids of the divisions that the actor keeps (None: all).

    Raises Invalid (file) where there is no table of people.
    """
    lines, faults = read_lines(content)
    planner = _Planner(session, Plan(faults), reach, today)
    planner.read({line.username for line in lines}, {line.region for line in lines})
    for line in lines:
        planner.place(line)
    planner.keep_duties_apart(lines)
    return planner.plan


class _Planner:
    def __init__(self, session: Session, plan: Plan, reach: Collection[str] | None, today: date) -> None:
        self.session, self.plan, self.reach, self.today = session, plan, reach, today
        self.people: dict[str, User] = {}
        self.held: dict[str, list[Appointment]] = {}
        self.regions: dict[str, Region] = {}
        self.offices: dict[tuple[str, str], Office] = {}

    def read(self, usernames: Collection[str], codes: Collection[str]) -> None:
        """What stands of the people and places that the file names, in five statements."""
        session = self.session
        self.people = {
            user.username: user for user in session.scalars(select(User).where(User.username.in_(usernames)))
        }
        self.plan.users = {username: user.id for username, user in self.people.items()}
        mine = Appointment.user_id.in_(self.plan.users.values())
        for each in session.scalars(select(Appointment).where(mine)):
            self.held.setdefault(each.user_id, []).append(each)
        standing = select(Region).where(Region.code.in_(codes), in_force(Region, self.today))
        self.regions = {region.code: region for region in session.scalars(standing)}
        ids = [region.id for region in self.regions.values()]
        here = or_(Office.region_id.in_(ids), Office.county_id.in_(ids) & (Office.kind == INSTITUTION))
        for office in session.scalars(select(Office).where(here)):
            self.offices[office.region_id, office.name if office.kind == INSTITUTION else ""] = office

    def place(self, line: Line) -> None:
        """The office that a line names, and what it changes there."""
        office, user = self._office(line), self.people.get(line.username)
        if user is not None and user.name != line.name:
            told = f"用户名 {line.username} 已是{user.name}的，一个用户名只给一个人，请为{line.name}另取一个"
            self.plan.faults.add(line.row, "username", told)
        if user is not None and not user.active:
            self.plan.faults.add(line.row, "username", f"{user.name}的账号已停用，请先在“机构和人员”里恢复")
        if office is None:
            return
        known = self._known(line, office, user)
        if known is None:
            begins = line.since or self.today
            if line.until and line.until <= begins:
                self.plan.faults.add(line.row, "until", f"离任日期应晚于任职日期 {begins}")
            self.plan.appointed.append(Post(line, office.id, office.name))
        elif line.until and line.until != known.valid_until:
            if known.valid_until and line.until > known.valid_until:
                told = f"这项任职到 {known.valid_until} 为止，不能改得更晚"
                self.plan.faults.add(line.row, "until", f"{told}；要继续任职请另写一行，任职日期填这一天")
            self.plan.ended.append(Post(line, office.id, office.name, known.id))

    def _office(self, line: Line) -> Office | None:
        region, faults = self.regions.get(line.region), self.plan.faults
        if region is None:
            faults.add(line.row, "region", f"系统里没有正在使用的区划 {line.region}，请先导入区划，或者改正代码")
            return None
        levels = {region.id, region.province_id, region.city_id, region.county_id, region.township_id}
        if self.reach is not None and not levels & set(self.reach):
            faults.add(line.row, "region", f"{region.name}不在您管理的地区内，请由当地系统管理员导入")
        office = self.offices.get((region.id, line.office))
        if office is None:
            told = f"{region.name}没有名为“{line.office}”的供养服务机构" if line.office else f"{region.name}没有单位"
            faults.add(line.row, "office" if line.office else "region", f"{told}，请核对，或者先建立它")
            return None
        titles = {position.key: position.title for position in positions_at(office.kind)}
        if line.position not in titles:
            told = f"{office.name}没有“{POSITIONS[line.position].title}”，这里的岗位有：{'、'.join(titles.values())}"
            faults.add(line.row, "position", told)
            return None
        return office

    def _known(self, line: Line, office: Office, user: User | None) -> Appointment | None:
        """The appointment that the line speaks of: the same position, at a time that meets the line's."""
        wanted = Spell(line.position, line.since or (None if line.until else self.today), line.until)
        for each in self.held.get(user.id, []) if user else ():
            same = (each.office_id, each.position) == (office.id, line.position)
            if same and Spell(each.position, each.valid_from, each.valid_until).meets(wanted):
                return each
        return None

    def keep_duties_apart(self, lines: list[Line]) -> None:
        """Nobody gets two duties on one day, by this file or by what stands together with it."""
        held = duties.held_by_position(self.session)
        spells: dict[str, list[Spell]] = {}
        for username, user_id in self.plan.users.items():
            ends = {post.ends for post in self.plan.ended}
            kept = [each for each in self.held.get(user_id, []) if each.id not in ends]
            spells[username] = [Spell(each.position, each.valid_from, each.valid_until) for each in kept]
        for line in lines:
            own = Spell(line.position, line.since or self.today, line.until)
            for other in filter(own.meets, spells.setdefault(line.username, [])):
                try:
                    duties.require_apart(held, {own.position, other.position}, f"{line.name}（{line.username}）")
                except Invalid as clash:
                    self.plan.faults.add(line.row, "position", clash.message)
            spells[line.username].append(own)
