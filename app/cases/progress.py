"""What an applicant is told of a case: where it stands, until when, who has it, what lies behind and before it.

The words are the diagram's (`public` and `stage` of its steps), the days those of the legal clocks and notices.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app import calendar
from app.calendar import LegalClock
from app.cases import answering, contesting, queries, requests, store, waits
from app.cases.action import Action
from app.core.actor import APPLICANT
from app.core.clock import local_date
from app.documents import queries as documents
from app.forms import Form
from app.funds import queries as funds
from app.identity import queries as identity
from app.inbox import exchanges
from app.inbox import queries as items
from app.publicity import queries as notices

PUBLIC, STAGE, ASKED = "public", "stage", "asked"
DONE, NOW, NEXT = "done", "now", "next"
FILED = "提交申请"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the way. `state`: done, now or next; the days from and until which it lasted, both inclusive."""

    name: str
    state: str
    since: date | None = None
    until: date | None = None

    @property
    def days(self) -> int | None:
        """Calendar days that it took, the first one counted; None while it is not over."""
        return (self.until - self.since).days + 1 if self.since and self.until else None


@dataclass(frozen=True, slots=True)
class Contact:
    """The office that has the case now; `phone` may be missing."""

    office: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """What the page of an applicant shows. `words`: of each open step, without a full stop.

    `until`: the last day of the step by law, inclusive, and of the decision where it `answers`; `paused`: why its clock
    stands still. `public_until`: the last day of the notice that stands. `questions` wait for the applicant, `answered`
    do not any more. `submitted` is read by `form`. `seen_on` is today. `quiet`: wants no messages. `contest`: what may
    be done against the decision. `missing`: papers that the case waits for since `asked_at`.
    """

    case_id: str
    number: str
    title: str
    status: str
    name: str
    applied_on: date
    seen_on: date
    is_open: bool
    words: tuple[str, ...]
    until: date | None
    answers: bool
    paused: str | None
    public_until: date | None
    contacts: tuple[Contact, ...]
    stages: tuple[Stage, ...]
    owed: tuple[Any, ...]
    exchanges: tuple[Any, ...]
    documents: tuple[Any, ...]
    orders: tuple[Any, ...]
    form: Form
    submitted: Any
    context: Any
    phone: str | None
    account: str | None
    quiet: bool
    requests: tuple[requests.Request, ...]
    contest: contesting.Contest | None
    missing: tuple[str, ...]
    asked_at: datetime | None

    @property
    def is_paid_yet(self) -> bool:
        """Whether something may still be paid, so that the account matters."""
        return self.is_open or any(order.status == "pending" for order in self.orders)


def of_case(session: Session, case_id: str, now: datetime) -> Progress:
    """For who proved number and query code. A bounded number of statements. Raises NotFound."""
    action = store.look(session, APPLICANT, case_id, now)
    work = [item for item in items.items_of_case(session, case_id) if item.kind == "task"]
    open_items = [item for item in work if item.status == "open"]
    posted = notices.notices_of(session, case_id)
    standing = [each for each in posted if each.waits and each.status == "posted"]
    waiting = [row.element_id for row in waits.open_of(session, case_id)]
    clocks = _clocks(session, open_items, case_id)
    places = list(dict.fromkeys([*(item.element_id for item in open_items), *waiting]))
    asked_at, missing = _asked_for(action, work)
    return Progress(
        **_of_application(action),
        words=tuple(dict.fromkeys(_words(action, place) for place in places)),
        until=min((clock.binding for clock in clocks if clock.binding), default=None),
        answers=answering.until_decided(action.diagram, places),
        paused=next((pause for clock in clocks for pause in _pauses(clock)), None),
        public_until=max((each.until_on for each in standing), default=None),
        contacts=tuple(_contacts(action, open_items)),
        stages=tuple(_stages(action, work, posted, places)),
        owed=tuple(row for row in queries.owed_of(session, case_id) if row.settled_at is None),
        exchanges=tuple(_questions(session, case_id)),
        documents=tuple(queries.letters_of_applicant(session, case_id)),
        orders=tuple(each for each in funds.orders_of(session, case_id) if each.status != "cancelled"),
        quiet=queries.is_quiet(session, case_id),
        requests=tuple(requests.of_case(session, case_id)),
        contest=contesting.of(action),
        missing=missing,
        asked_at=asked_at,
    )


