"""What stories come to in a draft: elements and flows of diagrams, rows of tables, sentences of letters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import engine
from app.cases import decisions, store
from app.core.actor import SYSTEM
from app.definitions.bundle import Bundle
from app.definitions.letters import FOLDER, TEMPLATE
from app.documents import queries as documents
from app.documents import tracing
from app.feel.dmn import Outcome
from app.gate.reach import Reached
from app.inbox import queries as inbox


@dataclass
class Reaching:
    """Gathers what the stories of a draft come to; `files` are the draft's."""

    files: Mapping[str, bytes]
    found: dict[str, set[str]] = field(default_factory=dict)
    _known: dict[str, bool] = field(default_factory=dict)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Rows are seen as they fire: of a refusal nothing is kept that could be read afterwards."""
        with decisions.watched(self._fired):
            yield

    def look(self, session: Session, now: datetime) -> None:
        """What the cases of a scratch world that run under the draft came to."""
        for case_id in session.scalars(select(store.CASE.c.id)).all():
            action = store.look(session, SYSTEM, case_id, now)
            if not self._is_mine(action.bundle):
                continue
            path = action.bundle.manifest["processes"][action.case.process_key]
            self._add(path, {item.element_id for item in inbox.items_of_case(session, case_id)})
            self._add(path, {action.diagram.start.id})
            if action.instance.state is not None:
                self._add(path, engine.passed(action.diagram, action.instance.state, action.variables, action))
            self._letters(session, case_id)

    def told(self) -> Reached:
        """All of it, as JSON can keep it."""
        return {path: sorted(ids) for path, ids in sorted(self.found.items())}

    def _letters(self, session: Session, case_id: str) -> None:
        for row in documents.documents_of(session, case_id):
            path = f"{FOLDER}/{row.template}/{TEMPLATE}"
            if path in self.files:
                self._add(path, {str(each.number) for each in tracing.trace(session, row.id).sentences})

    def _fired(self, bundle: Bundle, decision: str, outcome: Outcome) -> None:
        if self._is_mine(bundle):
            rows = {f"{fired.owner}#{row.index}" for fired in outcome.trace for row in fired.rows}
            self._add(bundle.file_of(decision), rows)

    def _is_mine(self, bundle: Bundle) -> bool:
        """Whether a release is the draft: all its files are the draft's."""
        id = bundle.release_id or ""
        if id not in self._known:
            self._known[id] = all(self.files.get(path) == content for path, content in bundle.files.items())
        return self._known[id]

    def _add(self, path: str, ids: Iterable[str]) -> None:
        self.found.setdefault(path, set()).update(ids)
