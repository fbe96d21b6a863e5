"""The table of rights: seeded once, changed by security officers, with duties that stay apart."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from time import sleep

import pytest
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import SYSTEM, Actor
from app.core.errors import Duplicate, Gone, Invalid, NotYours, Rejection
from app.db import Database
from app.identity import appointed, operations, policy, queries, rights, staff
from app.identity.capabilities import DUTY_POSITIONS

VILLAGE = "220122100001"
TODAY = date(2020, 10, 12)


@pytest.fixture
def office(database: Database, now: datetime) -> queries.OfficeRow:
    """The county's office in a staffed world."""
    with database.write() as session:
        rights.seed(session)
        chain = operations.ensure_staffed(session, VILLAGE, now)
        return queries.offices_of(session, chain)["county"]


def holder(session: Session, office: queries.OfficeRow, position: str, number: int = 0) -> Actor:
    person = appointed.holders(session, f"{position}@{office.id}", TODAY)[number]
    actor = appointed.load_actor(session, person.user_id, TODAY)
    assert actor is not None
    return actor


def test_what_a_security_officer_changed_is_in_force_at_once_and_stays(
    database: Database, office: queries.OfficeRow, now: datetime
) -> None:
    with database.write() as session:
        keeper = replace(holder(session, office, "security_officer"), via="root@node1")
        rights.revoke(session, keeper, "finance", "keep_funds", now)
        rights.grant(session, keeper, "finance", "draw_rechecks", now)
        rights.seed(session)
    with database.read() as session:
        finance = holder(session, office, "finance")
        assert (policy.may(finance, "keep_funds"), policy.may(finance, "draw_rechecks")) == (False, True)
        told = audit.events_of(session, rights.AUDIT_CHAIN)
        assert [event.kind for event in told] == ["capability_revoked", "capability_granted"]
        assert told[0].payload == {"position": "finance", "capability": "keep_funds", "machine_account": "root@node1"}
        with pytest.raises(NotYours, match="乡镇（街道）负责人、县级经办人、县级负责人$"):
            policy.require_covers(session, finance, queries.chain(session, office.region_id), "keep_funds")


@pytest.mark.parametrize(
    ("position", "capability", "kind", "says"),
    [
        ("county_hed", "pay", Invalid, "是否指“county_head”（县级负责人）"),
        ("审计人员", "pay", Invalid, "是否指“auditor”（审计员）"),
        ("finance", "draft_batch", Invalid, "是否指“draft_batches”（编制批次）"),
        ("finance", "xyz", Invalid, "doudi capability list"),
        ("finance", "pay", Duplicate, "财务人员已有「拨付资金」"),
        ("institution", "see_cases", Invalid, "不能授予按地区行使的「查看案件」"),
        ("auditor", "keep_people", Invalid, "审计（审计员）、系统管理（审计员）必须由不同的人担任"),
        ("administrator", "approve_releases", Invalid, "政策管理（系统管理员）、系统管理（系统管理员）"),
        ("administrator", "keep_rights", Invalid, "安全管理（系统管理员）、系统管理（系统管理员）"),
    ],
)
def test_a_grant_is_refused(
    database: Database, office: queries.OfficeRow, now: datetime, position: str, capability: str,
    kind: type[Rejection], says: str,
) -> None:  # fmt: skip
    with database.write() as session, pytest.raises(kind, match=says):
        rights.grant(session, holder(session, office, "security_officer"), position, capability, now)


@pytest.mark.parametrize(
    ("position", "capability", "says"),
    [
        ("township_clerk", "pay", "乡镇（街道）经办人没有「拨付资金」权限"),
        ("finance", "pay", "请先把它授予另一个岗位"),
        ("administrator", "keep_people", "请先把它授予另一个岗位"),
        ("security_officer", "keep_rights", "请先把它授予另一个岗位"),
    ],
)
def test_a_revocation_is_refused(
    database: Database, office: queries.OfficeRow, now: datetime, position: str, capability: str, says: str
) -> None:
    with database.write() as session, pytest.raises(Gone, match=says):
        rights.revoke(session, holder(session, office, "security_officer"), position, capability, now)


@pytest.mark.parametrize("position", ["policy_owner", "administrator"])
def test_only_who_keeps_rights_changes_them(
    database: Database, office: queries.OfficeRow, now: datetime, position: str
) -> None:
    with database.write() as session, pytest.raises(NotYours, match="安全管理员"):
        rights.grant(session, holder(session, office, position), "finance", "draw_rechecks", now)


