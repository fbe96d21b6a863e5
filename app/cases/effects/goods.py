"""`hand_out`: goods in kind from a store of the case's place, signed for at delivery (F5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from app.cases.action import Action
from app.cases.effects import corrections
from app.cases.effects.base import EffectObject
from app.cases.errors import EffectError
from app.cases.plan import Planned, Rank
from app.core.errors import Gone, Invalid
from app.documents import operations as letters
from app.documents import queries as documents
from app.effects import SCHEMAS
from app.engine import Effect, Element
from app.goods import operations, queries
from app.goods.operations import Issue
from app.goods.queries import HandedOut
from app.identity.queries import RegionRef


class HandOut(EffectObject):
    """Goods leave the store; of a case that is decided again only what it was not given before."""

    schema = SCHEMAS["hand_out"]

    def plan(
        self,
        action: Action,
        effect: Effect,
        *,
        goods: list[dict[str, Any]] | None,
        to: str | None,
        on: date | None,
        store: str | None,
        slip: str | None,
        parts: Decimal | int | None,
    ) -> dict[str, Any]:
        wanted = _units(goods or [])
        region = action.chain.at(store or "township")
        if region is None:
            raise EffectError(f"「{effect.element.label}」的物资库不在案件所在地，请改由县级物资库发放，或者改正流程图")
        told = [HandedOut(name, _unit(action, name), quantity) for name, quantity in wanted.items()]
        number = _number(action, effect, slip) if slip and wanted else None
        given = Issue(
            goods=_still_due(action, wanted),
            receiver=to or action.case.applicant_name,
            day=on or action.today,
            case_id=action.case.id,
            case_seq=action.seq,
            case_number=action.case.number,
            programme=action.case.programme,
            slip=number,
            parts=int(parts) if parts else None,
        )
        if given.goods:
            action.plan(Planned(Rank.RECORD, partial(_issue, region=region, given=given)))
        if number and corrections.is_again(action):
            action.plan(Planned(Rank.RECORD, partial(_replace, template=str(slip))))
        text = queries.listed(told)
        self.note(action, goods=text or None, to=given.receiver, slip=number)
        listed = [{"name": each.name, "unit": each.unit, "quantity": each.quantity} for each in told]
        return {"goods": listed, "text": text, "slip": number}

    def undo(self, action: Action, since: int, reason: str) -> int:
        return operations.take_back(action.session, action.actor, action.case.id, since, reason, action.now)

    def reopen(self, action: Action, since: int, reason: str) -> int:
        """What was handed out stays out until it is decided again."""
        return 0

    def settle(self, action: Action) -> None:
        """Nothing was decided for somebody who has goods: they come back first. Raises Gone."""
        mine = [each for each in action.diagram.elements.values() if each.attributes.get("topic") == self.schema.topic]
        if any(_result_of(each) in action.variables for each in mine):
            return
        if left := queries.of_case(action.session, action.case.id):
            raise Gone(f"此前发放的{queries.listed(left)}还没有收回，请先在“物资”登记退回入库")


def _result_of(element: Element) -> str:
    """Where the result stands; a return forgets it with all that was answered behind its point."""
    return element.attributes.get("resultVariable") or element.id


def _units(goods: list[dict[str, Any]]) -> dict[str, int]:
    """Units by kind. Raises Invalid (`goods`) for what is not a whole number."""
    found: dict[str, int] = {}
    for each in goods:
        quantity = Decimal(each.get("quantity") or 0)
        if quantity < 0 or quantity != int(quantity):
            raise Invalid({"goods": f"{each.get('name')}的数量应为整数"}, clause="F5")
        if quantity:
            name = str(each["name"]).strip()
            found[name] = found.get(name, 0) + int(quantity)
    return found


def _unit(action: Action, name: str) -> str:
    known = {each["name"]: each["unit"] for each in action.registry["goods"]}
    return known.get(name, "")


def _still_due(action: Action, wanted: Mapping[str, int]) -> dict[str, int]:
    """What is handed out now. Raises Gone where a case that is decided again gave more before."""
    if not corrections.is_again(action):
        return dict(wanted)
    before = {each.name: each for each in queries.of_case(action.session, action.case.id)}
    more = [each for name, each in before.items() if each.quantity > wanted.get(name, 0)]
    if more:
        raise Gone(f"此前发放的{queries.listed(more)}多于现在确定的，请先在“物资”登记退回入库")
    due = {name: quantity - (before[name].quantity if name in before else 0) for name, quantity in wanted.items()}
    return {name: quantity for name, quantity in due.items() if quantity}


def _number(action: Action, effect: Effect, template: str) -> str:
    """The number of the letter against which goods are handed out. Raises EffectError where none is valid."""
    valid = _valid(action, template)
    if not valid:
        raise EffectError(f"「{effect.element.label}」要凭文书发放，但是还没有开出，请检查流程图")
    return str(valid[-1].number or valid[-1].title)


def _valid(action: Action, template: str) -> list[Any]:
    letters = documents.documents_of(action.session, action.case.id)
    return [each for each in letters if each.template == template and each.voided_at is None]


def _replace(action: Action, template: str) -> None:
    """Nobody can ask for goods with the slip of the decision that fell: the new one takes its place."""
    *earlier, newest = _valid(action, template)
    for each in earlier:
        letters.void(action.session, each.id, newest.id, action.now)


def _issue(action: Action, region: RegionRef, given: Issue) -> None:
    operations.issue(action.session, action.actor, region, given, action.now)
