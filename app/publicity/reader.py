"""`notice.…` of expressions: the 公示 of the case, looked up when an expression reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import local_date
from app.publicity import queries
from app.vocabulary.case import NOTICE


class NoticeReader(Mapping[str, Any]):
    """`objections`: those to the notice that is stopped which have no answer yet, oldest first (`NOTICE`)."""

    def __init__(self, session: Session, case_id: str) -> None:
        self._session, self._case_id = session, case_id

    def __getitem__(self, key: str) -> Any:
        if key != "objections":
            raise KeyError(key)
        return self._objections

    def __iter__(self) -> Iterator[str]:
        return iter(NOTICE.members)

    def __len__(self) -> int:
        return len(NOTICE.members)

    @cached_property
    def _objections(self) -> list[dict[str, Any]]:
        return [
            {name: row.get(name) or None for name in ("number", "name", "phone", "reason")}
            | {"received_on": local_date(row["received_at"])}
            for row in queries.unanswered(self._session, self._case_id)
        ]
