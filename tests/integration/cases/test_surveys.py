"""A survey looks at everybody in jobs: no request grows with the awards, and its result says of what it is (D15)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.cases import published, surveys
from app.cases.published import Comparer
from app.core.actor import SYSTEM
from app.core.errors import NotYours
from app.figures import operations as figures
from app.identity import queries as identity
from app.jobs import BULK
from app.jobs.runner import Worker
from tests.support.figures import put_in_force
from tests.support.raises import PEOPLE, award, month, settled, work
from tests.support.statements import counted
from tests.support.worlds import Office, id_number


@pytest.fixture
def office(office: Office) -> Office:
    return settled(office)


def entered(office: Office, value: int = 450) -> str:
    """A standard that waits for a second person."""
    with office.database.write() as session:
        owner = office.holder(session, "policy_owner")
        return figures.propose(
            session, owner, "rural_dibao_standard_month", "220122", value, valid_from=date(2021, 4, 1), reason="提标",
            now=office.now,
        ).id  # fmt: skip


def changed(office: Office, value: int) -> None:
    """Any other figure."""
    with office.database.write() as session:
        put_in_force(session, "publicity_days", "220122", value, now=office.now, valid_from=office.now.date())


def begin(office: Office, figure_id: str) -> None:
    with office.database.write() as session:
        surveys.begin_preview(session, SYSTEM, figure_id, office.now)


def half_way(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker goes down on the second page of one award; half a minute later it may go on."""
    look, left = Comparer.differences, [2]

    def goes_down(self: Comparer, awards: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise RuntimeError("the power went out")
        return look(self, awards)

    monkeypatch.setattr(surveys, "PART", 1)
    monkeypatch.setattr(Comparer, "differences", goes_down)
    work(office)
    office.clock.move_to(office.now + timedelta(minutes=2))


def told(office: Office, figure_id: str) -> surveys.Told:
    with office.database.read() as session:
        found = surveys.of_figure(session, figure_id)
    assert found is not None
    return found


def test_a_preview_in_jobs_finds_what_a_preview_at_once_finds(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    award(office, PEOPLE[0]), award(office, PEOPLE[1], PEOPLE[2])
    month(office, 4)
    figure_id = entered(office)
    begin(office, figure_id)
    half_way(office, monkeypatch)
    half = told(office, figure_id)
    assert (half.looked, half.awards, half.is_done) == (1, 2, False)
    work(office)
    whole = told(office, figure_id)
    with office.database.read() as session:
        at_once = published.preview(session, SYSTEM, figure_id, office.now)
        rows = surveys.findings(session, whole.id, limit=10, names=True)
        nameless = surveys.findings(session, whole.id, after=rows[0].award_id, limit=10, names=False)
    assert rows == at_once.differences
    assert [each.name for each in nameless] == [None]
    got = whole
    assert (got.awards, got.changed, got.monthly, got.arrears) == (2, 2, Decimal("150.00"), Decimal("150.00"))
    assert (whole.is_done, whole.is_stale) == (True, False)


def test_a_result_is_of_its_figures(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    award(office, PEOPLE[0]), award(office, PEOPLE[1])
    figure_id = entered(office)
    begin(office, figure_id)
    half_way(office, monkeypatch)
    changed(office, 8)  # on the way: it begins anew
    work(office)
    whole = told(office, figure_id)
    assert (whole.looked, whole.monthly, whole.is_stale) == (2, Decimal("100.00"), False)
    changed(office, 9)
    assert told(office, figure_id).is_stale


def test_published_is_applied_or_who_is_paid_otherwise(office: Office) -> None:
    award(office, PEOPLE[0])
    with office.database.write() as session:
        county = identity.region_by_code(session, "220122", office.now.date()).id
        with pytest.raises(NotYours):
            surveys.begin_applied(session, office.holder(session, "policy_owner"), "dibao", county, office.now)
        surveys.begin_applied(session, office.holder(session, "county_clerk"), "dibao", county, office.now)
    work(office)
    with office.database.read() as session:
        same = surveys.of_programme(session, "dibao", county)
        assert same is not None
        assert (same.awards, same.changed) == (1, 0)
    figure_id = entered(office)
    with office.database.write() as session:
        second = office.holder(session, "policy_owner", 1)
        figures.confirm(session, second, figure_id, now=office.now)
        surveys.begin_applied(session, office.holder(session, "county_clerk"), "dibao", county, office.now)
    while Worker(office.database, office.clock, surveys.HANDLERS, priorities=(BULK,)).run_once():
        pass
    with office.database.read() as session:
        other = surveys.of_programme(session, "dibao", county)
        assert other is not None
        (found,) = surveys.findings(session, other.id, limit=10, names=True)
    assert (found.name, found.paid, found.to) == ("周海", Decimal("200.00"), Decimal("250.00"))


def test_no_request_grows_with_the_awards(office: Office) -> None:
    def requests(figure_id: str) -> list[int]:
        with office.database.write() as session, counted(session) as begun:
            surveys.begin_preview(session, SYSTEM, figure_id, office.now)
        work(office)
        with office.database.read() as session, counted(session) as shown:
            found = surveys.of_figure(session, figure_id)
            assert found is not None
            surveys.findings(session, found.id, limit=2, names=True)
        return [len(begun), len(shown)]

    award(office, PEOPLE[0])
    figure_id = entered(office)
    requests(figure_id)
    few = requests(figure_id)
    for place in range(1, 30):
        award(office, (f"张{place}", id_number(place)))
    assert requests(figure_id) == few
    assert few <= [20, 3]
    assert few[1] <= 3
