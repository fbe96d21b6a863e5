"""Life of a 特困 award: re-check (E13), change of form and place (E8, E12), visits (E11), ending with 公示 (E14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from sqlalchemy import select

from app.cases import awards, handlers, operations, pages, places, queries
from app.cases.models import Case
from app.core.actor import APPLICANT, SYSTEM, Actor
from app.core.clock import MovableClock, local_date
from app.core.errors import Gone, Invalid, NotYours
from app.core.paths import BUNDLES
from app.documents import operations as documents
from app.documents import queries as document_rows
from app.documents.text import extract_text
from app.figures import queries as figures
from app.identity import appointed
from app.identity import operations as staff
from app.identity import queries as identity
from app.inbox import queries as inbox
from app.jobs.runner import Worker
from app.publicity import queries as notices
from app.registry import houses
from app.registry import operations as registry_commands
from app.registry import queries as registry
from app.scenarios.story import load_story
from app.scenarios.world import World, WorldTemplate
from tests.support.figures import put_in_force
from tests.support.played import award_left_by

ZONGYANG, JILIN = "tekun@340722", "tekun"


@dataclass
class Life:
    """A world in which somebody was admitted by a story of the bundle."""

    world: World
    county: str
    award_id: str

    @property
    def award(self) -> registry.AwardState:
        with self.world.database.read() as session:
            return registry.award(session, self.award_id)

    def begin(self, process: str, **data: Any) -> str:
        with self.world.database.write() as session:
            receipt = operations.start_award_case(session, SYSTEM, self.award_id, process, data, self.world.clock.now())
        return receipt.case_id

    def do(self, case_id: str, element: str, number: int = 0, key: str | None = None, **data: Any) -> str:
        """Complete the open task as the n-th person to whom it is addressed; the status of the case."""
        with self.world.database.write() as session:
            open_items = [item for item in inbox.items_of_case(session, case_id) if item.status == "open"]
            item = next(each for each in open_items if each.element_id == element and key in (None, each.item_key))
            actor = self._actor(session, item.candidate, number)
            done = operations.complete_task(session, actor, item.id, data, self.world.clock.now())
        assert done.incident is None
        return done.status

    def _actor(self, session: Any, candidate: str, number: int) -> Actor:
        on = local_date(self.world.clock.now())
        office = identity.office(session, candidate.partition("@")[2])
        staff.ensure_holders(session, office, self.world.clock.now())
        holder = appointed.holders(session, candidate, on)[number]
        actor = appointed.load_actor(session, holder.user_id, on)
        assert actor is not None
        return actor

    def open_tasks(self, case_id: str) -> list[tuple[str, str]]:
        with self.world.database.read() as session:
            assert [incident.message for incident in queries.incidents_of(session, case_id)] == []
            items = inbox.items_of_case(session, case_id)
            return sorted((i.element_id, i.position) for i in items if i.status == "open" and i.kind == "task")

    def form_of(self, case_id: str, element: str) -> str:
        """What the page of an open task asks and shows."""
        with self.world.database.write() as session:
            open_items = [item for item in inbox.items_of_case(session, case_id) if item.status == "open"]
            item = next(each for each in open_items if each.element_id == element)
            actor = self._actor(session, item.candidate, 0)
            page = pages.task_page(session, actor, item.id, self.world.clock.now())
            return str(page.form.render({}, context=page.context))

    def offer_places(self) -> None:
        """What happens every night, and the jobs that follow."""
        with self.world.database.write() as session:
            places.offer_free_places(session, self.world.clock.now())
        self.pass_days(0)

    def cases(self, *processes: str) -> list[str]:
        """The award's cases of these processes."""
        with self.world.database.read() as session:
            mine = (Case.award_id == self.award_id) & Case.process_key.in_(processes)
            return list(session.scalars(select(Case.id).where(mine).order_by(Case.id)))

    def letter(self, case_id: str, template: str) -> str:
        with self.world.database.write() as session:
            rows = [row for row in document_rows.documents_of(session, case_id) if row.template == template]
            return extract_text(documents.issue(session, rows[-1].id).content)

    def beds(self, name: str, beds: int) -> None:
        with self.world.database.write() as session:
            county = identity.region_by_code(session, self.county, local_date(self.world.clock.now()))
            registry_commands.register_institution(
                session, name=name, county_id=county.id, beds=beds, now=self.world.clock.now()
            )

    def free(self, name: str) -> int | None:
        with self.world.database.read() as session:
            county = identity.region_by_code(session, self.county, local_date(self.world.clock.now()))
            found = houses.institution_named(session, county.id, name)
            assert found is not None
            return found.free

    def pass_days(self, days: int) -> None:
        self.world.clock.move_to(self.world.clock.now() + timedelta(days=days))
        while Worker(self.world.database, self.world.clock, handlers.HANDLERS).run_once():
            pass

    def move_to_institution(self, name: str, self_care: str = "full") -> str:
        case_id = self.begin("change")
        self.do(case_id, "care_assessment", self_care=self_care, opinion="要求集中供养")
        self.do(case_id, "placement", form="institution", institution=name)
        self.do(case_id, "change_decision", approved=True)
        for signer in ("person", "institution", "county", "township"):
            status = self.do(case_id, "sign_agreement", key=signer, signer=signer)
        assert status == "approved"
        return case_id


