"""What makes a case stand out among others that wait for the same step, besides what would refuse it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases import queries, store
from app.core.actor import Actor
from app.drafts import queries as drafts
from app.publicity import queries as notices

MISSING, OBJECTION, RULE, DRAFT = "missing", "objection", "rule", "draft"


def reasons(session: Session, actor: Actor, item: Any, now: datetime) -> list[tuple[str, str]]:
    """Pairs of a kind and a sentence: what is owed, objected, not met, begun by a colleague. Four statements.

    `item` is the open task. Raises NotFound.
    """
    action = store.look(session, actor, item.case_id, now)
    found = [
        (MISSING, f"{row.title}，尚未补齐") for row in queries.owed_of(session, item.case_id) if row.settled_at is None
    ]
    objections = notices.objections_of(session, item.case_id)
    if objections:
        found.append((OBJECTION, f"公示期间收到异议 {len(objections)} 件"))
    found += [(RULE, hit["message"]) for hit in action.variables["case"].get("failing_rules") or []]
    drawer = drafts.of_subject(session, drafts.task(item.id), drafts.owner_of(actor), colleagues=True)
    found += [(DRAFT, f"{each.owner_name or '同事'}填过一部分，没有提交") for each in drawer.theirs]
    return found
