"""Every effect: a return to a step before it leaves the world as it was, one to a step after it touches nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app import calendar, engine
from app.cases import effects, reversal, store, waits
from app.cases.action import Action
from app.cases.models import Awaited, Case, Owed
from app.core.actor import SYSTEM
from app.core.errors import Gone
from app.core.ids import new_id
from app.documents import queries as documents
from app.funds.models import PaymentOrder
from app.goods import operations as goods
from app.goods.models import GoodsStock
from app.inbox.models import WorkItem
from app.jobs.models import Job
from app.publicity import operations as publicity
from app.publicity import queries as notices
from app.registry import house_accounts
from app.registry import operations as registry
from app.registry.models import (
    Award,
    AwardRole,
    Consent,
    HouseholdMember,
    Institution,
    InstitutionRating,
    OnceClaim,
    Person,
    PlaceInLine,
)
from tests.support.worlds import RELIEF, Office, id_number

EARLIER, ITS_STEP, LATER = 90, 100, 110
AWARD = {"monthly": Decimal(100), "facts": {"people": 1}}


def _perform(action: Action, topic: str, seq: int, **inputs: Any) -> None:
    """An effect as a diagram would ask for it, in the action of an audit number."""
    action.case.audit_seq = seq - 1
    element = next(iter(action.diagram.human_tasks))
    action.perform(engine.Effect(element, topic, inputs, f"{topic}{seq}", action.variables))
    reversal.write_planned(action)
    action.session.flush()


def _house(action: Action, seq: int, beds: int = 1) -> str:
    _perform(action, "register_institution", seq, name="农安镇敬老院")
    house = action.session.scalars(select(Institution)).one()
    house.beds = house.free = beds
    action.session.flush()
    return house.id


def _stocked(action: Action) -> None:
    store = action.chain.township
    assert store is not None
    goods.receive(action.session, SYSTEM, store.id, "棉被", "床", 2, "县级调拨", action.now)


def _with_account(action: Action) -> None:
    house_accounts.establish(action.session, _house(action, EARLIER), "6217000011112222", action.now)


def _started(action: Action) -> None:
    _perform(action, "award_start", EARLIER, institution_id=_house(action, EARLIER), **AWARD)


def _interrupted(action: Action) -> None:
    _perform(action, "publicity", EARLIER, summary="拟救助")
    notice = notices.standing(action.session, action.case.id)
    assert notice is not None
    publicity.object_to(action.session, notice, {"reason": "有车"}, action.now)
    waits.take_back(action)


def _owed(action: Action) -> None:
    _perform(action, "owed", EARLIER, items=[{"key": "seal", "title": "盖章"}])


def _paused(action: Action) -> None:
    _perform(action, "pause_clock", EARLIER, reason="等待补正材料")


def _running(action: Action) -> None:
    """What an earlier case of this process began on the award waits for people."""
    _started(action)
    session, mine = action.session, action.case
    case = session.execute(select(Case.__table__).where(Case.id == mine.id)).one()._asdict()
    work = session.execute(select(WorkItem.__table__).where(WorkItem.case_id == mine.id).limit(1)).one()._asdict()
    begun = {"id": new_id(), "number": new_id(), "award_id": mine.award_id, "begun_by": mine.id, "begun_seq": 1}
    session.execute(update(Case).where(Case.id == mine.id).values(award_id=mine.award_id))
    session.execute(insert(Case).values({**case, **begun}))
    session.execute(insert(WorkItem).values({**work, "id": new_id(), "case_id": begun["id"]}))


def _agreed(action: Action) -> None:
    _started(action)
    _perform(action, "record_consent", EARLIER, scope="land_income", form="书面同意", by="本人")


def _guardian(n: int) -> dict[str, str]:
    return {"role": "guardian", "id_number": id_number(n), "name": f"监护人{n}"}


def _guarded(action: Action) -> None:
    """The award has a guardian since an earlier step of the same day."""
    _started(action)
    _perform(action, "award_change", EARLIER, roles=[_guardian(1)])


LATER_JOBS = ("document.issue", "case.ask", "award.change")
"""Jobs that look for themselves whether there is still anything to do; the last one is begun by taking back."""
Prepare = Callable[[Action], None]
CASES: dict[str, tuple[str, Prepare | None, dict[str, Any]]] = {
    "payment": ("payment", None, {"amount": Decimal(800)}),
    "payment to an institution": ("payment", _with_account, {"amount": Decimal(800), "institution": "农安镇敬老院"}),
    "award_start": ("award_start", lambda action: _house(action, EARLIER) and None, AWARD),
    "award_change": ("award_change", _started, {"monthly": Decimal(200), "institution_id": None, "place_rank": 2,
                                                "facts": {"people": 2}}),
    "award_change of a guardian": ("award_change", _guarded,
                                   {"roles": [_guardian(2)], "account": "6228480240001234576"}),
    "award_end": ("award_end", _started, {"reason": "已就业"}),
    "record_death": ("record_death", _started, {"id_number": RELIEF["id_number"]}),
    "register_institution": ("register_institution", None, {"name": "合隆镇敬老院"}),
    "rate_institution": ("rate_institution", lambda action: _house(action, EARLIER) and None, {"stars": Decimal(2)}),
    "hand_out": ("hand_out", _stocked, {"goods": [{"name": "棉被", "quantity": Decimal(2)}]}),
    "record_consent": ("record_consent", _started, {"scope": "land_income", "form": "书面同意"}),
    "withdraw_consent": ("withdraw_consent", _agreed, {"scope": "land_income"}),
    "join_line": ("join_line", None, {"rank": 2}),
    "owed": ("owed", None, {"items": [{"key": "seal", "title": "盖章"}]}),
    "settle_owed": ("settle_owed", _owed, {"items": ["seal"]}),
    "pause_clock": ("pause_clock", None, {"reason": "公示"}),
    "resume_clock": ("resume_clock", _paused, {}),
    "draw_sample": ("draw_sample", None, {"rate": Decimal("0.5")}),
    "publicity": ("publicity", None, {"summary": "拟救助"}),
    "publicity goes on": ("publicity", _interrupted, {"summary": "拟救助"}),
    "take_down": ("take_down", _interrupted, {}),
    "announce": ("announce", None, {"summary": "已批准"}),
    "ask": ("ask", None, {"department": "vehicles", "authorised": True}),
    "notify": ("notify", None, {"text": "请领取"}),
    "notify a position": ("notify", None, {"text": "请协助", "to": "township_clerk"}),
    "start_process": ("start_process", None, {"process": "main"}),
    "stop_process": ("stop_process", _running, {"process": "main", "reason": "仍符合条件"}),
    "document": ("document", None, {"template": "refusal_notice", "reasons": [{"text": "查明不实", "clause": "A4"}],
                                    "opinion": "查明不实"}),
}  # fmt: skip


def _world(session: Session, case_id: str) -> dict[str, Any]:
    """What somebody could see of the case in the world: what is gone or taken back does not count."""

    def rows(*columns: Any, where: Any = True) -> list[Any]:
        return sorted(session.execute(select(*columns).where(where)).all(), key=repr)

    standing = HouseholdMember.valid_until.is_(None)
    return {
        "orders": rows(PaymentOrder.amount, PaymentOrder.status, where=PaymentOrder.status != "cancelled"),
        "claims": rows(OnceClaim.case_id),
        "line": rows(PlaceInLine.rank, PlaceInLine.number, where=PlaceInLine.state == "waits"),
        "awards": rows(Award.amount, Award.status, Award.recheck_on, Award.visit_on, Award.ended_on,
                       Award.institution_id, Award.place_rank, Award.wants_place_on, where=Award.status != "withdrawn"),
        "roles": rows(AwardRole.role, AwardRole.person_id, where=AwardRole.valid_until.is_(None)),
        "deaths": rows(Person.died_on, where=Person.died_on.is_not(None)),
        "homes": rows(HouseholdMember.person_id, HouseholdMember.household_id, where=standing),
        "houses": rows(Institution.name, Institution.free, where=Institution.withdrawn_at.is_(None)),
        "goods": rows(GoodsStock.name, GoodsStock.on_hand),
        "stars": rows(InstitutionRating.stars, where=InstitutionRating.withdrawn_at.is_(None)),
        "consents": rows(Consent.scope, Consent.withdrawn_on, where=Consent.taken_back_at.is_(None)),
        "owed": rows(Owed.key, Owed.settled_at),
        "clocks": [(each.key, each.status, each.due_on) for each in calendar.clocks_of(session, case_id)],
        "notices": [(each.kind, each.status, each.days_left) for each in notices.notices_of(session, case_id)
                    if each.status != "taken_down" or each.moved_seq],
        "waits": rows(Awaited.wait_id, Awaited.status, where=Awaited.status == "waiting"),
        "copies": rows(WorkItem.title, WorkItem.status, where=(WorkItem.kind == "copy") & (WorkItem.status == "open")),
        "jobs": rows(Job.kind, Job.due, where=(Job.state == "ready") & Job.kind.not_in(LATER_JOBS)),
        "letters": [(each.template, each.voided_at) for each in documents.documents_of(session, case_id)
                    if each.voided_at is None and each.template != "void_notice"],
        "award": session.scalar(select(Case.award_id).where(Case.id == case_id)),
    }  # fmt: skip


def _open(office: Office, session: Session, case_id: str) -> Action:
    return store.lock(session, office.holder(session, "township_head"), case_id, office.now)


@pytest.fixture
def case_id(office: Office) -> str:
    return office.apply("uninsured_unemployed_relief", RELIEF).case_id


def test_every_effect_is_played_here() -> None:
    assert {topic for topic, _, _ in CASES.values()} == set(effects.EFFECTS)


@pytest.mark.parametrize("name", CASES)
def test_a_return_before_the_effect_undoes_it_and_one_after_it_does_not(
    office: Office, case_id: str, name: str
) -> None:
    topic, prepare, inputs = CASES[name]
    if topic == "record_death":
        inputs = {**inputs, "on": office.now.date()}
    if topic == "ask":
        inputs = {**inputs, "until": office.now.date() + timedelta(days=5)}
    with office.database.write() as session:
        action = _open(office, session, case_id)
        if prepare:
            prepare(action)
        if topic == "rate_institution":
            inputs = {**inputs, "institution_id": session.scalars(select(Institution.id)).one()}
        before, award = _world(session, case_id), action.case.award_id
        _perform(action, topic, ITS_STEP, **inputs)
        done = _world(session, case_id)
        assert done != before or topic == "draw_sample"
        action.case.audit_seq = LATER
        reversal.reverse(action, LATER, "退回重办")
        reversal.write_planned(action)
        assert _world(session, case_id) == done
        reversal.reverse(action, ITS_STEP, "退回重办")
        reversal.write_planned(action)
        session.flush()
        assert _world(session, case_id) == before
        assert action.case.award_id == award


def test_who_was_paid_stays_known_and_cannot_claim_again(office: Office, case_id: str) -> None:
    with office.database.write() as session:
        action = _open(office, session, case_id)
        _perform(action, "payment", ITS_STEP, amount=Decimal(800))
        session.execute(PaymentOrder.__table__.update().values(status="paid"))
        paid = _world(session, case_id)
        reversal.reverse(action, LATER, "退回重办")
        assert _world(session, case_id) == paid
        with pytest.raises(Gone, match="已有款项发放"):
            reversal.reverse(action, ITS_STEP, "退回重办")


def test_an_award_that_another_case_changed_meanwhile_is_not_overwritten(office: Office, case_id: str) -> None:
    with office.database.write() as session:
        action = _open(office, session, case_id)
        _started(action)
        _perform(action, "award_change", ITS_STEP, monthly=Decimal(200))
        registry.change_award(
            session, action.case.award_id or "", now=office.now, monthly=Decimal(300), case_id="other", case_seq=1
        )
        with pytest.raises(Gone, match="另一案件"):
            reversal.reverse(action, ITS_STEP, "退回重办")


def test_a_letter_stays_valid_where_its_contract_says_so(office: Office, case_id: str) -> None:
    with office.database.write() as session:
        action = _open(office, session, case_id)
        _perform(action, "document", ITS_STEP, template="missing_materials_notice", missing=["身份证"])
        _perform(action, "document", ITS_STEP, template="refusal_notice", opinion="查明不实", clause="A4")
        for _ in range(2):
            reversal.reverse(action, ITS_STEP, "退回重办")
            reversal.write_planned(action)
        letters = documents.documents_of(session, case_id)
        assert [row.template for row in letters if row.voided_at] == ["refusal_notice"]
        assert [row.template for row in letters].count("void_notice") == 1