_story = cache(load_story)


@pytest.fixture(params=[ZONGYANG, JILIN])
def life(request: pytest.FixtureRequest, sqlite_worlds: WorldTemplate) -> Iterator[Life]:
    story = _story(BUNDLES / request.param / "scenarios" / "home-care-three-parties.yaml")
    world = sqlite_worlds.open(MovableClock(story.clock))
    award_id = award_left_by(world, story)
    yield Life(world, story.region[:6], award_id)
    world.discard()


@pytest.mark.parametrize("life", [ZONGYANG], indirect=True)
def test_approval_is_announced_in_the_village_and_comes_down_by_itself(life: Life) -> None:
    with life.world.database.read() as session:
        (case_id,) = life.cases("main")
        (shown,) = [each for each in notices.notices_of(session, case_id) if each.kind == "decision"]
        assert (shown.status, shown.until_on - shown.posted_on) == ("posted", timedelta(days=7))
        notice_id = shown.id
        assert notice_id in {each.id for each in notices.board(session)}
    with pytest.raises(Gone), life.world.database.write() as session:
        operations.object_to(session, APPLICANT, case_id, {"reason": "家中有车"}, life.world.clock.now())
    life.pass_days(8)
    with life.world.database.read() as session:
        assert notices.notice(session, notice_id).status == "completed"


def test_recheck_comes_every_year_in_zongyang_and_before_july_in_jilin(life: Life) -> None:
    before = life.award
    assert before.recheck_on == (date(2020, 5, 29) if life.county == "340722" else date(2021, 6, 30))
    life.pass_days(80)
    case_id = life.begin("recheck")
    life.do(case_id, "recheck_investigation", means=["household_visit"], result="continue")
    life.do(case_id, "recheck_confirmation", approved=False, opinion="请补充邻里访问")
    life.do(case_id, "recheck_investigation", means=["household_visit", "neighbours"], result="continue")
    assert life.do(case_id, "recheck_confirmation", approved=True) == "ended"
    assert life.award.recheck_on == (date(2020, 8, 17) if life.county == "340722" else date(2022, 6, 30))
    assert life.award.monthly == before.monthly
    assert "待遇不变" in life.letter(case_id, "recheck_notice")


def test_moving_into_an_institution_takes_a_place_and_a_new_agreement(life: Life) -> None:
    life.beds("县中心敬老院", 1)
    case_id = life.move_to_institution("县中心敬老院")
    assert life.free("县中心敬老院") == 0
    expected = Decimal("577.00") if life.county == "340722" else Decimal("840.00")
    assert (life.award.monthly, life.award.facts["form"]) == (expected, "institution")
    assert "县中心敬老院" in life.letter(case_id, "institution_care_agreement")
    assert str(expected) in life.letter(case_id, "recheck_notice")
    life.move_to_institution("县第二敬老院")
    assert life.free("县中心敬老院") == 1


