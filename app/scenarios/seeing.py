"""What stories can expect of a case, as it stands: lists of entries in the words of stories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from app.calendar import clocks_of
from app.cases import queries as cases
from app.core.actor import SYSTEM
from app.documents import operations as documents
from app.documents import queries as document_rows
from app.documents.text import extract_text
from app.funds import claim_lists
from app.funds import queries as funds
from app.identity import queries as identity
from app.inbox import queries as inbox
from app.publicity import queries as publicity
from app.registry import story as registry

TAPERING = "tapering"


def status(session: Session, case_id: str) -> str:
    return cases.head(session, case_id).status


def tasks(session: Session, case_id: str) -> list[dict[str, Any]]:
    """Open human tasks: `{task, position, due, region}`. `due` is the clock's last day, also while it stands still."""
    found = [
        item for item in inbox.items_of_case(session, case_id) if item.status == "open" and item.kind == "task"
    ]  # fmt: skip
    regions = identity.office_regions(session, [item.office_id for item in found])
    last = {clock.id: clock.due_on for clock in clocks_of(session, case_id)}
    return [
        {"task": item.element_id, "position": item.position, "due": last.get(item.clock_id, item.due_on),
         "region": regions.get(item.office_id, "")}
        for item in found
    ]  # fmt: skip


def payments(session: Session, case_id: str) -> list[Any]:
    """Orders of the case as stories count them: those cancelled, given up or ordered again are not among them.

    What came back and was ordered once more stands as the further order does.
    """
    orders = funds.orders_of(session, case_id)
    again = {each.replaces: each for each in orders if each.replaces}
    first = [each for each in orders if each.status != "cancelled" and not (each.given_up or each.replaces)]
    return [_with_status_of(each, again) for each in first]


def _with_status_of(order: Any, again: Mapping[str, Any]) -> Any:
    last = order
    while last.id in again:
        last = again[last.id]
    return SimpleNamespace(**{**order._asdict(), "status": last.status})


def order(row: Any) -> dict[str, Any]:
    """An order as a story speaks of it."""
    return {
        "amount": row.amount,
        "payee": row.payee,
        "on": row.due_on,
        "source": row.source,
        "status": row.status,
        "programme": getattr(row, "programme", None),
        "for": getattr(row, "purpose", None),
        "shares": getattr(row, "shares", None),
    }


def letters(session: Session, case_id: str, wanted: Iterable[str]) -> dict[str, list[str]]:
    """Template → the texts that were issued of it; of those that are not wanted no text is read."""
    found: dict[str, list[str]] = {}
    chosen = frozenset(wanted)
    for row in document_rows.documents_of(session, case_id):
        text = extract_text(documents.issue(session, row.id).content) if row.template in chosen else ""
        found.setdefault(row.template, []).append(text)
    return found


def notices(session: Session, case_id: str) -> list[dict[str, Any]]:
    """`{kind, from, until}` of each 公示."""
    periods: list[tuple[str, date, date]] = [tuple(row) for row in publicity.periods_of(session, case_id)]
    return [{"kind": kind, "from": start, "until": end} for kind, start, end in periods]


def owed(session: Session, case_id: str) -> list[str]:
    """Keys of what is still to be supplemented."""
    return [row.key for row in cases.owed_of(session, case_id) if row.settled_at is None]


def claims(session: Session, case_id: str) -> list[dict[str, Any]]:
    """`{debtor, amount, owed}` of what is claimed back."""
    found = claim_lists.of_case(session, case_id)
    return [{"debtor": row.claim.debtor, "amount": row.claimed, "owed": row.owed} for row in found]


def facts(session: Session, case_id: str) -> Mapping[str, Any]:
    return cases.facts(session, SYSTEM, case_id)


def incidents(session: Session, case_id: str) -> list[str]:
    """Messages of the open ones."""
    return [incident.message for incident in cases.incidents_of(session, case_id)]


def awards(session: Session, on: date) -> list[dict[str, Any]]:
    """`{programme, persons, monthly, status}` of everybody in the story."""
    running_out = cases.awards_running_out(session, on)
    return [
        {
            "programme": each.programme,
            "persons": each.persons,
            "monthly": each.monthly,
            "status": TAPERING if each.status == registry.IN_PAYMENT and each.id in running_out else each.status,
        }
        for each in registry.awards_of_story(session, on)
    ]


def said(value: Any) -> Any:
    """A value as a story would write it."""
    if isinstance(value, Mapping):
        return {str(name): said(each) for name, each in value.items() if each is not None}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [said(each) for each in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value if value is None or isinstance(value, bool) else str(value)
