"""Loading `seed/*.yaml` into an empty installation, through the operations that people use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, Actor
from app.core.clock import local_date
from app.core.ids import new_id
from app.core.money import to_money
from app.figures import operations as proposals
from app.figures import seeding as figures
from app.funds import operations as funds
from app.goods import operations as goods
from app.identity import appointed, credentials
from app.identity import operations as staff
from app.identity import queries as identity
from app.identity.gazetteer import names
from app.identity.positions import INSTITUTION, POSITIONS, level_of_code, positions_at
from app.registry import house_accounts, houses, ratings
from app.registry import operations as registry
from app.seed.data import read

# What usernames and demo passwords call a position: nonganzhen.clerk1, clerk-demo-2020.
LOGIN_WORDS: Mapping[str, str] = {
    "village_cadre": "cadre",
    "township_clerk": "clerk",
    "township_head": "head",
    "county_clerk": "clerk",
    "county_head": "head",
    "finance": "finance",
    "institution": "staff",
    "city_clerk": "clerk",
    "policy_owner": "policy",
    "administrator": "admin",
    "security_officer": "security",
    "auditor": "audit",
}
HOLDERS = 2
# Reserve funds are opened before the demo cases draw on them.
_FUNDS_BEFORE = timedelta(days=100)
# The offices that the tour of the README visits.
_TOUR = ("donghaolaibao", "nonganzhen", "nongan", "nonganjinglaoyuan", "changchun", "zongyangzhen", "zongyang")


def password_of(position: str) -> str:
    """The demo password of everybody who holds the position. Demo data only."""
    return f"{LOGIN_WORDS[position]}-demo-2020"


def logins() -> str:
    """The demo logins, for the console: username, password, position."""
    content = read("regions")
    offices = {
        entry.get("login"): (level_of_code(code) or "", names()[code]) for code, entry in content["regions"].items()
    }
    offices |= {entry.get("login"): (INSTITUTION, entry["name"]) for entry in content["institutions"]}
    lines = ["演示账号（每个岗位两人，第二人把 1 换成 2）："]
    for login in _TOUR:
        kind, place = offices[login]
        for position in positions_at(kind):
            username = f"{login}.{LOGIN_WORDS[position.key]}1"
            lines.append(f"  {username:<28}{password_of(position.key):<20}{place} {position.title}")
    return "\n".join(lines)


def is_loaded(session: Session, now: datetime) -> bool:
    """Whether somebody can log in with one of the demo logins."""
    return (
        appointed.actor_by_login(session, f"{_TOUR[1]}.{LOGIN_WORDS['township_clerk']}1", local_date(now)) is not None
    )


def load(session: Session, now: datetime) -> None:
    """Open the demo regions and fill them. For an installation that holds no people yet."""
    content = read("regions")
    hashes = {position: credentials.hash_password(password_of(position)) for position in POSITIONS}
    _open_regions(session, content, now, hashes)
    for entry in content["institutions"]:
        _open_institution(session, entry, now, hashes)
    for entry in read("figures")["figures"]:
        _enter_figure(session, entry, now)
    for entry in read("figures")["proposed"]:
        _propose_figure(session, entry, now)
    for entry in read("people")["awards"]:
        _start_award(session, entry, now)
    for entry in read("people")["grants"]:
        _record_grant(session, entry, now)


def _open_regions(session: Session, content: Mapping[str, Any], now: datetime, hashes: Mapping[str, str]) -> None:
    for code, entry in content["regions"].items():
        region = staff.ensure_region(session, code)
        details = {key: entry.get(key) for key in ("short_name", "phone")}
        _employ(session, staff.ensure_office(session, region, **details), entry.get("login"), now, hashes)
        if "reserve_fund" in entry:
            funds.open_reserve(session, region.id, to_money(entry["reserve_fund"]), SYSTEM, now - _FUNDS_BEFORE)
        for each in entry.get("goods", ()):
            goods.receive(session, SYSTEM, region.id, each["name"], each["unit"], each["quantity"], "演示数据", now)
    for change in content["successions"]:
        old, new = (staff.ensure_region(session, change[which]) for which in ("old", "new"))
        staff.succeed_region(session, old, new, change["since"])


def _open_institution(session: Session, entry: Mapping[str, Any], now: datetime, hashes: Mapping[str, str]) -> None:
    county = staff.ensure_region(session, entry["county"])
    house = registry.register_institution(
        session, name=entry["name"], county_id=county.id, beds=entry["beds"], now=now, phone=entry.get("phone")
    )
    if "stars" in entry:
        ratings.rate(session, house.id, entry["stars"], entry["rated_from"], now)
    if "account" in entry:
        house_accounts.establish(session, house.id, entry["account"], now)
    _employ(session, identity.office(session, house.office_id), entry.get("login"), now, hashes)


def _employ(
    session: Session, office: identity.OfficeRow, login: str | None, now: datetime, hashes: Mapping[str, str]
) -> None:
    """Two people for every position; with a login where the office has one."""
    usernames = {
        (position.key, number): f"{login}.{LOGIN_WORDS[position.key]}{number}"
        for position in positions_at(office.kind)
        for number in range(1, HOLDERS + 1)
    }
    staff.ensure_holders(session, office, now, count=HOLDERS, usernames=usernames if login else {}, hashes=hashes)


def _enter_figure(session: Session, entry: Mapping[str, Any], now: datetime) -> None:
    figures.establish(
        session,
        entry["key"],
        entry["region"],
        entry["value"],
        origin=figures.DEMO,
        valid_from=entry["from"],
        clause=entry.get("clause"),
        reason=entry.get("note"),
        now=now,
    )


def _propose_figure(session: Session, entry: Mapping[str, Any], now: datetime) -> None:
    """By the region's own policy owner; it waits for another."""
    today = local_date(now)
    proposals.propose(
        session,
        _policy_owner(session, entry["region"], today),
        entry["key"],
        entry["region"],
        entry["value"],
        valid_from=today + timedelta(days=entry["from_in"]),
        reason=entry["reason"],
        now=now,
    )


