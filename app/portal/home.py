"""The public front door: where one applies, and for what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.core.clock import local_date
from app.definitions.queries import deployed
from app.identity import queries as identity
from app.identity.choosing import LABELS
from app.identity.positions import LEVELS
from app.portal.blueprint import blueprint
from app.web import ANYONE, Call, reads


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the cascading lists."""

    key: str
    label: str
    options: list[Any]
    chosen: Any | None


@blueprint.get("/")
@reads(ANYONE)
def home(call: Call) -> ResponseReturnValue:
    today = local_date(call.now)
    levels = region_choices(call.session, today)
    village = levels[-1].chosen
    programmes = deployed(call.session, identity.chain(call.session, village.id).ids, today) if village else []
    return render_template("portal/home.html", levels=levels, village=village, programmes=programmes)


def region_choices(session: Session, on: date) -> list[Choice]:
    """The lists from province to village. A choice counts only below what is chosen above it."""
    found: list[Choice] = []
    above: Any | None = None
    for key, label in zip(LEVELS, LABELS, strict=True):
        options = identity.children(session, above.id if above else None, on) if above or not found else []
        wanted = request.args.get(key)
        chosen = next((option for option in options if option.code == wanted), None)
        if chosen is None and len(options) == 1:
            chosen = options[0]
        found.append(Choice(key, label, options, chosen))
        above = chosen
    return found
