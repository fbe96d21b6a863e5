"""What audited actions say of money and cases, row by row, so that a row that was changed behind them is found.

Whoever writes such a row witnesses its value; the next event of the transaction carries it as `books`.
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

BOOKS = "books"
ORDER, ENTRY, AWARD, CASE, BATCH, IDENTITY = "order", "entry", "award", "case", "batch", "identity"
ANSWER, CLAIM, TERMS, GOODS = "answer", "claim", "terms", "goods"
_WITNESSED = "witnessed"


def witness(session: Session, kind: str, row_id: str, value: Decimal | str | None) -> None:
    """Say that a row has this value from now on: an amount in yuan, or the status of a case."""
    session.info.setdefault(_WITNESSED, []).append([kind, row_id, text_of(value)])


def text_of(value: Decimal | str | None) -> str | None:
    """As it stands in an event: amounts with two decimals."""
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def taken(session: Session) -> dict[str, list[list[str | None]]]:
    """What was witnessed since the last event, as a part of the next one's payload."""
    found = session.info.pop(_WITNESSED, None)
    return {BOOKS: found} if found else {}
