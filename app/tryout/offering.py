"""What can be done next to a case of a trial besides its open tasks, and what that needs to be known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.cases import correcting, store
from app.cases import queries as cases
from app.cases.operations.reopen import require_may_reopen, steps
from app.core.actor import SYSTEM
from app.core.errors import Rejection
from app.files import queries as files
from app.funds import story as funds
from app.goods import queries as goods
from app.identity import queries as identity
from app.scenarios import seeing
from app.tryout.playing import Stage

HAND_OUT = "hand_out"


def of_case(session: Session, stage: Stage, case_id: str) -> dict[str, Any]:
    """`may_correct`; `reopenable`: where it may go back to once paid; `claims` that are still owed; `files` it has."""
    action = store.look(session, SYSTEM, case_id, stage.now)
    owed = [each for each in seeing.claims(session, case_id) if each["owed"]]
    kept = files.uploads_of(session, case_id)
    return {
        "may_correct": correcting.may_correct(action), "reopenable": _reopenable(action),
        "claims": [{"debtor": each["debtor"], "owed": str(each["owed"])} for each in owed],
        "files": [{"id": row.id, "name": row.name, "kilobytes": -(-row.size // 1024)} for row in kept],
        "given": [{"name": each.name, "unit": each.unit, "quantity": each.quantity}
                  for each in goods.of_case(session, case_id)],
    }  # fmt: skip


def of_world(session: Session, stage: Stage) -> dict[str, Any]:
    """`cases` that were opened and have a label; `goods` of the stores here, None where the draft hands out none;
    `has_quota`: the draft subsidises institutions; `ordered`: what batches ordered, of any case."""
    hands_out = any(element.attributes.get("topic") == HAND_OUT for diagram in stage.bundle.processes.values()
                    for element in diagram.elements.values())  # fmt: skip
    return {
        "cases": _cases(session, stage), "goods": _goods(session, stage) if hands_out else None,
        "has_quota": stage.bundle.quota_subsidy is not None, "ordered": _ordered(session),
    }  # fmt: skip


def _ordered(session: Session) -> list[dict[str, str]]:
    told = (seeing.order(each) for each in funds.orders(session))
    return [
        {name: str(each[name]) for name in ("payee", "amount", "for", "on", "status")} for each in told if each["for"]
    ]


def _cases(session: Session, stage: Stage) -> list[dict[str, Any]]:
    """Those between which a page may change: label, number, whose, which of them is shown."""
    found = []
    for label, case_id in stage.player.cases.items():
        head = cases.head(session, case_id)
        process = "" if head.process_key == "main" else stage.bundle.process(head.process_key).start.label
        found.append({"label": label, "number": head.number, "name": head.applicant_name, "process": process,
                      "shown": case_id == stage.case_id})  # fmt: skip
    return found


def _reopenable(action: Any) -> list[dict[str, str]]:
    try:
        require_may_reopen(action)
    except Rejection:
        return []
    return [{"element": each.id, "title": each.label} for each in steps(action)]


def _goods(session: Session, stage: Stage) -> list[dict[str, Any]]:
    chain = identity.chain_of_code(session, stage.trial.region, stage.today)
    county = chain.county
    rows = goods.in_county(session, county.id) if county else []
    return [_stock(row._mapping) for row in rows]


def _stock(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("name", "unit", "on_hand", "region", "place")}
