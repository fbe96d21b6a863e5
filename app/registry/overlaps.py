"""Nobody is covered twice: not by two awards of one programme, nor by programmes that exclude each other (E3).

Whoever asks has locked the people (`record_people`), so of two decisions at the same moment the second sees the first.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.core.errors import Duplicate
from app.registry.lookups import AWARD, COVERED, PERSON
from app.registry.models import ENDED, IN_PAYMENT

_HEAD = PERSON.alias("head")
_ELSEWHERE = (
    select(PERSON.c.name, AWARD.c.programme, AWARD.c.case_number, _HEAD.c.name.label("head"))
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


def refuse(session: Session, people: Collection[str], programme: str, on: date, own: str = "") -> None:
    """Raises Duplicate, naming everybody whom another award of the programme covers on a day or later."""
    asked = {"people": sorted(people), "programmes": [programme], "day": on, "own": own}
    found = session.connection().execute(_ELSEWHERE, asked).all()
    if not found:
        return
    told = "、".join(dict.fromkeys(_told(row.name, row.head, row.case_number) for row in found))
    raise Duplicate(f"{told}。一人不能重复享受，请先在原户办理减员或者终止，再办理本件", clause="D13")


def _told(name: str | None, head: str | None, case_number: str | None) -> str:
    whose = "" if head == name else f"随{head or '另一户'}"
    return f"{name or '一名成员'}已{whose}享受本项待遇" + (f"（案件{case_number}）" if case_number else "")
