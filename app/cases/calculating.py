"""Calculating an award again by the diagram that follows figures, without a case: for thousands at once (D15).

What the diagram asks of the world is read, never done: the new amount of `award_change`, the letter of `document`.
Months mostly differ in few of the names that a decision reads: what was decided of an award is not decided again where
every name that it read says the same (ADR 20).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app import engine
from app.cases import decisions, guards
from app.cases.decisions import Decided
from app.cases.errors import EffectError
from app.cases.variables import person_facts
from app.core.clock import local_date, midnight
from app.core.money import to_money
from app.definitions.bundle import Bundle
from app.effects import SCHEMAS, read
from app.feel import Recorder, encode
from app.feel.dmn import Outcome as Decision
from app.figures.catalogue import catalogue
from app.figures.errors import FigureMissing
from app.figures.reader import FigureReader, OptionalFigures
from app.identity import queries as identity
from app.registry.queries import AwardState

CHANGE, LETTER = "award_change", "document"
Figures = Callable[[identity.RegionChain, date], FigureReader]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an award is worth now. `refused`: why it cannot be calculated from what is known, and is re-checked.

    `monthly` is the amount that it should have, also where nothing changes (`is_changed`: the diagram asks for a
    change, be it of the sources alone). `facts`, `reason` and `letter` (its inputs and template) come with a change;
    `decided` gives the decisions behind it as they are recorded, for which a preview has no use.
    """

    award: AwardState
    monthly: Decimal | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    letter: Mapping[str, Any] | None = None
    refused: str | None = None
    decided: Callable[[], tuple[Decided, ...]] = tuple
    is_changed: bool = False


class Calculator:
    """Calculates the awards of a programme in one region by the release that is in force there."""

    def __init__(
        self, session: Session, bundle: Bundle, process: str, chain: identity.RegionChain, now: datetime,
        figures: Figures | None = None,
    ) -> None:  # fmt: skip
        self.bundle, self.diagram, self.chain, self.now = bundle, bundle.process(process), chain, now
        self._session, self._figures_of = session, figures or self._in_force
        self._scopes: dict[datetime, dict[str, Any]] = {}
        self._facts = {"region": chain.facts, "programme": bundle.programme, "number": None}
        self._latest: _Known | None = None

    def now_worth(self, award: AwardState) -> Outcome:
        """What the award is worth today, with the decisions that say so."""
        host = _Host(self, self._known(award), self.now)
        variables = self._variables(host.known, award.facts, award.monthly)
        refused = host.refuses(variables)
        if refused is not None:
            return Outcome(award, None, refused=refused)
        done = engine.calculate(self.diagram, variables, host)
        change, letter = done.asked(CHANGE), done.asked(LETTER)
        if change is None:
            return Outcome(award, award.monthly)
        given = read(SCHEMAS[CHANGE], change.element.label, change.inputs())
        if given["monthly"] is None:
            raise EffectError(f"「{change.element.label}」没有算出金额，请核对这户的认定记录")
        return Outcome(
            award, given["monthly"], given["facts"] or {}, done.end.label,
            letter.inputs() if letter else None, decided=host.decided, is_changed=True,
        )  # fmt: skip

    def month_worth(self, award: AwardState, facts: Mapping[str, Any], ordered: Decimal, day: date) -> Decimal:
        """What a month was worth by the figures of a day, to whom the award covered then; `ordered` where nothing
        says otherwise."""
        host = _Host(self, self._known(award), midnight(day))
        variables = self._variables(host.known, facts, ordered)
        if host.refuses(variables) is not None:
            return ordered
        change = engine.calculate(self.diagram, variables, host).asked(CHANGE)
        return ordered if change is None else to_money(change.value("monthly"))

    def scope_at(self, now: datetime) -> Mapping[str, Any]:
        """The names that expressions may read besides variables."""
        if now not in self._scopes:
            today = local_date(now)
            figures = self._figures_of(self.chain, today)
            basis = catalogue(self._session).basis_on(self.bundle.basis, today)
            self._scopes[now] = {
                "figure": figures,
                "optional_figure": OptionalFigures(figures),
                "today": today,
                "now": now,
                "programme": {"title": self.bundle.title, "basis": basis, "key": self.bundle.programme},
            }
        return self._scopes[now]

    def _in_force(self, chain: identity.RegionChain, day: date) -> FigureReader:
        return FigureReader(self._session, chain.ids, day, chain.full_name)

    def _known(self, award: AwardState) -> _Known:
        if self._latest is None or self._latest.award is not award:
            self._latest = _Known(award, person_facts(award.id_number, local_date(self.now)))
        return self._latest

    def _variables(self, known: _Known, facts: Mapping[str, Any], monthly: Decimal | None) -> dict[str, Any]:
        award = known.award
        case: dict[str, Any] = {
            **self._facts,
            "applicant": {"name": award.name, **known.person},
            "award": {**award.as_facts(), **facts, "monthly": monthly},
            "failing_rules": [],
        }
        return {"application": {"name": award.name, "id_number": award.id_number}, "case": case}


@dataclass(slots=True)
class _Known:
    """What was found out about one award; `decided` are its decisions with what each of them read."""

    award: AwardState
    person: Mapping[str, Any]
    decided: list[_Made] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Made:
    decision: str
    reads: Recorder
    outcome: Decision

    def holds(self, decision: str, scope: Mapping[str, Any]) -> bool:
        """Whether deciding again would give the same."""
        try:
            return self.decision == decision and not self.outcome.asked_clock and self.reads.matches(scope)
        except FigureMissing:  # other figures may lead past the one that is missing
            return False


class _Host:
    """What the engine asks while it calculates an award at a moment."""

    def __init__(self, calculator: Calculator, known: _Known, now: datetime) -> None:
        self.now, self.known, self._calculator = now, known, calculator
        self._scope = calculator.scope_at(now)
        self._made: list[tuple[engine.Element, _Made]] = []

    def scope(self, element: engine.Element) -> Mapping[str, Any]:
        return self._scope

    def decide(self, element: engine.Element, decision: str, scope: Mapping[str, Any]) -> Any:
        made = next((each for each in self.known.decided if each.holds(decision, scope)), None)
        if made is None:
            names = Recorder(scope)
            made = _Made(decision, names, decisions.decide(self._calculator.bundle, decision, names, self.now))
            self.known.decided.append(made)
        self._made.append((element, made))
        return made.outcome.result

    def decided(self) -> tuple[Decided, ...]:
        """The decisions of this calculation, as they are recorded."""
        return tuple(self._decided(*each) for each in self._made)

    def _decided(self, element: engine.Element, made: _Made) -> Decided:
        seen = made.reads.node()
        figures = self._scope["figure"].entries(decisions.figure_keys(seen))
        rows = [row.index for row in made.outcome.rows]
        return Decided(element.id, made.decision, seen, encode(made.outcome.result), rows, figures)

    def refuses(self, variables: Mapping[str, Any]) -> str | None:
        """What the guards of the start event say against calculating, else None."""
        start = self._calculator.diagram.start
        for decision in start.guards:
            result = self.decide(start, decision, engine.compose({}, variables, self._scope))
            found = guards.rows(start, decision, result)
            if found:
                return "；".join(hit["message"] for hit in found)
        return None
