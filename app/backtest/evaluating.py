"""Evaluating recorded decisions, each once where the same was read: by the release that took it, and by a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app import engine
from app.backtest.known import FIGURE, OPTIONAL, UNKNOWN, Known, Path
from app.backtest.rules import Rules
from app.backtest.subjects import Figure, Step, Subject
from app.cases.decisions import decide, read_typed
from app.core.clock import local_date
from app.core.ids import digest
from app.feel import Expression, FeelError, Replay, canonical, decode
from app.feel.dmn import Outcome

KEPT = 10_000
"""Evaluations that are remembered: many cases read the same of what a rule asks."""


@dataclass(frozen=True, slots=True)
class Span:
    """A figure that held in a region (None: everywhere) on the days from `since` until before `until`, known `at`."""

    region: str | None
    key: str
    value: Decimal
    since: date
    until: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Setting:
    """What the draft sets besides bundles, and what was known then."""

    figures: tuple[Figure, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(slots=True)
class Now:
    """What the draft makes of it."""

    outcome: Outcome
    text: str = ""
    unknown: dict[str, None] = field(default_factory=dict)
    fault: str = ""
    figures: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Read:
    """A record, and what its own release makes of it. `text`: its result as one text for all that is equal; `key`: what
    tells it from other records of the same table."""

    seen: Any
    figures: Mapping[str, str | None]
    outcome: Outcome
    text: str
    mismatch: bool
    key: str = ""
    as_it_was: Now = field(init=False)
    """What a draft makes of it that changes nothing of what it read."""

    def __post_init__(self) -> None:
        self.as_it_was = Now(self.outcome, self.text)

    def is_same(self, result: Any) -> bool:
        return result is self.outcome.result or canonical(result) == self.text


class Evaluator:
    """Evaluates and remembers."""

    def __init__(self, rules: Mapping[str, Rules], setting: Setting) -> None:
        self._rules, self._figures = rules, setting.figures
        self._spans: dict[tuple[str, str | None], list[Span]] = {}
        for span in setting.spans:
            self._spans.setdefault((span.key, span.region), []).append(span)
        self._own: dict[tuple[str, str, str, date | None], Read] = {}
        self._of_step: dict[str, Read] = {}
        self._versions: dict[tuple[str, str], str] = {}
        self._now: dict[Any, Now] = {}

    def own(self, step: Step) -> Read:
        """A record by the release that took it; releases that decide this alike are one."""
        found = self._of_step.get(step.id)
        if found is None:
            found = self._found(step)
            _keep(self._of_step, step.id, found)
        return found

    def _found(self, step: Step) -> Read:
        text = self._read_text(step)
        key = (self._version(step.release_id, step.decision), step.decision, text)
        found = self._own.get((*key, None))
        if found is not None:
            return found
        day = local_date(step.decided_at)
        found = self._own.get((*key, day))
        if found is None:
            found = self._read(step, text)
            _keep(self._own, (*key, day if found.outcome.asked_clock else None), found)
        return found

    def _version(self, name: str, decision: str) -> str:
        """What names the content that decides: the bundle itself where there is none."""
        found = self._versions.get((name, decision))
        if found is None:
            content = self._rules[name].content(decision)
            found = self._versions[name, decision] = name if content is None else digest(content)
        return found

    def _read_text(self, step: Step) -> str:
        """What tells a record from others: where figures came from matters only to a draft that sets some."""
        return step.raw if self._figures else step.raw.rpartition(',"figures":')[0]

    def _read(self, step: Step, key: str) -> Read:
        content = read_typed(step.raw, step.id)
        recorded = decode(content["result"])
        names, text = Replay(content["seen"]), canonical(recorded)
        kept = content["figures"] if self._figures else ()  # else nobody asks where they stood
        figures = {each["key"]: each["region"] for each in map(decode, kept)}
        try:
            outcome = decide(self._rules[step.release_id].bundle, step.decision, names, step.decided_at)
        except (FeelError, KeyError):
            return Read(content["seen"], figures, Outcome(recorded), text, mismatch=True, key=key)
        is_other = bool(names.unknown) or canonical(outcome.result) != text
        return Read(content["seen"], figures, outcome, text, is_other, key)

    def draft(self, step: Step, read: Read, subject: Subject, over: Mapping[Path, Any]) -> Now:
        """A record by the draft. Where nothing that it read is another, it is what it was."""
        name = subject.draft or step.release_id
        figures = self.set_for(subject.regions, read.figures)
        touched = bool(over) and any(_reads(read.seen, path[0]) for path in over)
        asked = bool(figures) and any(_asks(read.seen, key) for key in figures)
        if not touched and not asked and self._is_alike(step.release_id, name, step.decision):
            return read.as_it_was
        key = None
        if not over:  # the draft may ask for names that were not read then, and that it set itself
            version = (self._version(name, step.decision), step.decision, read.key)
            key = (*version, tuple(figures.items()), subject.regions, local_date(step.decided_at))
            if key in self._now:
                return self._now[key]
        now = self._evaluate(name, step.decision, read, over, figures, subject, step.decided_at)
        if key is not None:
            _keep(self._now, key, now)
        return now

    def fresh(self, subject: Subject, decision: str, read: Read, over: Mapping[Path, Any], at: datetime) -> Now:
        """A decision that the draft asks where none was recorded."""
        figures = self.set_for(subject.regions, read.figures)
        return self._evaluate(subject.draft or subject.release_id, decision, read, over, figures, subject, at)

    def value(self, expression: Expression, names: Known, step: Step) -> Any:
        """What an expression of a script gives; UNKNOWN where it fails."""
        try:
            return expression.evaluate(names, engine.budget(step.decided_at))
        except FeelError:
            return UNKNOWN

    def _evaluate(
        self, name: str, decision: str, read: Read, over: Mapping[Path, Any], figures: Mapping[str, Figure],
        subject: Subject, at: datetime,
    ) -> Now:  # fmt: skip
        bundle = self._rules[name].bundle
        if decision not in bundle.decisions:
            return Now(Outcome(None), fault=f"变更后没有决策表“{self._rules[subject.release_id].title(decision)}”")
        asked: dict[str, None] = {}

        def then(key: str) -> Any:
            return self.known_then(key, subject.regions, at)

        values = _Asked({key: each.value for key, each in figures.items()}, asked)
        known = Known(read.seen, over, values, then)
        try:
            outcome = decide(bundle, decision, known, at)
        except FeelError as error:
            return Now(Outcome(None), unknown=known.unknown, fault=str(error))
        titles = [figures[key].title for key in asked]
        return Now(outcome, "" if known.unknown else canonical(outcome.result), known.unknown, figures=titles)

    def set_for(self, regions: tuple[str, ...], read: Mapping[str, str | None]) -> dict[str, Figure]:
        """The draft's figures that would have counted here: those of the region nearest, and no farther than what was
        `read` (by key the region where it stood)."""
        if not self._figures:
            return {}
        found: dict[str, tuple[int, Figure]] = {}
        for each in self._figures:
            if each.region not in regions:
                continue
            distance = regions.index(each.region)
            nearer = read.get(each.key)
            if nearer in regions and regions.index(nearer) < distance:
                continue
            if each.key not in found or distance < found[each.key][0]:
                found[each.key] = (distance, each)
        return {key: figure for key, (_, figure) in found.items()}

    def known_then(self, key: str, regions: tuple[str, ...], at: datetime) -> Any:
        """A figure as it was known at a moment; UNKNOWN where none was."""
        day = local_date(at)
        for region in (*regions, None):
            held = [each for each in self._spans.get((key, region), ())
                    if each.since <= day < each.until and each.at <= at]  # fmt: skip
            if held:
                return max(held, key=lambda each: each.since).value
        return UNKNOWN

    def _is_alike(self, own: str, draft: str, decision: str) -> bool:
        """Whether two bundles decide this alike."""
        return own == draft or self._version(own, decision) == self._version(draft, decision)


class _Asked(dict[str, Decimal]):
    """Figures that note which of them were read."""

    def __init__(self, values: Mapping[str, Decimal], asked: dict[str, None]) -> None:
        super().__init__(values)
        self._asked = asked

    def __getitem__(self, key: str) -> Decimal:
        self._asked[key] = None
        return super().__getitem__(key)


def _reads(seen: Any, name: str) -> bool:
    return name in seen.get("some", seen.get("all", {}))


def _asks(seen: Any, key: str) -> bool:
    """Whether a figure was looked for, also in vain."""
    some = seen.get("some", {})
    return any(key in (some.get(name) or {}).get("some", {}) for name in (FIGURE, OPTIONAL))


def _keep(kept: dict[Any, Any], key: Any, value: Any) -> None:
    if len(kept) >= KEPT:
        kept.clear()
    kept[key] = value
