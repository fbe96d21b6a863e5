"""What the page of a case and the page of a task have in common, made ready for their templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from app import calendar
from app.cases.action import Action
from app.figures.clauses import cite, ids_in
from app.files import queries as files
from app.forms import FileLink, Form
from app.identity.queries import RegionChain


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody filled in, as it reads."""

    title: str
    who: str
    at: datetime | None
    html: Markup


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A legal deadline with its reason."""

    title: str
    due_on: date
    stopped: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Basis:
    """What an element's documentation says, and where that stands."""

    text: str
    citation: str


@dataclass(frozen=True, slots=True)
class Step:
    """A human step to which the case may be returned."""

    element_id: str
    title: str


def basis(documentation: str, chain: RegionChain) -> Basis:
    """The documentation without the clause ids that it begins with, and these as people know them."""
    ids = re.match(r"(?:[A-F]\d{1,2}[\s,，、]+)*", documentation)
    text = documentation[ids.end() :] if ids else documentation
    named = ids_in(documentation)
    return Basis(text, cite(" ".join(named), [ref.code for ref in chain.refs]) if named else "")


def file_links(session: Session, case_id: str) -> dict[str, FileLink]:
    """Uploads by id, as forms show them."""
    return {row.id: FileLink(row.name, url_for("desk.material", file_id=row.id))
            for row in files.uploads_of(session, case_id)}  # fmt: skip


def submissions(action: Action, items: Iterable[Any], *, reveal: bool) -> list[Submission]:
    """The application and every completed step. Identity and bank numbers are masked unless `reveal`."""
    links = file_links(action.session, action.case.id)
    found = []
    if action.case.process_key == "main":
        form, values = action.bundle.application_form, action.variables["application"]
        html = _readonly(form, values, action, links, reveal)
        found.append(Submission("申请", action.case.applicant_name, action.case.filed_at, html))
    done = sorted((item for item in items if item.status == "done" and item.kind == "task"), key=lambda i: i.closed_at)
    for item, values in _latest(done, action.variables):
        element = action.diagram.elements[item.element_id]
        html = _readonly(action.bundle.form(element.attributes["formKey"]), values, action, links, reveal)
        found.append(Submission(item.title, item.closed_by_name or "", item.closed_at, html))
    return found


def _latest(done: list[Any], variables: Mapping[str, Any]) -> list[tuple[Any, Mapping[str, Any]]]:
    """Each completed item with its submission; of a step done again the last time counts."""
    by_element: dict[str, list[Any]] = {}
    for item in done:
        by_element.setdefault(item.element_id, []).append(item)
    pairs: list[tuple[Any, Mapping[str, Any]]] = []
    for element_id, items in by_element.items():
        stored = variables.get(element_id)
        values = stored if isinstance(stored, list) else [stored] if stored else []
        pairs.extend(zip(items[-len(values) :] if values else [], values, strict=False))
    return sorted(pairs, key=lambda pair: pair[0].closed_at)


def _readonly(
    form: Form, values: Mapping[str, Any], action: Action, links: Mapping[str, FileLink], reveal: bool
) -> Markup:
    return form.render(values, readonly=True, context=action.variables, reveal=reveal, files=links)


def clock_lines(session: Session, clocks: Iterable[Any]) -> list[ClockLine]:
    """Deadlines with the sentence that explains each."""
    return [
        ClockLine(clock.title, clock.due_on, not clock.is_live, _cited(calendar.explain(session, clock), clock))
        for clock in clocks
    ]


def _cited(sentence: str, clock: Any) -> str:
    """People know clauses by their place in the document, not by our ids."""
    return sentence.replace(f"（{clock.clause}）", f"（{cite(clock.clause)}）")


def states(items: Iterable[Any], standing: Iterable[str], incidents: Iterable[Any], start: str) -> dict[str, str]:
    """Element id → done, active, waiting or failed: what the diagram shows. The worse one wins."""
    work = list(items)
    found = {start: "done"} | {item.element_id: "done" for item in work if item.status == "done"}
    tasks = {item.element_id for item in work if item.status == "open"}
    found |= {element_id: "active" if element_id in tasks else "waiting" for element_id in standing}
    return found | {incident.element_id: "failed" for incident in incidents}


def earlier_steps(items: Iterable[Any], now_at: str) -> list[Step]:
    """Completed human steps other than the present one, in order, once each."""
    done = {item.element_id: item.title for item in items if item.status == "done" and item.kind == "task"}
    return [Step(element_id, title) for element_id, title in done.items() if element_id != now_at]
