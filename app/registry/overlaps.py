"""Nobody is covered twice: not by two awards of one programme, nor by programmes that exclude each other (E3).

Whoever asks has locked the people (`record_people`), so of two decisions at the same moment the second sees the first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.core.errors import Duplicate
from app.registry.lookups import AWARD, COVERED, PERSON
from app.registry.models import ENDED, IN_PAYMENT


@dataclass(frozen=True, slots=True)
class Other:
    """Another programme that nobody receives beside the one in question; it `yields` to it, or else prevails."""

    programme: str
    yields: bool
    clause: str
    text: str


_HEAD = PERSON.alias("head")
_OF_AWARD = (AWARD.c.id, AWARD.c.programme, AWARD.c.status, AWARD.c.case_number)
_ELSEWHERE = (
    select(PERSON.c.id.label("person_id"), PERSON.c.name, *_OF_AWARD, _HEAD.c.name.label("head"))
    .select_from(
        COVERED.join(AWARD, AWARD.c.id == COVERED.c.award_id)
        .join(PERSON, PERSON.c.id == COVERED.c.person_id)
        .join(_HEAD, _HEAD.c.id == AWARD.c.person_id)
    )
    .where(
        COVERED.c.person_id.in_(bindparam("people", expanding=True)),
        AWARD.c.programme.in_(bindparam("programmes", expanding=True)),
        AWARD.c.id != bindparam("own"),
        AWARD.c.monthly,
        AWARD.c.status.in_((IN_PAYMENT, ENDED)),
        or_(AWARD.c.ended_on.is_(None), AWARD.c.ended_on > bindparam("day")),
        or_(
            COVERED.c.valid_until.is_(None),
            (COVERED.c.valid_until > bindparam("day")) & (COVERED.c.valid_until > COVERED.c.valid_from),
        ),
    )
    .order_by(PERSON.c.id, AWARD.c.starts_on)
)


def refuse(
    session: Session,
    people: Collection[str],
    programme: str,
    on: date,
    others: Sequence[Other] = (),
    own: str = "",
) -> list[Any]:
    """Where else these people are covered on a day or later: rows `{id, person_id}` of awards that yield and run.

    Raises Duplicate, naming everybody whom another award of the programme covers, or one that does not give way.
    """
    rules = {other.programme: other for other in others}
    asked = {"people": sorted(people), "programmes": [programme, *rules], "day": on, "own": own}
    found = session.connection().execute(_ELSEWHERE, asked).all()
    yielding = [row for row in found if row.programme in rules and rules[row.programme].yields]
    # An award that was ended already, but is paid until a day ahead, cannot give way any more.
    barred = [row for row in found if row not in yielding or row.status == ENDED]
    if barred:
        raise _duplicate(barred, rules)
    return yielding


def _duplicate(barred: Sequence[Any], rules: dict[str, Other]) -> Duplicate:
    told = "；".join(dict.fromkeys(_told(row, rules.get(row.programme)) for row in barred))
    clause = next((rules[row.programme].clause for row in barred if row.programme in rules), "D13")
    return Duplicate(f"{told}。请先在原户办理减员或者终止，再办理本件", clause=clause)


def _told(row: Any, rule: Other | None) -> str:
    number = f"（案件{row.case_number}）" if row.case_number else ""
    name = row.name or "一名成员"
    if rule is not None:
        return f"{name}正在享受其他救助{number}：{rule.text}"
    whose = "" if row.head == row.name else f"随{row.head or '另一户'}"
    return f"{name}已{whose}享受本项待遇{number}，一人不能重复享受"