def test_who_waits_is_offered_the_free_place(life: Life) -> None:
    case_id = life.begin("change")
    life.do(case_id, "care_assessment", self_care="full", opinion="要求集中供养")
    life.do(case_id, "placement", form="home", caregiver="陈小妹", wait=True, urgent=True)
    life.do(case_id, "change_decision", approved=True)
    for signer in ("person", "caregiver", "township"):
        life.do(case_id, "sign_agreement", key=signer, signer=signer)
    since = local_date(life.world.clock.now())
    assert (life.award.place_rank, life.award.wants_place_on) == (3, since)
    life.offer_places()
    assert life.cases("change") == [case_id]
    life.beds("县中心敬老院", 1)
    life.beds("住满的敬老院", 0)
    shown = life.form_of(case_id, "city_allocation")
    assert "<td>县中心敬老院</td>" in shown
    assert "1 张" in shown
    assert "住满的敬老院" not in shown
    life.offer_places()
    life.offer_places()
    (_, offer) = life.cases("change")
    with life.world.database.read() as session:
        (copy,) = [item for item in inbox.items_of_case(session, offer) if item.kind == "copy"]
    assert "轮候" in copy.title
    life.do(offer, "care_assessment", self_care="full", opinion="愿意入住")
    life.do(offer, "placement", form="institution", institution="县中心敬老院")
    life.do(offer, "change_decision", approved=True)
    for signer in ("person", "institution", "county", "township"):
        life.do(offer, "sign_agreement", key=signer, signer=signer)
    assert (life.award.place_rank, life.free("县中心敬老院")) == (None, 0)
    assert life.open_tasks(case_id) == [("city_allocation", "city_clerk")]
    life.pass_days(1)
    assert life.open_tasks(case_id) == [], "nobody waits for the city any more"


def test_a_raised_standard_reaches_the_award_by_itself_and_nothing_is_signed_again(life: Life) -> None:
    before, now = life.award, life.world.clock.now()
    with life.world.database.write() as session:
        chain = identity.chain(session, before.region_id)
        paid = figures.in_force(session, chain.ids, local_date(now))["tekun_basic_home_month"].value
        put_in_force(session, "tekun_basic_home_month", life.county, paid + 100, now=now, valid_from=local_date(now))
    life.pass_days(0)
    assert life.cases("adjustment") == [], "a raise leaves no case of its own"
    kept = {"basic_living_month": paid + 100}
    assert life.award == replace(before, monthly=before.monthly + 100, facts={**before.facts, **kept})
    assert f"{before.monthly + 100:f}" in life.letter(before.case_id or "", "recheck_notice")


def test_change_that_the_county_declines_leaves_the_award(life: Life) -> None:
    before = life.award
    case_id = life.begin("change")
    life.do(case_id, "care_assessment", self_care="full", opinion="要求换人照料")
    life.do(case_id, "placement", form="home", caregiver="陈小弟")
    assert life.do(case_id, "change_decision", approved=False, opinion="评定依据不足") == "refused"
    assert life.award == before
    assert "评定依据不足" in life.letter(case_id, "recheck_notice")


def test_problem_found_by_a_visit_is_followed_until_it_is_solved(life: Life) -> None:
    case_id = life.begin("visit")
    assert life.open_tasks(case_id) == [("visit_report", "village_cadre")]
    report = {"visited_on": local_date(life.world.clock.now()).isoformat(), "condition": "屋顶漏雨"}
    life.do(case_id, "visit_report", **report, problem_found=True, problem="屋顶漏雨", wants_institution=True)
    life.do(case_id, "follow_up", solved=False, measures="已联系施工")
    assert life.open_tasks(case_id) == [("follow_up", "township_clerk")]
    assert life.do(case_id, "follow_up", solved=True, measures="已修好") == "ended"
    assert life.award.facts["wants_institution"] is True
    assert life.award.facts["caregiver"] == "陈小妹"
    life.pass_days(1)
    (begun,) = life.cases("change")
    assert life.open_tasks(begun) == [("care_assessment", "township_clerk")]


def test_a_visit_begins_by_itself_when_it_is_due_and_sets_the_next_day(life: Life) -> None:
    due = life.award.visit_on
    assert due is not None
    for days, begun in ((0, 0), ((due - local_date(life.world.clock.now())).days, 1), (1, 1)):
        life.pass_days(days)
        with life.world.database.write() as session:
            awards.launch_visits(session, life.world.clock.now())
        life.pass_days(0)
        assert len(life.cases("visit")) == begun
    (visit,) = life.cases("visit")
    on = local_date(life.world.clock.now())
    life.do(
        visit, "visit_report", visited_on=on.isoformat(), condition="好", problem_found=False, wants_institution=False
    )
    assert life.award.visit_on > on
    life.move_to_institution("县中心敬老院")
    assert life.award.visit_on is None


