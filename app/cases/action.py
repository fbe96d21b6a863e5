"""One command on one case, seen from the engine: what expressions may read, how decisions and effects are answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app import engine
from app.calendar import LegalClock
from app.cases import decisions
from app.cases.decisions import Decided
from app.cases.instance import Instance
from app.cases.models import Awaited
from app.cases.plan import Planned
from app.core import id_number as id_numbers
from app.core import logs
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone
from app.db import Vault
from app.definitions.bundle import Bundle
from app.definitions.letters import Letter
from app.effects import Schema
from app.feel import Recorder, encode
from app.figures.catalogue import catalogue
from app.figures.reader import FigureReader, OptionalFigures
from app.identity import queries as identity
from app.publicity.reader import NoticeReader
from app.registry.reader import RegistryReader


class Performing(Protocol):
    """What an action asks of an effect (`app.cases.effects.base.EffectObject`)."""

    @property
    def schema(self) -> Schema: ...

    def perform(self, action: Action, effect: engine.Effect) -> Any: ...

    def undo(self, action: Action, since: int, reason: str) -> int: ...

    def reopen(self, action: Action, since: int, reason: str) -> int: ...

    def settle(self, action: Action) -> None: ...

    def over(self, action: Action, wait: Awaited) -> Mapping[str, Any] | None: ...

    def close(self, action: Action, reason: str) -> None: ...


@dataclass(slots=True)
class CaseHead:
    """The columns of a case that an action reads and writes."""

    id: str
    number: str
    programme: str
    release_id: str
    process_key: str
    title: str
    status: str
    region_id: str
    province_id: str
    county_id: str | None
    township_id: str | None
    village_id: str | None
    applicant_name: str
    applicant_blind: str
    award_id: str | None
    begun_by: str | None
    begun_seq: int | None
    channel: str
    applied_on: date
    filed_at: datetime
    closed_at: datetime | None
    version: int
    audit_seq: int
    audit_hash: str
    reopened_seq: int | None = None


@dataclass
class Action:
    """One command on one case. It is the engine's host, and carries what must be written when the engine has run.

    `effects` are all effects by topic (`app.cases.effects.EFFECTS`). `read` is the case's row as it stands, found or
    inserted. `corrections` is what a decision made again means for what was paid
    (`app.cases.effects.corrections.Correction`). `dying`: the numbers of those whose death it enters; `taking`: the
    names of those to whom it gives a role of the award, by role. `events`: what the applicant is told of.
    """

    session: Session
    actor: Actor
    now: datetime
    case: CaseHead
    bundle: Bundle
    chain: identity.RegionChain
    instance: Instance
    effects: Mapping[str, Performing] = field(repr=False)
    read: Any = field(default=None, repr=False)
    id: str = field(default_factory=logs.begin_action)
    planned: list[Planned] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    moved_clocks: list[LegalClock] = field(default_factory=list)
    corrections: list[Any] = field(default_factory=list)
    dying: set[str] = field(default_factory=set)
    taking: dict[str, str] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)

    @property
    def diagram(self) -> engine.Diagram:
        return self.bundle.process(self.case.process_key)

    def letter(self, key: str) -> Letter:
        """A letter as the case's release has it. Raises BundleError."""
        return self.bundle.letter(key, self.chain.ids)

    @cached_property
    def own_effects(self) -> list[Performing]:
        """The effects that the diagram has, each once."""
        topics = {element.attributes.get("topic") for element in self.diagram.elements.values()}
        return [effect for topic, effect in self.effects.items() if topic in topics]

    @property
    def waits(self) -> bool:
        """Whether the diagram has an effect that waits."""
        return any(effect.schema.waits for effect in self.own_effects)

    @property
    def today(self) -> date:
        return local_date(self.now)

    @property
    def region_codes(self) -> tuple[str, ...]:
        """Codes of the case's region and its ancestors."""
        return self.chain.codes

    @property
    def vault(self) -> Vault:
        return self.session.info["vault"]

    @property
    def variables(self) -> dict[str, Any]:
        return self.instance.variables

    @property
    def state(self) -> bytes:
        """The engine's state. Raises Gone while the case waits at the door."""
        if self.instance.state is None:
            raise Gone(f"案件{self.case.number}尚未开始办理，请先处理异常")
        return self.instance.state

    @property
    def seq(self) -> int:
        """The audit number that this action will get; what it writes carries it, so that a return can reverse it."""
        return self.case.audit_seq + 1

    @property
    def is_new(self) -> bool:
        """Whether the case begins with this action: nothing of it can be open yet."""
        return self.case.audit_seq == 0

    @cached_property
    def figures(self) -> dict[date, FigureReader]:
        return {}

    def figures_on(self, day: date) -> FigureReader:
        """Figures in force on `day` in the case's region."""
        if day not in self.figures:
            self.figures[day] = FigureReader(self.session, self.chain.ids, day, self.chain.full_name)
        return self.figures[day]

    @cached_property
    def registry(self) -> RegistryReader:
        application = self.variables.get("application") or {}
        members = [member.get("id_number") for member in (application.get("household") or {}).get("members") or []]
        return RegistryReader(
            self.session,
            id_number=application.get("id_number"),
            members=[number for number in members if number],
            on=self.today,
            exclude_case_id=self.case.id,
            county_id=self.case.county_id,
            city=self.chain.at("city"),
            award_id=self.case.award_id,
        )

    def form_context(self) -> dict[str, Any]:
        """What the form of a task reads besides its own fields; the registry is looked up where it is read."""
        return {**self.variables, "registry": self.registry}

    @property
    def number(self) -> str:
        """The applicant's identity number, or what stands for it while nobody knows it."""
        application = self.variables.get("application") or {}
        return application.get("id_number") or id_numbers.stand_in(self.case.id)

    # --- the engine's host ---

    def scope(self, element: engine.Element | None) -> Mapping[str, Any]:
        """Names that every expression may read besides the case's variables; figures and registry are lazy."""
        figures = self.figures_at(element)
        return {"figure": figures, "optional_figure": OptionalFigures(figures), **self._names}

    def figures_at(self, element: engine.Element | None) -> FigureReader:
        """Figures as expressions at an element read them."""
        by_application = element is not None and element.properties.get("figuresOn") == "application"
        return self.figures_on(self.case.applied_on if by_application else self.today)

    @cached_property
    def _names(self) -> dict[str, Any]:
        """Those names of `scope` that are the same everywhere."""
        return {
            "registry": self.registry,
            "notice": NoticeReader(self.session, self.case.id),
            "today": self.today,
            "now": self.now,
            "programme": {
                "title": self.bundle.title,
                "basis": catalogue(self.session).basis_on(self.bundle.basis, self.today),
                "key": self.bundle.programme,
            },
            "actor": {"user_id": self.actor.user_id, "positions": sorted(self.actor.positions)},
        }

    def names(
        self, element: engine.Element | None, own: Mapping[str, Any], variables: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """All names in reach at an element: `own` first, then the variables (of this moment of a run), then `scope`."""
        return engine.compose(own, self.variables if variables is None else variables, self.scope(element))

    def decide(self, element: engine.Element, decision: str, scope: Mapping[str, Any]) -> Any:
        """Evaluate a decision of the bundle and keep what it saw."""
        names = Recorder(scope)
        outcome = decisions.decide(self.bundle, decision, names, self.now)
        seen = names.node()
        figures = self.figures_at(element).entries(decisions.figure_keys(seen))
        rows = [row.index for row in outcome.rows]
        self.decided.append(Decided(element.id, decision, seen, encode(outcome.result), rows, figures))
        return outcome.result

    def decision_rows(self, *, case_id: str | None = None, door_id: str | None = None) -> list[dict[str, Any]]:
        """What was decided until now, to be written for the case or for an answer at the door."""
        of = {"case_id": case_id, "door_id": door_id, "action_id": self.id, "release_id": self.case.release_id}
        return decisions.rows(self.vault, self.decided, {**of, "decided_at": self.now})

    def perform(self, effect: engine.Effect) -> Any:
        """Plan the effect that a service task asks for; one that fails has planned nothing."""
        planned, notes = len(self.planned), len(self.notes)
        try:
            result = self.effects[effect.topic].perform(self, effect)
        except Exception:
            del self.planned[planned:], self.notes[notes:]
            raise
        self.reached(effect.element)
        return result

    def reached(self, element: engine.Element) -> None:
        """The case came to an element: what it `tells` is said to the applicant."""
        if told := element.properties.get("tells"):
            self.events.append(told)

    # --- helpers of effects and of what follows the engine ---

    def evaluate(self, element: engine.Element, expression: str, item: Mapping[str, Any] | None = None) -> Any:
        """A FEEL value in the scope of `element`."""
        return engine.evaluate(element, expression, self.variables, item, self)

    def plan(self, *planned: Planned) -> None:
        self.planned.extend(planned)

    def note(self, kind: str, **payload: Any) -> None:
        """Something that the audit event of this action tells."""
        self.notes.append({"kind": kind, **payload})

    @cached_property
    def offices(self) -> Mapping[str, identity.OfficeRow]:
        """The offices of the case's region by kind (village, township, county)."""
        return identity.offices_of(self.session, self.chain)

    def clocks_changed(self, changed: list[LegalClock]) -> None:
        """Legal clocks that were paused or resumed: the due days of open tasks follow them."""
        self.moved_clocks.extend(changed)
