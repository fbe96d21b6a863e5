"""An application while it is typed, at the window or on the public pages: its bundle, its waiting files, its page."""

from __future__ import annotations

from typing import Any

from flask import render_template, session

from app.core.clock import local_date
from app.core.errors import NotFound, Rejection
from app.definitions.bundle import Bundle
from app.definitions.queries import NOT_HERE, resolve_open
from app.files import queries as files
from app.files.posted import pending_owner
from app.forms import FileLink
from app.identity import queries as identity
from app.web import Call
from app.web.posted import upload_limits


def place_of(call: Call, region_code: str) -> identity.RegionChain:
    """Where the application is filed. Raises NotFound."""
    region = identity.region_by_code(call.session, region_code, local_date(call.now))
    return identity.chain(call.session, region.id)


def bundle_at(call: Call, programme: str, place: identity.RegionChain) -> Bundle:
    """The bundle for an application of today. Raises NotFound, NotEligible (not begun, stopped)."""
    bundle = resolve_open(call.session, programme, place.ids, local_date(call.now))
    if bundle.by_office and not call.actor.is_staff:
        raise NotFound(NOT_HERE)
    return bundle


def owner(key: str) -> str:
    """Under whom this visitor's files wait for their case; `key` names the place in the session cookie."""
    if key not in session:
        session[key] = pending_owner()
    return session[key]


def page(
    call: Call,
    template: str,
    key: str,
    bundle: Bundle,
    place: identity.RegionChain,
    values: dict[str, Any],
    rejection: Rejection | None,
) -> str:
    """The form with what was typed, what is wrong, and the files that wait."""
    errors = rejection.fields if rejection else {}
    links = {row.id: FileLink(row.name, "#") for row in files.uploads_of(call.session, session.get(key, ""))}
    return render_template(
        template,
        bundle=bundle,
        place=place.full_name,
        form_html=bundle.application_form.render(values, errors, files=links, upload_note=upload_limits()),
        message=rejection.message if rejection else None,
        errors=errors,
    )
