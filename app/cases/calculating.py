"""Calculating an award again by the diagram that follows figures, without a case: for thousands at once (D15).

What the diagram asks of the world is read, never done: the new amount of `award_change`, the letter of `document`.
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
from app.cases.variables import person_facts, region_facts
from app.core.clock import local_date, midnight
from app.core.money import to_money
from app.definitions.bundle import Bundle
from app.effects import SCHEMAS, read
from app.feel import Recorder, encode
from app.figures.catalogue import catalogue
from app.figures.reader import FigureReader, OptionalFigures
from app.identity import queries as identity
from app.registry.queries import AwardState

CHANGE, LETTER = "award_change", "document"
Figures = Callable[[identity.RegionChain, date], FigureReader]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an award is worth now. `refused`: why it cannot be calculated from what is known, and is re-checked.

    `monthly` is the amount that it should have, also where nothing changes (`is_changed`: the diagram asks for a
    change, be it of the sources alone). `facts`, `reason` and `letter` (its inputs and template) come with a change.
    """

    award: AwardState
    monthly: Decimal | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    letter: Mapping[str, Any] | None = None
    refused: str | None = None
    decided: tuple[Decided, ...] = ()
    is_changed: bool = False


class Calculator:
    """Calculates the awards of a programme in one region by the release that is in force there."""

    def __init__(
        self, session: Session, bundle: Bundle, process: str, chain: identity.RegionChain, now: datetime,
        figures: Figures | None = None,
    ) -> None:  # fmt: skip
        self.bundle, self.diagram, self.chain, self.now = bundle, bundle.process(process), chain, now
        self._session, self._figures_of = session, figures or self._in_force
        self._figures: dict[date, FigureReader] = {}
        self._facts = {"region": region_facts(chain), "programme": bundle.programme, "number": None}

    def now_worth(self, award: AwardState) -> Outcome:
        """What the award is worth today, with the decisions that say so."""
        host = _Host(self, self.now, decided=[])
        variables = self._variables(award, award.facts, award.monthly)
        refused = host.refuses(variables)
        if refused is not None:
            return Outcome(award, None, refused=refused, decided=tuple(host.decided or ()))
        done = engine.calculate(self.diagram, variables, host)
        change, letter = done.asked(CHANGE), done.asked(LETTER)
        if change is None:
            return Outcome(award, award.monthly)
        given = read(SCHEMAS[CHANGE], change.element.label, change.inputs())
        if given["monthly"] is None:
            raise EffectError(f"「{change.element.label}」没有算出金额，请核对这户的认定记录")
        return Outcome(
            award, given["monthly"], given["facts"] or {}, done.end.label,
            letter.inputs() if letter else None, decided=tuple(host.decided or ()), is_changed=True,
        )  # fmt: skip

    def month_worth(self, award: AwardState, facts: Mapping[str, Any], ordered: Decimal, day: date) -> Decimal:
        """What a month was worth by the figures of a day, to whom the award covered then; `ordered` where nothing
        says otherwise."""
        host = _Host(self, midnight(day), decided=None)
        variables = self._variables(award, facts, ordered)
        if host.refuses(variables) is not None:
            return ordered
        change = engine.calculate(self.diagram, variables, host).asked(CHANGE)
        return ordered if change is None else to_money(change.value("monthly"))

    def figures_on(self, day: date) -> FigureReader:
        """The figures of the region on a day."""
        if day not in self._figures:
            self._figures[day] = self._figures_of(self.chain, day)
        return self._figures[day]

    def _in_force(self, chain: identity.RegionChain, day: date) -> FigureReader:
        return FigureReader(self._session, chain.ids, day, chain.full_name)

    def names_on(self, day: date) -> dict[str, Any]:
        """The names that expressions may read besides figures and variables."""
        basis = catalogue(self._session).basis_on(self.bundle.basis, day)
        return {"programme": {"title": self.bundle.title, "basis": basis, "key": self.bundle.programme}}

    def _variables(self, award: AwardState, facts: Mapping[str, Any], monthly: Decimal | None) -> dict[str, Any]:
        known = {**award.as_facts(), **facts, "monthly": monthly}
        applicant = {"name": award.name, "id_number": award.id_number}
        case: dict[str, Any] = {
            **self._facts,
            "applicant": {"name": award.name, **person_facts(award.id_number, local_date(self.now))},
            "award": known,
            "failing_rules": [],
        }
        return {"application": applicant, "case": case}


class _Host:
    """What the engine asks while it calculates; `decided` keeps the decisions where it is a list."""

    def __init__(self, calculator: Calculator, now: datetime, decided: list[Decided] | None) -> None:
        self.now, self.decided, self._calculator = now, decided, calculator
        today = local_date(now)
        self._figures = calculator.figures_on(today)
        self._scope = {
            "figure": self._figures,
            "optional_figure": OptionalFigures(self._figures),
            "today": today,
            "now": now,
            **calculator.names_on(today),
        }

    def scope(self, element: engine.Element) -> Mapping[str, Any]:
        return self._scope

    def decide(self, element: engine.Element, decision: str, scope: Mapping[str, Any]) -> Any:
        if self.decided is None:
            return decisions.decide(self._calculator.bundle, decision, scope, self.now).result
        names = Recorder(scope)
        outcome = decisions.decide(self._calculator.bundle, decision, names, self.now)
        seen = names.node()
        figures = self._figures.entries(decisions.figure_keys(seen))
        rows = [row.index for row in outcome.rows]
        self.decided.append(Decided(element.id, decision, seen, encode(outcome.result), rows, figures))
        return outcome.result

    def refuses(self, variables: Mapping[str, Any]) -> str | None:
        """What the guards of the start event say against calculating, else None."""
        start = self._calculator.diagram.start
        for decision in start.guards:
            result = self.decide(start, decision, engine.compose({}, variables, self._scope))
            found = guards.rows(start, decision, result)
            if found:
                return "；".join(hit["message"] for hit in found)
        return None