def test_somebody_always_keeps_people(database: Database, now: datetime) -> None:
    """Neither the table, nor the end of an appointment, nor a closed account may leave the installation without one."""
    with database.write() as session:
        rights.seed(session)
        chain = operations.ensure_staffed(session, "220122", now)
        office = queries.offices_of(session, chain)["county"]
        for kind in ("province", "city"):
            upper = queries.offices_of(session, chain)[kind]
            for person in appointed.holders(session, f"administrator@{upper.id}", TODAY):
                staff.deactivate_user(session, SYSTEM, person.user_id, now)
        first, last = appointed.holders(session, f"administrator@{office.id}", TODAY)
        staff.deactivate_user(session, SYSTEM, first.user_id, now)
        with pytest.raises(Gone, match="没有人能「管理机构和人员」"):
            staff.deactivate_user(session, SYSTEM, last.user_id, now)
        held = staff.appoint(session, SYSTEM, _new(session, office, now), office.id, "administrator", now=now)
        staff.deactivate_user(session, SYSTEM, last.user_id, now)
        with pytest.raises(Gone, match="没有人能「管理机构和人员」"):
            staff.end_appointment(session, SYSTEM, held.id, TODAY, now)
        # A second position has it on paper, but nobody holds that.
        for person in appointed.holders(session, f"finance@{office.id}", TODAY):
            staff.deactivate_user(session, SYSTEM, person.user_id, now)
        rights.grant(session, SYSTEM, "finance", "keep_people", now)
        with pytest.raises(Gone, match="没有人能"):
            rights.revoke(session, SYSTEM, "administrator", "keep_people", now)


@pytest.mark.parametrize("other", sorted(set(DUTY_POSITIONS.values()) - {"auditor"}))
def test_duties_follow_each_other_but_never_meet(
    database: Database, office: queries.OfficeRow, now: datetime, other: str
) -> None:
    begins, ends = TODAY + timedelta(days=30), TODAY + timedelta(days=60)
    with database.write() as session:
        person = _new(session, office, now)
        held = staff.appoint(
            session, SYSTEM, person, office.id, "auditor", now=now, valid_from=begins, valid_until=ends
        )

        def appoint(valid_from: date | None, valid_until: date | None) -> None:
            staff.appoint(session, SYSTEM, person, office.id, other, now=now, valid_from=valid_from,
                               valid_until=valid_until)  # fmt: skip

        for spell in ((None, None), (None, begins + timedelta(days=1)), (ends - timedelta(days=1), None)):
            with pytest.raises(Invalid, match="必须由不同的人担任，同一名工作人员不能兼任"):
                appoint(*spell)
        appoint(None, begins)
        appoint(ends, None)
        with pytest.raises(Invalid, match="离任日期不能更晚"):
            staff.end_appointment(session, SYSTEM, held.id, ends + timedelta(days=1), now)
        # Each of the two gets a right of nobody's duty, though the person holds both in turn.
        rights.grant(session, SYSTEM, "auditor", "see_money", now)


def test_two_appointments_at_once_do_not_join_two_duties(
    database: Database, office: queries.OfficeRow, now: datetime
) -> None:
    with database.write() as session:
        person = _new(session, office, now)

    def appoint(position: str) -> bool:
        with suppress(Invalid), database.write() as session:
            staff.appoint(session, SYSTEM, person, office.id, position, now=now)
            return True
        return False

    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            staff.appoint(session, SYSTEM, person, office.id, "auditor", now=now)
            other = pool.submit(appoint, "security_officer")
            sleep(0.5)  # by now the other has read whatever it reads without waiting
        assert other.result() is False


def test_no_account_has_two_duties(database: Database, office: queries.OfficeRow, now: datetime) -> None:
    with database.write() as session:
        auditor = _new(session, office, now)
        staff.appoint(session, SYSTEM, auditor, office.id, "auditor", now=now)
        with pytest.raises(Invalid, match="审计（审计员）、系统管理（系统管理员）必须由不同的人担任"):
            staff.appoint(session, SYSTEM, auditor, office.id, "administrator", now=now)
        staff.appoint(session, SYSTEM, auditor, office.id, "finance", now=now)
        with pytest.raises(Invalid, match="李敏（li.min）不能兼任"):
            rights.grant(session, SYSTEM, "finance", "enter_figures", now)
        rights.grant(session, SYSTEM, "county_head", "enter_figures", now)


def _new(session: Session, office: queries.OfficeRow, now: datetime) -> str:
    return staff.create_user(session, SYSTEM, office.id, username="li.min", name="李敏", phone=None, now=now).id
