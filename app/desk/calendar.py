"""工作日历: which days work where, taking in a notice of days off, and which deadlines it moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import calendar
from app.cases import calendars
from app.core.clock import local_date
from app.core.errors import Rejection
from app.desk.blueprint import blueprint
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.web import Call, reads, writes

VERSIONS = 20
EVERYWHERE = "all"
KINDS = {"holiday": "放假", "makeup": "调休上班", "workday": "本地上班"}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where days hold: everywhere (code `all`), or in one of the actor's regions."""

    code: str
    title: str
    ids: tuple[str, ...]

    @property
    def own(self) -> str | None:
        return self.ids[0] if self.ids else None


@blueprint.get("/calendar")
@reads()
def calendar_page(call: Call) -> ResponseReturnValue:
    places, place = _chosen(call, request.args.get("place"))
    year = _year(call, request.args.get("year"))
    years = calendar.official_years(call.session)
    return render_template(
        "desk/calendar.html",
        year=year,
        source=years.get(year),
        years=sorted({*years, year, local_date(call.now).year + 1}),
        places=places,
        place=place,
        months=calendar.months(call.session, year, place.ids),
        spans=calendar.spans(calendar.special_days(call.session, year, place.own)),
        versions=calendar.versions(call.session, VERSIONS),
        may_keep=identity_policy.may(call.actor, calendars.KEEPS),
        kinds=KINDS,
    )


@blueprint.get("/calendar/import")
@reads()
def calendar_edit(call: Call) -> ResponseReturnValue:
    """The lines that hold now, to be corrected or replaced."""
    _, place = _chosen(call, request.args.get("place"))
    year = _year(call, request.args.get("year"))
    lines = calendar.as_lines(calendar.special_days(call.session, year, place.own))
    return _form(call, {"text": lines, "place": place.code, "source": ""})


def _again(call: Call, rejection: Rejection) -> ResponseReturnValue:
    return _form(call, _typed(), rejection=rejection)


@blueprint.post("/calendar/preview")
@reads(again=_again)
def calendar_preview(call: Call) -> ResponseReturnValue:
    typed = _typed()
    shown = calendars.preview(call.session, call.actor, typed["text"], typed["source"], call.now, _code(typed))
    return _form(call, typed, preview=shown)


@blueprint.post("/calendar/import")
@writes(again=_again)
def calendar_import(call: Call) -> ResponseReturnValue:
    typed = _typed()
    done = calendars.import_notice(call.session, call.actor, typed["text"], typed["source"], call.now, _code(typed))
    flash(f"已导入，{len(done.days)} 天有变动，{len(done.clocks)} 个期限已按新的工作日重新计算。", "success")
    return redirect(url_for("desk.calendar_page", year=done.years[0], place=typed["place"]))


def _typed() -> dict[str, str]:
    """What was typed; a chosen file takes the place of the lines."""
    typed = {name: request.form.get(name, "") for name in ("text", "place", "source")}
    chosen = request.files.get("file")
    if chosen and chosen.filename:
        typed["text"] = chosen.stream.read().decode("utf-8-sig", errors="replace")
    return typed


def _code(typed: dict[str, str]) -> str | None:
    return None if typed["place"] == EVERYWHERE else typed["place"]


def _form(call: Call, typed: dict[str, str], **values: Any) -> ResponseReturnValue:
    identity_policy.require_any(call.session, call.actor, calendars.KEEPS)
    rejection = values.pop("rejection", None)
    places, _ = _chosen(call, None)
    return render_template(
        "desk/calendar_import.html",
        typed=typed,
        places=places,
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
        preview=values.get("preview"),
        kinds=KINDS,
    )


def _chosen(call: Call, code: str | None) -> tuple[list[_Place], _Place]:
    """The whole country and every region where the actor works; the one that was asked for, or the first."""
    ids = sorted({held.region_id for held in call.actor.appointments})
    chains = [identity.chain(call.session, region_id) for region_id in ids]
    places = [_Place(EVERYWHERE, "全国", ())]
    places += [_Place(chain.nearest.code, chain.nearest.name, chain.ids) for chain in chains]
    return places, next((place for place in places if place.code == code), places[0])


def _year(call: Call, typed: str | None) -> int:
    if typed and typed.isascii() and typed.isdigit() and date.min.year < int(typed[:5]) < date.max.year:
        return int(typed[:5])
    return local_date(call.now).year
