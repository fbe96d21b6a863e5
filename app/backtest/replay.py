"""One closed case through the rules of a draft: each decision as it was recorded, beside what it gives now.

A decision whose result is another now hands it to the later ones of the case that read it, directly or through a
script. Nothing is looked up: what nobody answered then makes the case undetermined.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.backtest import causes, names
from app.backtest.evaluating import Evaluator, Read
from app.backtest.known import UNKNOWN, Known, Path
from app.backtest.rules import Place, Rules, at
from app.backtest.subjects import DOOR, Step, Subject
from app.backtest.ways import Walked
from app.feel.dmn import Outcome

APPROVED, REFUSED = ("approved", "ended"), "refused"
_PASSED = object()


@dataclass(slots=True)
class Changed:
    """A decision that comes out differently. `figures`: titles of figures that it read otherwise."""

    place: str
    decision: str
    was: Any
    now: Any
    cause: causes.Cause
    figures: list[str]


@dataclass(slots=True)
class Found:
    """What became of a case. `unknown` are names that nobody answered; `faults` say what cannot be evaluated."""

    subject: Subject
    changed: list[Changed] = field(default_factory=list)
    unknown: dict[str, None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    mismatches: list[str] = field(default_factory=list)
    monthly: tuple[Decimal, Decimal] | None = None
    decisions: int = 0
    refuses: list[tuple[bool, bool]] = field(default_factory=list)
    is_led_elsewhere: bool = False
    ended: tuple[str | None, str | None] = (None, None)

    def settle(self, walked: Walked) -> None:
        """The case was also walked through the diagram: where that came to an end, the way is known."""
        if walked.kind in (names.SAME_WAY, names.REROUTED, names.LETTERS):
            self.is_led_elsewhere, self.ended = False, (walked.was.status, walked.now.status)

    @property
    def kind(self) -> str:
        """What it counts as; whether it can be trusted comes first."""
        if self.mismatches:
            return names.MISMATCH
        if self.subject.status in APPROVED and any(now and not was for was, now in self.refuses):
            return names.REFUSED
        if self.unknown or self.faults or self.is_led_elsewhere:
            return names.UNDETERMINED
        return self._kind_of_known()

    def _kind_of_known(self) -> str:
        was, now = self.ended
        if was in APPROVED and now == REFUSED:
            return names.REFUSED
        if was == REFUSED and now in APPROVED:
            return names.ADMITTED
        return self._kind_of_decided()

    def _kind_of_decided(self) -> str:
        stood_against = any(was for was, _ in self.refuses)
        if self.subject.status in (DOOR, REFUSED) and stood_against and not any(now for _, now in self.refuses):
            return names.ADMITTED
        before, after = self.monthly or (Decimal(0), Decimal(0))
        if before != after:
            return names.MORE if after > before else names.LESS
        return names.OTHER if self.changed else names.UNCHANGED


class Replayer:
    """Replays cases. `rules` are the bundles by name, releases by their ids."""

    def __init__(self, rules: Mapping[str, Rules], evaluator: Evaluator) -> None:
        self._rules, self._evaluator = rules, evaluator

    def replay(self, subject: Subject) -> Found:
        """What the draft makes of a case."""
        run = _Run(subject, self._rules, self._evaluator)
        for step in subject.steps:
            run.take(step)
        run.ask_for_more()
        run.count_money()
        return run.found


class _Run:
    """The replay of one case: `then` and `now` are the results by variable, `over` what the draft changed by path."""

    def __init__(self, subject: Subject, rules: Mapping[str, Rules], evaluator: Evaluator) -> None:
        self.found = Found(subject)
        self._subject, self._rules, self._evaluator = subject, rules, evaluator
        self._then: dict[str, Any] = {}
        self._now: dict[str, Any] = {}
        self._over: dict[Path, Any] = {}
        self._seen: dict[str, Read] = {}

    def take(self, step: Step) -> None:
        """One record: first by its own release, then by the draft."""
        self.found.decisions += 1
        own = self._rules[step.release_id]
        read = self._evaluator.own(step)
        if read.mismatch:
            self.found.mismatches.append(own.title(step.decision))
        asked = (step.element_id, step.decision)
        where = own.asking(self._subject.process, asked)
        place = where[1] if where else Place(own.element_title(self._subject.process, step.element_id), "", False)
        self._seen[step.element_id] = read
        result = self._by_draft(step, read, where[0] if where else None, place)
        self._keep(step, read, place, result)

    def _by_draft(self, step: Step, read: Read, process: str | None, place: Place) -> Any:
        """The result under the draft; `_PASSED` where the draft does not ask this any more, UNKNOWN where nobody can
        say. `process`: in which its own release asks it, None where none does."""
        draft = self._rules[self._subject.draft or step.release_id]
        if process is not None and draft.asking(process, (step.element_id, step.decision)) is None:
            if not place.is_guard:
                self.found.faults.append(f"变更后“{place.title}”不再作这项判断")
                return UNKNOWN
            self._note(step, read, place, None)
            return _PASSED
        now = self._evaluator.draft(step, read, self._subject, self._over)
        self.found.unknown |= now.unknown
        if now.fault:
            self.found.faults.append(now.fault)
        if now.unknown or now.fault:
            return UNKNOWN
        if now.outcome is not read.outcome and now.text != read.text:
            self._note(step, read, place, now)
        return now.outcome.result

    def _note(self, step: Step, read: Read, place: Place, now: Any) -> None:
        own, draft = self._rules[step.release_id], self._rules[self._subject.draft or step.release_id]
        if now is None:
            why = causes.Cause(own.title(step.decision), 0, "", was=True)
            self.found.changed.append(Changed(place.title, step.decision, read.outcome.result, [], why, []))
            return
        why = causes.cause(own.bundle, draft.bundle, step.decision, read.outcome, now.outcome)
        self.found.changed.append(
            Changed(place.title, step.decision, read.outcome.result, now.outcome.result, why, now.figures)
        )

    def _keep(self, step: Step, read: Read, place: Place, result: Any) -> None:
        """Hand the result on, and note where it refuses."""
        was = read.outcome.result
        refused = bool(causes.refusal(was)) if was else False
        if place.is_guard or refused:
            stands = refused if result is was else result not in (_PASSED, UNKNOWN) and bool(causes.refusal(result))
            self.found.refuses.append((refused, stands))
        if not place.variable:
            return
        self._then[place.variable], self._now[place.variable] = was, result
        if (place.variable,) not in self._over and result is not UNKNOWN and read.is_same(result):
            return
        self._over[(place.variable,)] = result
        self._compute(step, read, place.variable)

    def _compute(self, step: Step, read: Read, variable: str) -> None:
        """What scripts make of a result that changed."""
        draft = self._rules[self._subject.draft or step.release_id]
        process = draft.process(self._subject.process)
        for path, expression in process.computed if process else ():
            if variable in {name.partition(".")[0] for name in expression.names}:
                known = Known(read.seen, self._over, {}, lambda key: UNKNOWN)
                value = self._evaluator.value(expression, known, step)
                self._over[path] = UNKNOWN if known.unknown else value

    def ask_for_more(self) -> None:
        """What the draft asks at an element where nobody asked it then: answered from what was read there, or
        undetermined."""
        subject = self._subject
        own, draft = self._rules[subject.release_id], self._rules[subject.draft or subject.release_id]
        before, after = own.process(subject.process), draft.process(subject.process)
        if own is draft or before is None or after is None:
            return
        if subject.status != DOOR and before.way != after.way:
            self.found.is_led_elsewhere = True
        for asked, place in after.places.items():
            if asked in before.places or (subject.status == DOOR and asked[0] != after.start):
                continue
            read = self._seen.get(asked[0])
            if read is None:
                self.found.faults.append(f"变更后“{place.title}”要作“{draft.title(asked[1])}”的判断，当时没有问过")
                continue
            now = self._evaluator.fresh(subject, asked[1], read, self._over, subject.steps[-1].decided_at)
            self.found.unknown |= now.unknown
            if now.fault:
                self.found.faults.append(now.fault)
            elif not now.unknown and place.is_guard:
                self._note_added(place, draft, asked[1], now)

    def _note_added(self, place: Place, draft: Rules, decision: str, now: Any) -> None:
        refused = causes.refusal(now.outcome.result)
        self.found.refuses.append((False, bool(refused)))
        if refused:
            why = causes.cause(draft.bundle, draft.bundle, decision, Outcome([]), now.outcome)
            self.found.changed.append(Changed(place.title, decision, [], now.outcome.result, why, now.figures))

    def count_money(self) -> None:
        """What is paid a month, before and after."""
        subject = self._subject
        process = self._rules[subject.release_id].process(subject.process)
        if subject.status not in APPROVED or process is None:
            return
        for path in process.monthly:
            was, now = at(self._then, path), at(self._now, path)
            if isinstance(was, Decimal):
                refused = any(now and not was for was, now in self.found.refuses)
                now = Decimal(0) if refused else now
                self.found.monthly = (was, now) if isinstance(now, Decimal) else None
                return
