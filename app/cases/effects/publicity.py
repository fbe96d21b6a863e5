"""`publicity` (公示): the diagram waits until the notice's days are over; `take_down` ends an interrupted one.

`announce` (公布) posts what was decided: the diagram does not wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from app import calendar, engine
from app.cases import waits
from app.cases.action import Action
from app.cases.effects.base import EffectObject
from app.cases.effects.documents import write
from app.cases.models import Awaited
from app.cases.plan import Planned, Rank
from app.effects import SCHEMAS
from app.publicity import operations as publicity
from app.publicity import queries as notices


class _Posted(EffectObject):
    """A notice with its letter."""

    schema = SCHEMAS["publicity"]
    kind = "review"
    waits = True

    def plan(
        self,
        action: Action,
        effect: engine.Effect,
        *,
        kind: str | None,
        days: int | None,
        place: str | None,
        summary: str | None,
        template: str | None,
        issuer: str | None,
        copies: int | None,
        further: dict[str, Any],
    ) -> Any:
        standing = days or max(1, int(action.scope(effect.element)["figure"]["publicity_days"]))
        posting = publicity.Posting(
            case_id=action.case.id,
            case_seq=action.seq,
            wait_id=effect.engine_task_id,
            element_id=effect.element.id,
            kind=kind or self.kind,
            chain=action.chain,
            programme_title=action.case.title,
            subject=action.case.applicant_name,
            summary=summary or self.summary(action),
            place=place or f"{action.chain.nearest.name}公示栏",
            days=standing,
            waits=self.waits,
        )
        action.plan(Planned(Rank.RECORD, partial(_post, posting=posting, effect=effect)))
        until = posting.until(action.today)
        given = {**further, "days": standing, "from": action.today, "until": until, "kind": posting.kind}
        given["place"] = posting.place
        write(action, template or "publicity_notice", given, issuer, copies, effect.variables, effect.element)
        self.note(action, kind=posting.kind, until=until)
        return {"from": action.today, "until": until, "place": posting.place}

    def summary(self, action: Action) -> str:
        """What the board says where the diagram says nothing."""
        raise NotImplementedError

    def undo(self, action: Action, since: int, reason: str) -> int:
        return publicity.take_down(
            action.session, action.case.id, reason, action.now, since, waits=self.waits
        )  # fmt: skip


class Publicity(_Posted):
    """Post the notice, or let it go on for the days that were left when an objection interrupted it."""

    def perform(self, action: Action, effect: engine.Effect) -> Any:
        interrupted = notices.interrupted(action.session, action.case.id, effect.element.id)
        if interrupted is None:
            super().perform(action, effect)
            return engine.WAIT
        until = publicity.resumed_until(interrupted.days_left, action.now)
        action.plan(Planned(Rank.RECORD, partial(_resume, notice_id=interrupted.id, until=until, effect=effect)))
        self.note(action, kind=interrupted.kind, until=until)
        return engine.WAIT

    def summary(self, action: Action) -> str:
        return f"拟给予{action.bundle.title}"

    def undo(self, action: Action, since: int, reason: str) -> int:
        waits.take_back_since(action, self.schema.topic, since)
        resumed = publicity.undo_moves(action.session, action.case.id, since, publicity.POSTED, action.now)
        return resumed + super().undo(action, since, reason)

    def over(self, action: Action, wait: Awaited) -> Mapping[str, Any] | None:
        if not publicity.complete(action.session, wait.wait_id):
            return None
        action.clocks_changed(
            calendar.resume(action.session, action.case.id, action.now, reason="公示", seq=action.seq)
        )  # fmt: skip
        return {}

    def close(self, action: Action, reason: str) -> None:
        publicity.take_down(action.session, action.case.id, reason, action.now)


class Announce(_Posted):
    """Post what was decided for all to see (E7); the diagram goes on, the notice comes down by itself."""

    schema = SCHEMAS["announce"]
    kind = "decision"
    waits = False

    def summary(self, action: Action) -> str:
        return f"已经批准{action.bundle.title}"


class TakeDown(EffectObject):
    """An objection was upheld: the interrupted notice does not go on."""

    schema = SCHEMAS["take_down"]

    def plan(self, action: Action, effect: engine.Effect, *, reason: str | None) -> None:
        why = reason or "异议成立"
        action.plan(Planned(Rank.RECORD, partial(_take_down, reason=why)))
        self.note(action, reason=why)

    def undo(self, action: Action, since: int, reason: str) -> int:
        return publicity.undo_moves(action.session, action.case.id, since, publicity.TAKEN_DOWN, action.now)


def _post(action: Action, posting: publicity.Posting, effect: engine.Effect) -> None:
    publicity.post(action.session, posting, action.now)
    if posting.waits:
        waits.begin(action, effect, publicity.end_of(posting.until(action.today)))


def _resume(action: Action, notice_id: str, until: Any, effect: engine.Effect) -> None:
    publicity.resume(action.session, notice_id, effect.engine_task_id, action.now, action.seq)
    waits.begin(action, effect, publicity.end_of(until))


def _take_down(action: Action, reason: str) -> None:
    publicity.take_down(action.session, action.case.id, reason, action.now, seq=action.seq)
    publicity.take_down(action.session, action.case.id, reason, action.now, waits=False, seq=action.seq)
