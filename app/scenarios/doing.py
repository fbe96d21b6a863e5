"""What a step does, each by the operation behind the button that people press for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases import operations, store, waits
from app.cases import queries as cases
from app.cases.operations.reopen import steps
from app.core.actor import APPLICANT, Actor
from app.core.errors import Gone, Invalid
from app.definitions import queries as definitions
from app.funds import batches, claim_lists, claims, listing, returns
from app.funds import story as funds
from app.identity import queries as identity
from app.inbox import queries as inbox
from app.registry import house_accounts
from app.registry import queries as awards
from app.registry import story as registry
from app.scenarios import acting, figures, goods, money
from app.scenarios.figures import COUNTY_DIGITS
from app.scenarios.story import Step, Story


@dataclass(frozen=True, slots=True)
class Scene:
    """A step about to be done. `case_id` is the case that it is about (None: none was opened)."""

    session: Session
    story: Story
    step: Step
    case_id: str | None
    now: datetime
    labelled: frozenset[str] = frozenset()

    @property
    def case(self) -> str:
        """Raises Gone."""
        if self.case_id is None:
            raise Gone("还没有受理任何申请")
        return self.case_id

    @property
    def region(self) -> str:
        """Code of the region of the case; of the step or story where there is none."""
        if self.step.region or self.case_id is None:
            return self.step.region or self.story.region
        return identity.region(self.session, cases.head(self.session, self.case_id).region_id).code

    @property
    def county(self) -> str:
        return (self.step.region or self.story.region)[:COUNTY_DIGITS]

    @property
    def reason(self) -> str:
        said = self.step.data.get("reason", self.step.data.get("opinion", "故事中未写明理由"))
        return "" if said is None else str(said)

    def actors(self, region: str | None = None) -> list[Actor]:
        return acting.actors(self.session, self.step, region or self.region, self.case_id, self.now)

    def actor(self, region: str | None = None) -> Actor:
        return self.actors(region)[0]


def do(scene: Scene) -> str | None:
    """Do the step; the id of the case that it opened, if it did. Raises what the operation raises."""
    act = ACTS.get(scene.step.do)
    if act is not None:
        return act(scene)
    for wait in waits.open_of(scene.session, scene.case):
        if wait.element_id == scene.step.do:
            operations.answer(scene.session, scene.actor(), wait.id, scene.step.data, scene.now)
            return None
    _complete(scene)
    return None


def _complete(scene: Scene) -> None:
    items = [item for item in inbox.items_of_case(scene.session, scene.case) if item.element_id == scene.step.do]
    if not items:
        raise Gone(f"没有待办的环节 {scene.step.do}")
    actors = scene.actors()
    item = acting.chosen(items, scene.step, actors[0])
    actor = acting.able(scene.session, item, actors, scene.now)
    operations.complete_task(scene.session, actor, item.id, scene.step.data, scene.now)


def _apply(scene: Scene) -> str:
    region = scene.step.region or scene.story.region
    programme = scene.step.programme or scene.story.programme
    return operations.apply(scene.session, scene.actor(region), programme, region, scene.step.data, scene.now).case_id


def _start(scene: Scene) -> str:
    """A process on an award; where the system began it already, that case is meant."""
    data = dict(scene.step.data)
    process, named = str(data.pop("process", "") or ""), data.pop("award", None)
    award_id = _award(scene, named)
    state = awards.award(scene.session, award_id)
    actor = scene.actor(identity.region(scene.session, state.region_id).code)
    running = cases.running_on(scene.session, award_id, process)
    if running and running not in scene.labelled:
        return running
    return operations.start_award_case(scene.session, actor, award_id, process, data, scene.now).case_id


def _award(scene: Scene, named: Any) -> str:
    if named is not None:
        if not isinstance(named, dict):
            raise Invalid({"award": "应写作 {programme, id_number}"})
        programme, number = named.get("programme", scene.story.programme), str(named.get("id_number") or "")
        found = registry.award_of(scene.session, str(programme), number)
    else:
        found = cases.head(scene.session, scene.case).award_id
    if found is None:
        raise Gone("没有这项在保待遇，不能启动流程")
    return found


def _object(scene: Scene) -> None:
    operations.object_to(scene.session, APPLICANT, scene.case, {"reason": scene.reason, **scene.step.data}, scene.now)


def _return(scene: Scene) -> None:
    target = str(scene.step.data.get("to") or "")
    try:
        operations.return_case(scene.session, scene.actor(), scene.case, target, scene.reason, scene.now)
    except Invalid as wrong:
        named = {"element_id": "to"}
        raise Invalid({named.get(field, field): text for field, text in wrong.fields.items()}) from wrong


def _reopen(scene: Scene) -> None:
    """Back to the decision, or to the step that the story names."""
    actor = scene.actor()
    action = store.look(scene.session, actor, scene.case, scene.now)
    target = str(scene.step.data.get("to") or next((step.id for step in steps(action)), ""))
    operations.reopen(scene.session, actor, scene.case, target, scene.reason, scene.now)


def _correct(scene: Scene) -> None:
    changes = {name: value for name, value in scene.step.data.items() if name != "reason"}
    operations.correct(scene.session, scene.actor(), scene.case, changes, scene.reason, scene.now)


def _figure(scene: Scene) -> None:
    code = figures.region_of(scene.step.data, scene.story.region)
    figures.enter(scene.session, scene.actors(code), scene.step.data, code, scene.now)


def _month(scene: Scene) -> None:
    county = str(scene.step.data.get("region") or scene.county)
    _batch(scene, money.month_spec(scene.step.data, county, _programmes(scene)))


def _quota(scene: Scene) -> None:
    """The subsidies of institutions for a month."""
    county = str(scene.step.data.get("region") or scene.county)
    _batch(scene, money.quota_spec(scene.step.data, county, scene.story.programme))


def _grant(scene: Scene) -> None:
    _batch(scene, money.grant_spec(scene.step.data, scene.county, _programmes(scene), scene.now))


def _batch(scene: Scene, spec: listing.BatchSpec) -> None:
    """Drafted, confirmed by a second person and ordered."""
    actors = scene.actors(spec.region_code)
    batch_id = batches.draft(scene.session, actors[0], spec, scene.now)
    confirmer = acting.second(scene.session, actors[0], actors, "confirm_batches", spec.region_code, scene.now)
    batches.confirm(scene.session, confirmer, batch_id, scene.now)


def _programmes(scene: Scene) -> list[str]:
    return sorted(definitions.programme_titles(scene.session))


def _paid(scene: Scene) -> None:
    """All open orders of the story come back from the bank; each county's are paid by its own people."""
    failed = scene.step.data.get("failed") or []
    failed = [str(each) for each in (failed if isinstance(failed, list) else [failed])]
    for county_id, orders in funds.unpaid_again(scene.session).items():
        money.order_again(scene.session, _payer(scene, county_id), orders, scene.now)
    open_orders = funds.pending(scene.session)
    payees = {order.payee for orders in open_orders.values() for order in orders}
    if unknown := [payee for payee in failed if payee not in payees]:
        raise Invalid({"failed": f"没有付给 {'、'.join(unknown)} 的支付单"})
    for county_id, orders in open_orders.items():
        money.pay(scene.session, _payer(scene, county_id), orders, failed, scene.now)