def _of_application(action: Action) -> dict[str, Any]:
    """What the application and the head of its case say."""
    case, application = action.case, action.variables["application"]
    return {
        "case_id": case.id, "number": case.number, "title": case.title, "status": case.status,
        "name": case.applicant_name, "applied_on": case.applied_on, "seen_on": action.today,
        "is_open": case.closed_at is None, "form": action.bundle.application_form, "submitted": application,
        "context": action.variables, "phone": application.get("phone"), "account": application.get("bank_account"),
    }  # fmt: skip


def _questions(session: Session, case_id: str) -> Iterable[Any]:
    """What the applicant is asked, or was."""
    asked = (each for each in exchanges.of_case(session, case_id) if each.kind == exchanges.QUESTION)
    return (each for each in asked if each.status != exchanges.WITHDRAWN)


def _asked_for(action: Action, work: Sequence[Any]) -> tuple[datetime | None, tuple[str, ...]]:
    """Since when the case waits for papers, and which: nobody has gone on since the letter that asked for them."""
    asking = [each.id for each in action.diagram.elements.values() if each.properties.get("tells") == ASKED]
    found = documents.asked_by(action.session, action.case.id, asking) if asking else None
    if found is None or action.case.closed_at is not None:
        return None, ()
    letter, missing = found
    gone_on = any((item.closed_seq or 0) > letter.case_seq for item in work if item.status == "done")
    return (None, ()) if gone_on else (letter.created_at, tuple(missing))


def _clocks(session: Session, open_items: Sequence[Any], case_id: str) -> list[LegalClock]:
    """The clocks of what is open."""
    wanted = {item.clock_id for item in open_items if item.clock_id}
    return [clock for clock in calendar.clocks_of(session, case_id) if clock.id in wanted] if wanted else []


def _pauses(clock: LegalClock) -> Iterable[str]:
    return (pause.reason for pause in clock.pauses if pause.until_on is None) if clock.stands_still else ()


def _words(action: Action, element_id: str) -> str:
    element = action.diagram.elements.get(element_id)
    return (element.properties.get(PUBLIC) or f"正在办理“{element.label}”") if element else "正在办理"


def _contacts(action: Action, open_items: Sequence[Any]) -> Iterable[Contact]:
    """Who has the open steps; where nobody does, the office that takes in applications here."""
    offices = {office.id: office for office in action.offices.values()}
    wanted = dict.fromkeys(item.office_id for item in open_items)
    if not wanted:
        nearest = (action.offices[kind] for kind in ("township", "county") if kind in action.offices)
        wanted = dict.fromkeys(office.id for office in list(nearest)[:1])
    for office_id in wanted:
        office = offices.get(office_id) or identity.office(action.session, office_id)
        yield Contact(office.name, office.phone)


def _stages(action: Action, work: Sequence[Any], posted: Sequence[Any], places: Sequence[str]) -> list[Stage]:
    """In the order in which the diagram lists them: what was done, where it stands, what follows as a rule.

    Behind the point to which a case was sent back all is still to come.
    """
    of = {each.id: each.properties[STAGE] for each in action.diagram.elements.values() if STAGE in each.properties}
    order = list(dict.fromkeys(of.values()))
    current = {of[place] for place in places if place in of}
    first_now = min((order.index(name) for name in current), default=len(order))
    found = [Stage(FILED, DONE, action.case.applied_on, action.case.applied_on)]
    for place, name in enumerate(order):
        since, until = _span([row for row in work if of.get(row.element_id) == name],
                             [row for row in posted if of.get(row.element_id) == name])  # fmt: skip
        if name in current:
            found.append(Stage(name, NOW, since))
        elif place < first_now and since:
            found.append(Stage(name, DONE, since, until))
        elif place > first_now and action.case.closed_at is None:
            found.append(Stage(name, NEXT))
    if action.case.closed_at is not None:
        closed = local_date(action.case.closed_at)
        return [replace(stage, state=DONE) for stage in found] + [Stage("办结", DONE, closed, closed)]
    return found


def _span(done: Sequence[Any], posted: Sequence[Any]) -> tuple[date | None, date | None]:
    """From the first day of a stage to its last, as far as it went."""
    begun = [local_date(row.created_at) for row in done] + [row.posted_on for row in posted]
    ended = [local_date(row.closed_at) for row in done if row.closed_at] + [row.until_on for row in posted]
    return min(begun, default=None), max(ended, default=None)