def _policy_owner(session: Session, region_code: str, on: date) -> Actor:
    chain = identity.chain_of_code(session, region_code, on)
    office = identity.offices_of(session, chain)[chain.nearest.level]
    holder = appointed.holders(session, f"policy_owner@{office.id}", on)[0]
    actor = appointed.load_actor(session, holder.user_id, on)
    assert actor is not None, "a holder is active"
    return actor


def _start_award(session: Session, entry: Mapping[str, Any], now: datetime) -> None:
    today = local_date(now)
    chain = identity.chain_of_code(session, entry["region"], today)
    house = None
    if entry.get("institution"):
        house = houses.institution_named(session, (chain.county or chain.nearest).id, entry["institution"])
    request = registry.AwardRequest(
        id=new_id(),
        programme=entry["programme"],
        id_number=entry["id_number"],
        name=entry["name"],
        region_id=chain.nearest.id,
        monthly=to_money(str(entry["monthly"])),
        starts_on=entry["starts_on"],
        kind=entry["kind"],
        members=entry.get("members", ()),
        recheck_on=today + timedelta(days=entry["recheck_in"]) if "recheck_in" in entry else None,
        facts=entry.get("facts", {}),
        account=entry.get("account"),
        institution_id=house.id if house else None,
    )
    registry.start_award(session, request, now)


def _record_grant(session: Session, entry: Mapping[str, Any], now: datetime) -> None:
    registry.record_benefit(
        session,
        programme=entry["programme"],
        id_number=entry["id_number"],
        name=entry["name"],
        region_id=identity.region_by_code(session, entry["region"], local_date(now)).id,
        paid_on=entry["paid_on"],
        amount=to_money(str(entry["amount"])),
        now=now,
    )
