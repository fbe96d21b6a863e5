"""One case in a world of its own, and what people and time may do to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.cases import handlers, operations, queries
from app.core.actor import APPLICANT, SYSTEM, Actor
from app.core.clock import MovableClock, local_date
from app.core.errors import NotYours, Rejection
from app.db import stamps
from app.figures import seeding as figures
from app.figures.models import Figure
from app.funds import bank
from app.funds.models import PaymentOrder
from app.identity import appointed
from app.identity import operations as staff
from app.identity import queries as identity
from app.inbox import queries as inbox
from app.jobs import operations as jobs
from app.jobs.runner import Worker
from app.scenarios.expect import Snapshot
from app.scenarios.play import Worlds
from app.scenarios.setting import prepare
from tests.integration.walks.answers import Draw, answers
from tests.integration.walks.beginnings import Beginning
from tests.integration.walks.invariants import broken
from tests.support.played import award_left_by

# What an action on a case could change; the rest is the setting.
SETTING = ("blob", "release", "release_file", "release_place", "release_letter", "release_receipt", "calendar_version",
           "calendar_year", "calendar_day", "region", "office", "user_account", "appointment")  # fmt: skip
FIGURE = Figure.__table__
STANDARDS = {"rural_dibao_standard_month": 345, "urban_dibao_standard_month": 540}


class Remembered(NamedTuple):
    """What a case remembers: variables, and fields that no form knew by element."""

    variables: dict[str, Any]
    unknown: dict[str, Any]


class Walk:
    """`act` is the only way to do something: a refusal must leave every row as it was."""

    def __init__(self, template: Worlds, beginning: Beginning) -> None:
        self.beginning = beginning
        self.world = template.open(MovableClock(beginning.story.clock))
        self.case_id = ""
        self.lost: list[dict[str, Any]] = []
        self.reached: list[tuple[str, Remembered]] = []
        self.standing: set[str] = set()
        self.returns = 0

    def act(self, do: Callable[[Session], Any]) -> str:
        """Do it in a transaction; the code of the refusal, or an empty text."""
        before = Snapshot.take(self.world.database, SETTING)
        refused = self._refused(do)
        if not refused:
            self.run_due()
        elif changed := before.changed(self.world.database):
            raise AssertionError(f"refused ({refused}), but something changed: {changed}")
        return refused

    def _refused(self, do: Callable[[Session], Any]) -> str:
        try:
            with self.world.database.write() as session:
                do(session)
        except Rejection as refusal:
            return refusal.code
        return ""

    def problems(self) -> list[str]:
        with self.world.database.read() as session:
            return broken(session, self.case_id, self.world.clock.now()) if self.case_id else []

    # --- people ---

    def holders(self, session: Session, position: str) -> list[Actor]:
        """Those who hold a position for the case's region, or `position@office`."""
        on = local_date(self.world.clock.now())
        candidate = position
        if "@" not in position:
            chain = identity.chain_of_code(session, self.beginning.story.region, on)
            office = identity.office_of(session, chain, position)
            if office is None:
                raise NotYours(f"nobody is {position} for {chain.full_name}")
            candidate = f"{position}@{office.id}"
        staff.ensure_holders(session, identity.office(session, candidate.partition("@")[2]), self.world.clock.now())
        found = [
            appointed.load_actor(session, holder.user_id, on) for holder in appointed.holders(session, candidate, on)
        ]
        return [actor for actor in found if actor is not None]

    def apply(self) -> str:
        """Hand in the application of the story, in its setting."""
        step, story = self.beginning.step, self.beginning.story
        prepare(self.world, story)
        if step.at is not None:
            self.world.clock.move_to(step.at)

        def do(session: Session) -> None:
            actor = APPLICANT if step.actor == "applicant" else self.holders(session, step.actor.partition("@")[0])[0]
            region = step.region or story.region
            now = self.world.clock.now()
            self.case_id = operations.apply(session, actor, story.programme, region, step.data, now).case_id

        return self.act(do)

    def begin_on_award(self, process: str) -> str:
        """Play the story, which leaves an award in payment, and begin a process on that award."""
        award_id = award_left_by(self.world, self.beginning.story)
        data = {"reason": "家庭情况有变化", "clause": "D15"}

        def do(session: Session) -> None:
            clerk, now = self.holders(session, "township_clerk")[0], self.world.clock.now()
            self.case_id = operations.start_award_case(session, clerk, award_id, process, data, now).case_id

        refused = self._refused(do)  # who is refused at the door is on record (ADR 17), so something may change
        self.run_due()
        return refused

    def complete(self, draw: Draw, *, agreeable: bool) -> str:
        """Somebody who may do it completes an open task with drawn answers."""
        items = self.open_items()
        if not items:
            return "nothing"
        item = items[draw(st.integers(0, len(items) - 1))]
        with self.world.database.write() as session:
            action = self.action(session)
            element = action.diagram.elements[item.element_id]
            form = action.bundle.form(element.attributes["formKey"])
            actors = self.holders(session, item.candidate)
        data = answers(form, draw, local_date(self.world.clock.now()), agreeable=agreeable)
        data["injected"] = "nobody asked"
        if field := element.properties.get("itemKey"):
            data[field] = item.item_key
        refusal = ""
        for actor in actors:
            refusal = self.act(
                lambda s, who=actor: operations.complete_task(s, who, item.id, data, self.world.clock.now())
            )
            if refusal != NotYours.code:
                break
        return refusal

    def send_back(self, draw: Draw) -> str:
        """Whose turn it is sends the case back to any human step."""
        items = self.open_items()
        with self.world.database.read() as session:
            action = self.action(session)
            steps = sorted(e.id for e in action.diagram.elements.values() if e.type == "userTask")
            done = sorted({i.element_id for i in inbox.items_of_case(session, self.case_id) if i.status == "done"})
        if not steps:
            return "nothing"
        step = draw(st.sampled_from(done or steps) | st.sampled_from(steps))

        def do(session: Session) -> None:
            actor = self.holders(session, items[0].candidate)[0] if items else SYSTEM
            operations.return_case(session, actor, self.case_id, step, "材料有误", self.world.clock.now())
            self._require_forgotten(session, step)
            self.returns += 1

        return self.act(do)

    def _require_forgotten(self, session: Session, step: str) -> None:
        """The case remembers what it did when the step was reached, nothing that was answered behind it.

        Of a step that several people do only the last answer is taken back. No shipped diagram has branches at once.
        What was reached behind the step is forgotten too: a step that a loop had reached twice is again reached once.
        """
        place = max(place for place, (reached, _) in enumerate(self.reached) if reached == step)
        then, now = self.reached[place][1], self._remembered(session)
        del self.reached[place:]
        own = {step} if self.action(session).diagram.elements[step].item_name else set()
        read = {
            name
            for name in now.variables.keys() | then.variables
            if now.variables.get(name) != then.variables.get(name)
        }
        if read - own or now.unknown.keys() - then.unknown.keys() - own:
            raise AssertionError(f"after a return to {step} can be read: {sorted(read | now.unknown.keys())}")

    def _remembered(self, session: Session) -> Remembered:
        instance = self.action(session).instance
        return Remembered(instance.variables, {key: value for key, value in instance.unknown.items() if value})

    def action(self, session: Session) -> Any:
        return queries.store.look(session, SYSTEM, self.case_id, self.world.clock.now())

    def _note_reached(self) -> None:
        """What is remembered when a step opens."""
        if self.case_id:
            opened = {item.id: item.element_id for item in self.open_items()}
            fresh = {opened[item_id] for item_id in opened.keys() - self.standing}
            with self.world.database.read() as session:
                self.reached += [(step, self._remembered(session)) for step in sorted(fresh)]
            self.standing = set(opened)

    def object(self) -> str:
        data = {"reason": "家中有车", "name": "邻居", "phone": "13904310031"}
        return self.act(lambda s: operations.object_to(s, APPLICANT, self.case_id, data, self.world.clock.now()))

    def withdraw(self) -> str:
        return self.act(lambda s: operations.withdraw(s, APPLICANT, self.case_id, "已就业", self.world.clock.now()))

    def office_does(self, position: str, command: Callable[..., Any], *given: Any) -> str:
        """A command of the office on the case: cancel, hold, release, retry_incident."""

        def do(session: Session) -> None:
            command(session, self.holders(session, position)[0], self.case_id, *given, self.world.clock.now())

        return self.act(do)

    def pay(self) -> str:
        """The bank pays the first order that waits."""

        def do(session: Session) -> None:
            waiting = (PaymentOrder.status == "pending") & (PaymentOrder.case_id == self.case_id)
            due = select(PaymentOrder.id).where(waiting).order_by(PaymentOrder.place).limit(1)
            for order_id in session.scalars(due):
                bank.mark_paid(session, SYSTEM, [order_id], "回单", self.world.clock.now())

        return self.act(do)

    def lose_figures(self) -> str:
        """No figure is in force any more: whatever rule reads one cannot answer."""

        def do(session: Session) -> None:
            self.lost += [dict(row) for row in session.execute(select(FIGURE)).mappings()]
            stamps.bump(session, "figures")
            session.execute(delete(FIGURE))

        return self.act(do)

    def enter_figures(self) -> str:
        """The county enters what is missing."""
        county, now = self.beginning.story.region[:6], self.world.clock.now()

        def do(session: Session) -> None:
            if self.lost:
                stamps.bump(session, "figures")
                session.execute(insert(FIGURE), self.lost)
                self.lost = []
            for key, value in STANDARDS.items():
                figures.establish(session, key, county, value, origin=figures.STORY, now=now)

        return self.act(do)

    # --- time ---

    def wait(self, days: int) -> None:
        """Days pass; what falls due on the way happens at its own time."""
        moment = self.world.clock.now() + timedelta(days=days)
        while True:
            with self.world.database.read() as session:
                due = jobs.next_due(session, handlers.HANDLERS, moment)
            if due is None:
                break
            self.world.clock.move_to(max(due, self.world.clock.now()))
            self.run_due()
        self.world.clock.move_to(moment)

    @property
    def is_open(self) -> bool:
        return bool(self.case_id) and self._head().closed_at is None

    def trouble(self) -> tuple[str, int]:
        """The case's status, and how many incidents wait."""
        with self.world.database.read() as session:
            return self._head().status, len(queries.incidents_of(session, self.case_id))

    def _head(self) -> Any:
        with self.world.database.read() as session:
            return queries.head(session, self.case_id)

    def run_due(self) -> None:
        worker = Worker(self.world.database, self.world.clock, handlers.HANDLERS, on_dead=handlers.on_dead)
        while worker.run_once():
            pass
        self._note_reached()

    def open_items(self) -> list[Any]:
        with self.world.database.read() as session:
            items = inbox.items_of_case(session, self.case_id)
        return [item for item in items if item.status == "open" and item.kind == "task"]
