"""A case whose money is out is decided again (docs/adr/0030): what it decides is set against what it has paid.

Earlier orders, claims and letters stay. The difference is ordered or claimed, and a letter that takes the place of the
earlier ones says what came of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.cases.action import Action
from app.cases.effects.documents import ready
from app.cases.models import Reopening
from app.cases.plan import Planned, Rank
from app.core.clock import local_date
from app.definitions import queries as definitions
from app.documents import operations as documents
from app.documents import queries as issued
from app.funds import settling
from app.funds.claims import ClaimRequest
from app.funds.operations import OrderRequest
from app.funds.settling import Difference, Standing
from app.registry import queries as registry

LETTER = "correction_notice"
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Correction:
    """What the decision of this action means for somebody: `decided` is what it gives, beside what came of all."""

    payee: str
    decided: Decimal
    difference: Difference


def is_again(action: Action) -> bool:
    """Whether the case was reopened after its money was out."""
    return action.case.reopened_seq is not None


def latest(action: Action) -> Reopening:
    """Why and from where the case is decided again."""
    mine = Reopening.case_id == action.case.id, Reopening.seq == action.case.reopened_seq
    return action.session.scalars(select(Reopening).where(*mine)).one()


def pay(action: Action, order: OrderRequest) -> tuple[OrderRequest, Correction]:
    """The order with what of it was paid before, and what follows for claims; the letter about it is planned."""
    before = _decided(action).get(order.payee, ZERO)
    standing = _standings(action).get(order.payee, Standing())
    found = Correction(order.payee, order.total, settling.difference(standing, before + order.total))
    note(action, found)
    return replace(order, paid=order.total - found.difference.order), found


def rest(action: Action) -> list[Correction]:
    """What follows for those whom the case paid and now, at its end, has decided to pay nothing."""
    decided = _decided(action)
    left = [(name, each) for name, each in _standings(action).items() if name not in decided]
    found = [Correction(name, ZERO, settling.difference(each, ZERO)) for name, each in left]
    for each in found:
        note(action, each)
    return found


def settle(action: Action, correction: Correction) -> None:
    """Write what follows for claims."""
    names = {correction.payee, *(old for old, new in _names(action).items() if new == correction.payee)}
    claim = ClaimRequest(
        debtor=correction.payee,
        title=f"案件{action.case.number}重新办理后应当退回的款项",
        parts=(),
        case_id=action.case.id,
        case_seq=action.seq,
    )
    settling.settle(action.session, correction.difference, names, claim, action.actor, action.now)


def note(action: Action, correction: Correction) -> None:
    """One letter of this action tells all that was found, after everything else was written."""
    if not action.corrections:
        action.plan(Planned(Rank.NUMBER, tell))
    action.corrections.append(correction)


def has_told(action: Action) -> bool:
    """Whether a letter said, since the case was reopened, what came of it."""
    seq, letters = action.case.reopened_seq or 0, issued.documents_of(action.session, action.case.id)
    return any(each.template == LETTER and (each.case_seq or 0) > seq for each in letters)


def _decided(action: Action) -> dict[str, Decimal]:
    """By payee, what the case has decided to pay since it was reopened, in this action too."""
    found = settling.decided(action.session, action.case.id, action.case.reopened_seq or 0)
    for each in action.corrections:
        found[each.payee] = found.get(each.payee, ZERO) + each.decided
    return found


def _standings(action: Action) -> dict[str, Standing]:
    """By payee, what was paid, and what this action is about to write."""
    found = settling.standings(action.session, action.case.id, _names(action))
    for each in action.corrections:
        had, of = found.get(each.payee, Standing()), each.difference
        found[each.payee] = Standing(
            had.kept + of.order - of.claim + of.undo, had.owed + of.claim - of.undo, had.forgiven
        )
    return found


def _names(action: Action) -> Mapping[str, str]:
    """Whose name was corrected since: the same number, so the same person."""
    was, name = latest(action), action.variables["application"]["name"]
    same = was.applicant_blind == action.case.applicant_blind
    return {was.applicant_name: name} if same and was.applicant_name != name else {}


def tell(action: Action) -> None:
    """The letter, which takes the place of those of the decision that fell; these stay, and say by what."""
    was = latest(action)
    earlier = _fallen(action, was)
    given = {
        "reopened_on": local_date(was.at),
        "reason": was.reason,
        "replaced": [{"title": row.title, "number": row.number or action.case.number, "date": row.issued_on}
                     for row in earlier],
        **_sums(action),
    }  # fmt: skip
    found = definitions.letter(action.session, action.case.programme, action.chain.ids, action.today, LETTER)
    letter_id = documents.record(action.session, ready(action, found, action.names(None, {"document": given})),
                                 action.now)  # fmt: skip
    for row in earlier:
        documents.void(action.session, row.id, letter_id, action.now)


def _fallen(action: Action, was: Reopening) -> list[Any]:
    """Letters of the decision that fell, and those that told since then what it came to on other figures."""
    session, head = action.session, action.case
    decided = [row for row in issued.voidable_since(session, head.id, was.since_seq) if row.case_seq < was.seq]
    since = min((row.created_at for row in decided), default=was.at)
    awards = [each.id for each in registry.of_case(session, head.id, head.award_id)]
    return sorted([*decided, *issued.voidable_about(session, awards, since)], key=lambda row: row.created_at)


def _sums(action: Action) -> dict[str, Any]:
    """What was received until now and is due in all; what comes in addition, is given back, or is owed no more."""
    of = [each.difference for each in action.corrections]
    parts = ("had", "decided", "order", "claim", "undo")
    sums = {name: sum((getattr(each, name) for each in of), ZERO) for name in parts}
    return {"had": sums["had"], "decided": sums["decided"], "more": sums["order"] or None,
            "less": sums["claim"] or None, "undone": sums["undo"] or None, "more_to": _others(action, "order"),
            "less_from": _others(action, "claim")}  # fmt: skip


def _others(action: Action, part: str) -> str | None:
    """Who gets more, or gives something back, where it is not the applicant (alone)."""
    names = {each.payee: None for each in action.corrections if getattr(each.difference, part)}
    return None if set(names) <= {action.variables["application"]["name"]} else "、".join(names)