@pytest.mark.parametrize(("result", "task"), [("change", "care_assessment"), ("end", "ending_report")])
def test_what_a_recheck_finds_begins_by_itself_and_once(life: Life, result: str, task: str) -> None:
    for _ in range(2):
        case_id = life.begin("recheck")
        life.do(case_id, "recheck_investigation", means=["household_visit"], result=result, opinion="情况有变化")
        life.do(case_id, "recheck_confirmation", approved=True)
    life.pass_days(1)
    (begun,) = life.cases("change", "ending")
    assert life.open_tasks(begun) == [(task, "township_clerk")]


def test_a_process_that_cannot_begin_is_told_to_the_township(life: Life) -> None:
    case_id = life.begin("visit")
    on = local_date(life.world.clock.now()).isoformat()
    life.do(case_id, "visit_report", visited_on=on, condition="好", problem_found=False, wants_institution=True)
    with life.world.database.write() as session:
        operations.tell_unstarted(session, case_id, "change", "找不到机构", life.world.clock.now())
    with life.world.database.read() as session:
        (copy,) = [item for item in inbox.items_of_case(session, case_id) if item.kind == "copy"]
    assert (copy.position, copy.status) == ("township_clerk", "open")
    assert "找不到机构" in copy.title


def test_ending_is_reported_examined_approved_and_publicised(life: Life) -> None:
    case_id = life.begin("ending")
    life.do(case_id, "ending_report", reported_by="village", cause="able", opinion="已恢复劳动能力")
    life.do(case_id, "ending_examination", confirmed=True)
    status = life.do(case_id, "ending_approval", approved=True)
    assert (status, life.award.status) == ("in_progress", "ended")
    assert "恢复劳动能力" in life.letter(case_id, "ending_notice")
    with life.world.database.read() as session:
        assert [row[0] for row in notices.periods_of(session, case_id)] == ["ending"]
    life.pass_days(8)
    with life.world.database.read() as session:
        assert queries.head(session, case_id).status == "ended"


def test_objection_to_an_ending_is_looked_into(life: Life) -> None:
    case_id = life.begin("ending")
    life.do(case_id, "ending_report", reported_by="village", cause="supported", opinion="侄子照料")
    life.do(case_id, "ending_examination", confirmed=True)
    life.do(case_id, "ending_approval", approved=True)
    with life.world.database.write() as session:
        now = life.world.clock.now()
        operations.object_to(session, APPLICANT, case_id, {"reason": "侄子不是法定义务人"}, now)
    assert life.open_tasks(case_id) == [("objection_review", "township_clerk")]
    assert life.do(case_id, "objection_review", upheld=True) == "ended"


def test_institution_reports_the_ending_of_its_resident(life: Life) -> None:
    life.beds("县中心敬老院", 2)
    life.move_to_institution("县中心敬老院")
    case_id = life.begin("ending")
    assert life.open_tasks(case_id) == [("ending_report", "institution")]
    told = {"reported_by": "institution", "cause": "died", "opinion": "因病去世"}
    today = local_date(life.world.clock.now())
    with pytest.raises(Invalid, match="死亡日期"):
        life.do(case_id, "ending_report", **told, happened_on=today + timedelta(days=1))
    life.do(case_id, "ending_report", **told, happened_on=today)
    life.do(case_id, "ending_examination", confirmed=True)
    life.do(case_id, "ending_approval", approved=True)
    assert life.award.ended_on == (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    assert "的家属：" in life.letter(case_id, "ending_notice")
    assert (life.award.status, life.free("县中心敬老院")) == ("ended", 2)


def test_ending_that_is_not_approved_goes_on_paying(life: Life) -> None:
    case_id = life.begin("ending", reported_by="recheck")
    life.do(case_id, "ending_report", reported_by="recheck", cause="other", opinion="复核发现")
    with pytest.raises(NotYours):
        life.do(case_id, "ending_examination", confirmed=True)
    life.do(case_id, "ending_examination", number=1, confirmed=True)
    assert life.do(case_id, "ending_approval", approved=False, opinion="仍符合条件") == "refused"
    assert life.award.status == "in_payment"
