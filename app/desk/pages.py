"""What the page of a case and the page of a task have in common, made ready for their templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from app import calendar
from app.cases.pages import Submitted
from app.figures.catalogue import catalogue
from app.figures.clauses import leading_ids
from app.forms import FileLink, Regions
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
    stands_still: bool
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


def basis(session: Session, documentation: str, chain: RegionChain) -> Basis:
    """The documentation without the clause ids that it begins with, and these as people know them."""
    known = catalogue(session)
    named = known.ids_in(documentation)
    citation = known.cite(" ".join(named), [ref.code for ref in chain.refs]) if named else ""
    return Basis(leading_ids(documentation)[1], citation)


def file_links(uploads: Iterable[Any]) -> dict[str, FileLink]:
    """Uploads by id, as forms show them."""
    return {row.id: FileLink(row.name, url_for("desk.material", file_id=row.id)) for row in uploads}


def submissions(
    submitted: Iterable[Submitted], links: Mapping[str, FileLink], regions: Regions, *, reveal: bool
) -> list[Submission]:
    """What was filled in, as it reads. Identity and bank numbers are masked unless `reveal`."""
    return [
        Submission(
            each.title,
            each.who,
            each.at,
            each.form.render(
                each.values, readonly=True, context=each.context, reveal=reveal, files=links, regions=regions
            ),
        )
        for each in submitted
    ]


def clock_lines(session: Session, clocks: Iterable[Any]) -> list[ClockLine]:
    """Deadlines with the sentence that explains each."""
    return [
        ClockLine(clock.title, clock.due_on, not clock.is_live, clock.stands_still, _explained(session, clock))
        for clock in clocks
    ]


def _explained(session: Session, clock: Any) -> str:
    """People know clauses by their place in the document, not by our ids."""
    sentence = calendar.explain(session, clock)
    return sentence.replace(f"（{clock.clause}）", f"（{catalogue(session).cite(clock.clause)}）")


def earlier_steps(items: Iterable[Any], now_at: str) -> list[Step]:
    """Completed human steps other than the present one, in order, once each."""
    done = {item.element_id: item.title for item in items if item.status == "done" and item.kind == "task"}
    return [Step(element_id, title) for element_id, title in done.items() if element_id != now_at]
