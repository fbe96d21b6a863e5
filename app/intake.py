"""An application while it is typed, at the window or on the public pages: its bundle, its draft and files, its page."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from app.cases.door import INSIST
from app.core.clock import local_date
from app.core.errors import Invalid, NotEligible, NotFound, Rejection
from app.definitions.bundle import Bundle
from app.definitions.queries import NOT_HERE, resolve_open
from app.drafting import Pass, opened
from app.drafts import operations as drafts
from app.drafts.queries import application
from app.files import queries as files
from app.files.arriving import received
from app.files.posted import adopt, pending_owner, take
from app.forms import FileLink, Form, RegionLevel, Regions
from app.identity import choosing
from app.identity import queries as identity
from app.web import Call, transaction
from app.web.posted import files_of, upload_limits


def place_of(call: Call, region_code: str) -> identity.RegionChain:
    """Where the application is filed. Raises NotFound."""
    return identity.chain_of_code(call.session, region_code, local_date(call.now))


def bundle_at(call: Call, programme: str, place: identity.RegionChain) -> Bundle:
    """The bundle for an application of today. Raises NotFound, NotEligible (not begun, stopped)."""
    bundle = resolve_open(call.session, programme, place.ids, local_date(call.now))
    if bundle.by_office and not call.actor.is_staff:
        raise NotFound(NOT_HERE)
    return bundle


def pass_of(owner: str, owner_name: str, bundle: Bundle, region_code: str, page: str) -> Pass:
    """What this person's application carries; its files wait where the draft finds them again."""
    subject = application(bundle.programme, region_code)
    return Pass(owner, owner_name, subject, bundle.release_id or "", page, pending_owner(owner, subject))


def keep_files(who: str, held: Pass, typed: dict[str, Any]) -> None:
    """The posted files wait with the draft, and the form's data name them: a refused form comes back with them.

    Looked at while no transaction is open. Raises Invalid for those that are not taken, when the others are kept.
    """
    sent, refused = received(files_of(request))
    if sent:
        with transaction(who, writing=True) as call:
            take(call.session, call.actor, held.shelf, typed, sent, call.now)
    if refused:
        raise Invalid(refused)


def filed(call: Call, held: Pass, case_id: str, data: dict[str, Any]) -> None:
    """The application is a case: it has its files, and the draft is gone."""
    adopt(call.session, held.shelf, case_id, data)
    drafts.finish(call.session, held.subject, held.owner)


def regions_of(call: Call) -> Regions:
    """Lists from the province down, for fields that ask for a region."""

    def lists(code: str) -> list[RegionLevel]:
        return [RegionLevel(*each) for each in choosing.steps_to(call.session, code, local_date(call.now))]

    return lists


def with_prefilled(form: Form, place: identity.RegionChain, typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed, and beside it what the place says of fields that nobody has touched yet."""
    known = form.prefilled({"place": place.facts})
    return {each.path[0]: each.value for each in known if len(each.path) == 1} | typed


def is_rule(rejection: Rejection | None) -> bool:
    """Whether a rule speaks against the application, so that one may insist on a decision in writing."""
    return isinstance(rejection, NotEligible)


def unasked(values: dict[str, Any], rejection: Rejection | None) -> set[str]:
    """Nobody is asked whether to go on against a rule before a rule was shown."""
    shown = is_rule(rejection) or str(values.get(INSIST)).lower() == "true"
    return set() if shown else {INSIST}


def page(
    call: Call,
    template: str,
    held: Pass,
    bundle: Bundle,
    place: identity.RegionChain,
    values: dict[str, Any] | None,
    rejection: Rejection | None,
    **more: Any,
) -> str:
    """The form with what was typed (`values`, else the draft), what is wrong, and the files that wait."""
    errors = rejection.fields if rejection else {}
    draft = opened(call.session, held, bundle.application_form)
    typed = draft.values if values is None or (draft.drawer.mine and not draft.unsent) else values
    typed = with_prefilled(bundle.application_form, place, typed)
    links = {row.id: FileLink(row.name, "#") for row in files.uploads_of(call.session, held.shelf)}
    return render_template(
        template,
        bundle=bundle,
        place=place.full_name,
        form_html=bundle.application_form.render(
            typed,
            {path: told for path, told in errors.items() if not path.startswith("_")},
            files=links,
            upload_note=upload_limits(),
            regions=regions_of(call),
            without=unasked(typed, rejection),
            context={"place": place.facts},
        ),
        draft=draft,
        message=rejection.message if rejection else None,
        errors=errors,
        **more,
    )
