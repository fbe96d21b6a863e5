"""What an office already pays is brought in, goes on as if decided here, and is not brought in twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.auditing import rows as books
from app.auditing.verification import verify
from app.cases import nightly
from app.cases.models import Case
from app.core.clock import SHANGHAI
from app.core.errors import Duplicate, Gone, NotYours
from app.funds.models import PaymentOrder
from app.identity import policy
from app.identity import queries as identity
from app.registry import members as registry_members
from app.registry import operations as registry
from app.registry import queries as awards
from app.registry.models import Award, AwardPerson, HouseholdMember, Person
from app.takeover import operations, queries
from app.takeover.models import TakeoverPart
from tests.integration.takeover.conftest import BEGINNING
from tests.support.figures import put_in_force
from tests.support.takeover import (
    AWARDS,
    GRANT,
    ONCE,
    PAID,
    award,
    brought_in,
    households,
    month,
    proposed,
    tried,
    work,
    workbook,
)  # fmt: skip
from tests.support.worlds import RELIEF, VILLAGE, Office, id_number


def counts(office: Office) -> list[int | None]:
    tables = (Person, HouseholdMember, Award, AwardPerson, PaymentOrder, TakeoverPart)
    with office.database.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_awards_go_on_as_if_they_had_been_decided_here(office: Office) -> None:
    with office.database.write() as session:
        books.open_books(session, office.now)
    brought_in(office, workbook(households(2, months=("2020-01", "2020-12")) | {ONCE: [GRANT]}))
    with office.database.read() as session:
        (row,) = awards.search(session, [identity.region_by_code(session, VILLAGE, BEGINNING.date()).id], id_number(0))
        found = awards.award(session, row.id)
        assert (found.name, found.monthly, found.account) == ("王0", Decimal("490.00"), "6228480240001234568")
        assert {each.name for each in registry_members.members_of(session, row.id)} == {"王0", "李0"}
        assert verify(session, None, office.now).faults == [], "every sum has its witness"
    assert month(office, date(2020, 12, 15)) == [], "the old system paid it"
    assert month(office, date(2021, 1, 15)) == [(f"王{n}", "2021-01", Decimal("490.00")) for n in range(2)]
    with office.database.write() as session:
        put_in_force(session, "rural_dibao_standard_month", "220122", 400, now=office.now, valid_from=date(2020, 12, 1))
    work(office)
    paid = [
        (f"王{n}", *each) for n in range(2) for each in (("2021-02", Decimal("600.00")), ("arrears", Decimal("220.00")))
    ]
    office.clock.move_to(datetime(2021, 2, 3, 9, tzinfo=SHANGHAI))
    assert month(office, date(2021, 2, 15)) == paid, "the raise, with arrears for December and January"
    office.clock.move_to(datetime(2021, 4, 2, 9, tzinfo=SHANGHAI))
    with office.database.write() as session:
        nightly.run(session, office.now)
    work(office)
    with office.database.write() as session:
        assert session.scalar(select(func.count()).select_from(Case).where(Case.process_key == "recheck")) == 2
        chain = identity.chain_of_code(session, VILLAGE, BEGINNING.date())
        with pytest.raises(Duplicate, match="只能享受一次"):
            registry.claim_once(session, "uninsured_unemployed_relief", chain.province.id, RELIEF["id_number"],
                                "another", office.now)  # fmt: skip
        request = registry.AwardRequest(
            "x", "dibao", id_number(1), "李0", chain.nearest.id, Decimal(1), BEGINNING.date()
        )
        with pytest.raises(Duplicate, match="李0已随王0享受本项待遇"):
            registry.start_award(session, request, office.now)


def test_a_second_import_changes_nothing_and_a_corrected_one_only_what_was_not_gone_on_with(office: Office) -> None:
    first = households(3, months=("2020-01", "2020-12"))
    brought_in(office, workbook(first))
    before = counts(office)
    assert proposed(office, workbook(first)) is None
    renumbered = {title: [[row[0].replace("D", "X"), *row[1:]] for row in rows] for title, rows in first.items()}
    assert proposed(office, workbook(renumbered)) is None
    assert counts(office) == before
    first[PAID][1] = ["D0001", "2020-01", "2020-11", 490]
    first[AWARDS][1] = award(1, amount=500)
    made = tried(office, workbook(first))
    assert (made.new, made.same, len(made.lines)) == (0, 2, 1)
    assert made.changed == ["「救助待遇」第 3 行 王1：金额 490.00 → 500.00；已发放不同"]
    brought_in(office, workbook(first))
    assert month(office, date(2020, 12, 15)) == [("王1", "2020-12", Decimal("500.00"))]
    first[AWARDS][1] = award(1, amount=510)
    faults = tried(office, workbook(first)).findings.lines()
    assert faults == [
        "「救助待遇」第 3 行「编号」：这份待遇导入后已在本系统继续办理，不能再由导入更改（金额 500.00 → 510.00），"
        "请办理变更，或者从文件里删去这一行"
    ]


def test_a_second_person_confirms_and_neither_can_pay(office: Office) -> None:
    with office.database.read() as session:
        clerk, head, finance = (office.holder(session, each) for each in ("county_clerk", "county_head", "finance"))
        for actor in (finance, head, office.holder(session, "township_clerk")):
            with pytest.raises(NotYours):
                operations.plan(session, actor, [workbook(households(1))], office.now)
        assert not {actor.kind for actor in (clerk, head) if policy.may(actor, "pay")}
    takeover_id = proposed(office, workbook(households(1))) or ""
    with office.database.write() as session:
        both = replace(clerk, appointments=(*clerk.appointments, *head.appointments))
        with pytest.raises(NotYours, match="须由另一人确认"):
            operations.confirm(session, both, takeover_id, office.now)
        with pytest.raises(NotYours):
            operations.confirm(session, finance, takeover_id, office.now)
        operations.drop(session, clerk, takeover_id, office.now)
        with pytest.raises(Gone):
            operations.confirm(session, head, takeover_id, office.now)
    work(office)
    assert counts(office)[2:5] == [0, 0, 0]


def test_what_changed_since_it_was_compared_is_left_out_and_told(office: Office) -> None:
    takeover_id = proposed(office, workbook(households(2))) or ""
    with office.database.write() as session:
        village = identity.region_by_code(session, VILLAGE, BEGINNING.date())
        request = registry.AwardRequest(
            "x" * 32, "dibao", id_number(1), "李0", village.id, Decimal(1), date(2020, 5, 1)
        )
        registry.start_award(session, request, office.now)
        operations.confirm(session, office.holder(session, "county_head"), takeover_id, office.now)
    work(office)
    with office.database.read() as session:
        found = queries.details(session, office.holder(session, "county_clerk"), takeover_id)
    assert (found.row.written, found.row.done) == (1, 2)
    assert found.refused == [(2, "王0", "李0已享受本项待遇，一人不能重复享受")]
    assert month(office, date(2021, 1, 15)) == [("李0", "2021-01", Decimal(1)), ("王1", "2021-01", Decimal("490.00"))]
