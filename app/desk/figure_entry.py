"""Entering a figure in the browser: its floors beside it while it is typed, and everything ever entered for it."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import surveys
from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.core.days import typed_day
from app.core.errors import Invalid, Rejection
from app.desk.blueprint import blueprint
from app.drafting import Opened, Sentences, of_staff, opened
from app.drafts import operations as drafts
from app.drafts.queries import form as subject_of
from app.drafts.queries import owner_of
from app.figures import lists, operations
from app.figures import queries as figures
from app.figures.catalogue import catalogue
from app.figures.entries import KINDS, UNITS, Entry
from app.identity import choosing
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.web import Call, reads, writes

TYPED = ("key", "region", "value", "from", "until", "clause", "reason")
LINKED = ("key", "region")
LABELS = {"value": "数值", "from": "从哪一天起执行", "until": "到哪一天为止", "reason": "理由"}


@blueprint.get("/figures/new")
@reads()
def figure_new(call: Call) -> ResponseReturnValue:
    linked = {name: request.args.get(name, "") for name in TYPED}
    draft = _draft(call)
    return _form(call, draft, {**linked, "from": linked["from"] or f"{local_date(call.now)}", **draft.values})


def _again(call: Call, rejection: Rejection) -> ResponseReturnValue:
    return _form(call, _draft(call), {name: request.form.get(name, "") for name in TYPED}, rejection)


@blueprint.post("/figures/new")
@writes(again=_again)
def figure_enter(call: Call) -> ResponseReturnValue:
    typed = {name: request.form.get(name, "").strip() for name in TYPED}
    entered = operations.propose(
        call.session, call.actor, typed["key"], typed["region"], typed["value"],
        valid_from=typed_day(typed["from"], "from"),
        valid_until=typed_day(typed["until"], "until") if typed["until"] else None,
        clause=typed["clause"] or None, reason=typed["reason"], now=call.now,
    )  # fmt: skip
    for note in entered.notes:
        flash(note, "warning")
    if not entered.counts:
        surveys.begin_preview(call.session, SYSTEM, entered.id, call.now)
    drafts.finish(call.session, _subject(), owner_of(call.actor))
    waits = "请另一位有确认权限的人确认；确认前按原来的数值执行。"
    flash(f"已录入，{'从生效之日起执行。' if entered.counts else waits}", "success")
    return redirect(url_for("desk.figure_history", key=typed["key"], region=typed["region"]))


@blueprint.get("/figures/floors")
@reads()
def figure_floors(call: Call) -> ResponseReturnValue:
    """Held against what is being typed; a piece of the page."""
    typed = {name: request.args.get(name, "").strip() for name in TYPED}
    if not typed["value"] or not typed["key"]:
        return render_template("desk/_floors.html", entry=None, floors=[], fault=None)
    try:
        entry = catalogue(call.session).figures.get(typed["key"])
        floors = operations.assess(
            call.session, call.actor, typed["key"], typed["region"], typed["value"],
            valid_from=typed_day(typed["from"], "from"), now=call.now,
        )  # fmt: skip
    except Invalid as refused:
        return render_template("desk/_floors.html", entry=None, floors=[], fault=refused.message)
    codes = [ref.code for ref in identity.chain_by_code(call.session, typed["region"], local_date(call.now)).refs]
    return render_template("desk/_floors.html", entry=entry, floors=floors, codes=codes, fault=None)


@blueprint.get("/figures/of/<key>")
@reads()
def figure_history(call: Call, key: str) -> ResponseReturnValue:
    """Everything that was entered for a figure where the viewer works, and above."""
    identity_policy.require_any(call.session, call.actor, "see_figures")
    entry = catalogue(call.session).figures.get(key)
    if entry is None:
        raise Invalid({"key": f"没有名为“{key}”的标准，请从标准列表进入"})
    chains = [identity.chain(call.session, each) for each in identity_policy.region_ids(call.actor, "see_figures")]
    rows = figures.history_in(call.session, key, chains)
    return render_template(
        "desk/figure_history.html",
        entry=entry,
        kind=KINDS[entry.kind],
        codes=[ref.code for chain in chains for ref in chain.refs],
        rows=lists.told(call.session, rows),
        may_enter=identity_policy.may(call.actor, operations.ENTERS),
    )


def _subject() -> str:
    """A link that brings a figure and a place opens another form than the empty one."""
    return subject_of("figure", "/".join(request.args.get(name, "") for name in LINKED))


def _draft(call: Call) -> Opened:
    page = url_for("desk.figure_new", key=request.args.get("key"), region=request.args.get("region"))
    held = of_staff(call.actor, _subject(), page)
    return opened(call.session, held, Sentences(LABELS))


def _form(call: Call, draft: Opened, typed: dict[str, str], rejection: Rejection | None = None) -> ResponseReturnValue:
    identity_policy.require_any(call.session, call.actor, operations.ENTERS)
    known = catalogue(call.session)
    return render_template(
        "desk/figure_new.html",
        draft=draft,
        typed=typed,
        groups=_grouped(known.figures.values()),
        units={key: unit.suffix for key, unit in UNITS.items()},
        clauses=known.clauses,
        places=choosing.regions_within(call.session, call.actor, operations.ENTERS, local_date(call.now)),
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
    )


def _grouped(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    by_kind: dict[str, list[Entry]] = {}
    for entry in entries:
        by_kind.setdefault(entry.kind, []).append(entry)
    return [(kind.title, by_kind[key]) for key, kind in KINDS.items() if key in by_kind]
