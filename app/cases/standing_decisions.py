"""Which decision on an award may be made again (docs/adr/0034): the newest, while nothing else is decided on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.cases.action import Action
from app.cases.models import Case, Reopening
from app.cases.store import FINAL
from app.core.errors import Gone
from app.funds import queries as funds
from app.inbox import queries as items
from app.registry import award_decisions, queries
from app.registry.award_decisions import LEFT, Decision


def deciding_again(session: Session, award_id: str) -> str | None:
    """The number of the case that was reopened and has not decided again: until then nothing else is decided."""
    return session.scalar(select(Case.number).where(_undecided(award_id), Case.reopened_seq.is_not(None)).limit(1))


def require_none_again(session: Session, award_id: str) -> None:
    """Raises Gone."""
    if number := deciding_again(session, award_id):
        raise Gone(f"这项待遇的案件{number}正在重新办理，请先办结那一案件，再办理本件")


def decided_seq(action: Action, award_id: str) -> int | None:
    """The audit number at which the case last decided on the award; None where it has not, or a return is enough."""
    is_over, after = action.case.closed_at is not None, action.case.reopened_seq
    if not is_over and not funds.paid_from(action.session, date.min, award_id=award_id):
        return None
    made = [each.case_seq for each in _own(action, award_id) if each.case_seq > (after or 0)]
    return max(made, default=action.case.audit_seq if is_over and after is not None else None)


def require_newest(action: Action, award_id: str) -> None:
    """Raises Gone where others have decided on the award since, or are about to; it says which case."""
    own = _own(action, award_id)
    last = max((each.seq for each in own), default=0)
    later = [each for each in award_decisions.standing(action.session, award_id) if each.seq > last]
    if later and own:
        _refuse_later(action.session, later)
    running = _undecided(award_id) & (Case.id != action.case.id)
    running &= or_(Case.begun_by.is_(None), Case.begun_by != action.case.id)
    number = action.session.scalar(select(Case.number).where(running).limit(1))
    if number is not None:
        raise Gone(f"这项待遇正在办理案件{number}，请先办结或者注销那一案件，再重新办理本案")
    award = queries.award(action.session, award_id)
    if award.recount_since is not None:
        raise Gone("这项待遇有保障对象死亡或者离开，系统正在重新计算，请算完以后再重新办理")
    if award.status != queries.IN_PAYMENT and not any(each.kind == "ended" for each in own):
        raise Gone("这项待遇已经终止，不能再重新办理；此前多发的，由县级登记追回")
    if len({each.on for each in own if each.kind != LEFT}) > 1:
        raise Gone("本案先后在不同的日子作出过决定，不能一并重新办理；待遇有误的，请办理变更，多发的由县级登记追回")


def holds_from(action: Action, award_id: str) -> date | None:
    """The day of the case's decision on the award."""
    made = [each.on for each in _own(action, award_id) if each.kind != LEFT]
    if made:
        return min(made)
    before = select(func.max(Reopening.holds_from)).where(Reopening.case_id == action.case.id)
    return action.session.scalar(before)


def _own(action: Action, award_id: str) -> list[Decision]:
    return award_decisions.of_case(action.session, award_id, action.case.id)


def _undecided(award_id: str) -> ColumnElement[bool]:
    """Cases on the award without an outcome; one that only waits for the city's place (E12) has its outcome."""
    return (Case.award_id == award_id) & Case.closed_at.is_(None) & Case.status.not_in(FINAL)


def _refuse_later(session: Session, later: Sequence[Decision]) -> None:
    case_id = later[-1].case_id
    number = session.scalar(select(Case.number).where(Case.id == case_id))
    by_people = any(item.kind == "task" for item in items.items_of_case(session, case_id))
    instead = f"请重新办理案件{number}" if by_people else "待遇有误的，请办理复核"
    told = f"这项待遇之后已由案件{number}重新决定，只能重新办理最近一次决定"
    raise Gone(f"{told}：{instead}；此前月份多发的，由县级登记追回")
