"""Recorded decisions run again, under the release they were taken by or under another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy.orm import Session

from app import vocabulary
from app.cases.decisions import Record, decide
from app.core.errors import NotFound
from app.definitions.bundle import Bundle
from app.feel import FeelError, Replay, canonical, decode
from app.feel.dmn import Outcome, Row
from app.figures.catalogue import catalogue

Verdict = Literal["same", "different", "undetermined", "failed"]


@dataclass(frozen=True, slots=True)
class Rerun:
    """A record beside what the rule gives now.

    recorded, now: results. inputs: what the columns of the table saw now, by label. rows: those that fire now.
    unknown: names that this version reads and the record does not hold; then `now` says nothing, and the verdict is
    `undetermined`. `failed`: the rule is not there or cannot be evaluated, for `reason`.
    """

    record: Record
    verdict: Verdict
    title: str
    recorded: Any
    now: Any = None
    rows: list[Row] = field(default_factory=list)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    reason: str = ""


def rerun(record: Record, bundle: Bundle) -> Rerun:
    """Run the decision of a record as `bundle` has it on what the record holds: the values that were read then."""
    names, recorded = Replay(record.seen), decode(record.result)
    model = bundle.decisions.get(record.decision)
    if model is None:
        reason = f"“{bundle.title}”的这一版没有决策 {record.decision}，请核对发布版"
        return Rerun(record, "failed", record.decision, recorded, reason=reason)
    title = model.label(record.decision)
    outcome, reason = Outcome(None), ""
    try:
        outcome = decide(bundle, record.decision, names, record.decided_at)
    except FeelError as error:
        reason = str(error)
    unknown = list(names.unknown)
    verdict = _verdict(unknown, reason, recorded, outcome.result)
    return Rerun(record, verdict, title, recorded, outcome.result, list(outcome.rows), outcome.inputs, unknown, reason)


def _verdict(unknown: list[str], reason: str, recorded: Any, now: Any) -> Verdict:
    if unknown:
        return "undetermined"
    if reason:
        return "failed"
    return "same" if canonical(recorded) == canonical(now) else "different"


def titles(session: Session, again: Rerun, bundle: Bundle) -> dict[str, str]:
    """What the unknown names are called at the element that asked, where the vocabulary of `bundle` has them."""
    try:
        scope = vocabulary.of(bundle, catalogue(session)).at(again.record.process_key, again.record.element_id)
    except NotFound:
        return {}
    called = {name.path.replace("[]", ""): name.title for name in scope.names()}
    return {name: called[name] for name in again.unknown if called.get(name)}