def _reorder(scene: Scene) -> None:
    """What came back is ordered once more, to the account that was brought; another person sends it to the bank."""
    payee, account = scene.step.data.get("payee"), str(scene.step.data.get("account") or "")
    basis = str(scene.step.data.get("basis") or money.AGAIN)
    waiting = [
        (county_id, order)
        for county_id, orders in funds.unpaid_again(scene.session).items()
        for order in orders
        if payee in (None, order.payee)
    ]
    if not waiting:
        raise Gone("没有退汇后等待处理的支付单")
    for county_id, order in waiting:
        code = _county_code(scene, county_id)
        actors = scene.actors(code)
        returns.order_again(scene.session, actors[-1], order.id, account, basis, scene.now)
        for change in registry.accounts_that_wait(scene.session):
            other = acting.second(scene.session, actors[-1], actors, house_accounts.RIGHT, code, scene.now)
            house_accounts.confirm(scene.session, other, change, scene.now)


def _repaid(scene: Scene) -> None:
    """Money that the case has claimed back is paid back: all of it, or what the step says; the oldest claim first."""
    rest = money.parsed(scene.step.data.get("amount"))
    for row in claim_lists.of_case(scene.session, scene.case):
        amount = min(row.owed, row.owed if rest is None else rest)
        if amount:
            claims.repay(scene.session, scene.actor(scene.county), row.claim.id, amount, money.RECEIPT, scene.now)
            rest = None if rest is None else rest - amount
    if rest:
        raise Invalid({"amount": "归还的金额多于尚欠的款项"})


def _goods(scene: Scene) -> None:
    goods.move(scene.session, scene.actor(), scene.region, scene.case_id, scene.step.data, scene.now)


def _payer(scene: Scene, county_id: str | None) -> Actor:
    return scene.actor(_county_code(scene, county_id))


def _county_code(scene: Scene, county_id: str | None) -> str:
    return identity.region(scene.session, county_id).code if county_id else scene.county


def _steer(operation: Callable[..., None]) -> Callable[[Scene], None]:
    """An operation that takes a reason."""

    def act(scene: Scene) -> None:
        operation(scene.session, scene.actor(), scene.case, scene.reason, scene.now)

    return act


def _release(scene: Scene) -> None:
    operations.release(scene.session, scene.actor(), scene.case, scene.now)


OPENING = frozenset({"apply", "start"})
ACTS: dict[str, Callable[[Scene], str | None]] = {
    "wait": lambda scene: None,
    "apply": _apply,
    "start": _start,
    "object": _object,
    "withdraw": _steer(operations.withdraw),
    "cancel": _steer(operations.cancel),
    "return": _return,
    "reopen": _reopen,
    "hold": _steer(operations.hold),
    "release": _release,
    "correct": _correct,
    "figure": _figure,
    "month": _month,
    "grant": _grant,
    "quota": _quota,
    "paid": _paid,
    "reorder": _reorder,
    "repaid": _repaid,
    "goods": _goods,
}
