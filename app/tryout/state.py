"""What a page shows of a trial, as JSON: words where people read them, codes where pages have words for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from app import calendar
from app.cases import handlers, pages, queries, store, waits
from app.core.actor import SYSTEM
from app.core.clock import SHANGHAI, local_date
from app.core.errors import NotFound
from app.figures.catalogue import catalogue
from app.forms import Form
from app.funds import story as funds
from app.identity import queries as identity
from app.identity.positions import title_of
from app.jobs import operations as jobs
from app.registry import queries as registry
from app.registry.story import IN_PAYMENT
from app.scenarios.doing import OPENING
from app.scenarios.story import FIRST
from app.tryout import days, offering, rows
from app.tryout.correcting import CORRECT
from app.tryout.playing import APPLY, Stage, Stop, Typed, key_of

HORIZON = timedelta(days=800)
WHO = {"applicant": "申请人", "system": "", "": ""}


def of(stage: Stage, shown: str | None, typed: Typed | None) -> dict[str, Any]:
    """The state after the last step; `shown` is the open task whose form is wanted, `typed` what was not taken."""
    typed = typed or _unanswered(stage)
    with stage.player.world.database.read() as session:
        told = {
            "title": stage.bundle.title, "now": _moment(stage.now), "today": stage.today.isoformat(),
            "steps": _steps(stage), "stop": _stop(stage.stop), "place": _place(session, stage),
            "next": _next(session, stage), "by_office": stage.bundle.by_office,
            "people": stage.people(), "deaths": [dict(each) for each in stage.trial.deaths],
            "unpaid": _unpaid(session), "processes": _processes(session, stage), **offering.of_world(session, stage),
        }  # fmt: skip
        if stage.case_id is None:
            form = _form(stage.bundle.application_form, APPLY, typed, {})
            days_told = days.of(session, stage.trial.region, stage.today, {})
            return {
                **told,
                "case": None,
                "form": form,
                "tasks": [],
                "days": days_told,
                "diagram": _main(stage),
                "states": {},
            }
        return {**told, **_case(session, stage, stage.case_id, shown, typed)}


def _case(session: Session, stage: Stage, case_id: str, shown: str | None, typed: Typed | None) -> dict[str, Any]:
    page = pages.case_page(session, SYSTEM, case_id, stage.now)
    tasks = [item for item in page.items if item.status == "open" and item.kind == "task"]
    wanted = typed.task if typed else shown
    chosen = next((item for item in tasks if key_of(item) == wanted), tasks[0] if tasks else None)
    elements = {row.id: row.element_id for row in waits.open_of(session, case_id)}
    marks: dict[str, list[str]] = {stage.today.isoformat(): ["今天"]}
    for clock in page.clocks:
        if clock.is_live:
            marks.setdefault(clock.due_on.isoformat(), []).append(f"{clock.title}到期")
    for notice in page.notices:
        marks.setdefault(notice.until_on.isoformat(), []).append("公示期满")
    return {
        "case": {"number": page.case.number, "name": page.case.applicant_name, "status": page.case.status,
                 "closed": page.case.closed_at is not None},
        "form": _shown_form(session, stage, chosen, wanted, typed),
        "tasks": [_task(session, stage, item) for item in tasks],
        "waiting": [_waiting(each, elements[each.id]) for each in page.waiting if not each.answered],
        "failing": [_failing(session, each) for each in page.failing_rules],
        "earlier": _earlier(page, chosen),
        "states": page.states,
        "diagram": stage.bundle.manifest["processes"][page.case.process_key],
        "decisions": [rows.of(stage, page.steps, each, catalogue(session)) for each in rows.records(session, case_id)],
        "clocks": [_clock(session, each) for each in page.clocks],
        "days": days.of(session, stage.trial.region, stage.today, marks),
        "notices": [{"summary": each.summary, "from": each.posted_on.isoformat(), "until": each.until_on.isoformat(),
                     "status": each.status, "waits": each.waits} for each in page.notices],
        "payments": [{"payee": each.payee, "amount": str(each.amount), "on": each.due_on.isoformat(),
                      "source": each.source, "status": each.status} for each in page.orders],
        "documents": [{"title": each.title, "number": each.number or "", "on": each.issued_on.isoformat(),
                       "voided": each.voided_at is not None} for each in page.documents],
        "owed": [each.title for each in page.owed if each.settled_at is None],
        **offering.of_case(session, stage, case_id),
        "incidents": [{"step": page.steps.get(each.element_id, each.element_id), "message": each.message}
                      for each in page.incidents],
    }  # fmt: skip


def _unanswered(stage: Stage) -> Typed | None:
    """What the step at which a trial has stopped says, to be mended in its form."""
    if stage.stop is None or not isinstance(stage.stop.step.get("with"), Mapping):
        return None
    return Typed(stage.stop.step["do"], stage.stop.step["with"], stage.stop.refusal)


def _form(form: Form, task: str, typed: Typed | None, context: Mapping[str, Any]) -> dict[str, Any]:
    mine = typed if typed is not None and typed.task == task else None
    errors = mine.refusal.fields if mine and mine.refusal else {}
    html = form.render(mine.values if mine else {}, errors, context=context)
    message = mine.refusal.message if mine and mine.refusal else ""
    return {"faults": len(errors), "task": task, "html": str(html), "message": message}


def _shown_form(
    session: Session, stage: Stage, chosen: Any, wanted: str | None, typed: Typed | None
) -> dict[str, Any] | None:
    """The form that is wanted: a further application, the application to be corrected, or that of an open task."""
    if wanted == APPLY:
        return {**_form(stage.bundle.application_form, APPLY, typed, {}), "title": "再受理一份申请"}
    if wanted == CORRECT:
        return {**_corrected(stage, typed), "title": "更正申请内容"}
    return _task_form(session, stage, chosen, typed) if chosen else None


def _corrected(stage: Stage, typed: Typed | None) -> dict[str, Any]:
    """The application filled in with what it says; what somebody changed there and was refused stands in it."""
    if typed is None or typed.task != CORRECT:
        typed = Typed(CORRECT, stage.application(), None)
    return _form(stage.bundle.application_form, CORRECT, typed, {})


def _task_form(session: Session, stage: Stage, item: Any, typed: Typed | None) -> dict[str, Any]:
    action = store.look(session, SYSTEM, item.case_id, stage.now)
    form = queries.task_form(session, item.id)[1]
    told = _form(form, key_of(item), typed, {**action.form_context(), "item": item.item_key})
    element = action.diagram.elements[item.element_id]
    return {**told, "title": item.title, "documentation": _cited(session, element.documentation)}


def _task(session: Session, stage: Stage, item: Any) -> dict[str, Any]:
    region = identity.office_regions(session, [item.office_id]).get(item.office_id, "")
    elsewhere = bool(region) and not stage.trial.region.startswith(region)
    return {
        "key": key_of(item), "title": item.title, "who": title_of(item.position),
        "as": f"{item.position}@{region}" if elsewhere else item.position,
        "due": item.due_on.isoformat() if item.due_on else "",
    }  # fmt: skip


def _failing(session: Session, rule: Mapping[str, Any]) -> str:
    cited = catalogue(session).cite(rule["clause"]) if rule.get("clause") else ""
    return f"{rule.get('message') or ''}{f'（{cited}）' if cited else ''}"


def _waiting(each: Any, element: str) -> dict[str, Any]:
    fields = [{"name": field.name, "title": field.title} for field in each.fields]
    return {"element": element, "title": each.title, "department": each.department,
            "until": each.until.isoformat(), "fields": fields}  # fmt: skip


def _earlier(page: pages.CasePage, chosen: Any) -> list[dict[str, str]]:
    """Where the case can be returned to."""
    done = {item.element_id: item.title for item in page.items if item.status == "done" and item.kind == "task"}
    here = chosen.element_id if chosen else ""
    return [{"element": element, "title": title} for element, title in done.items() if element != here]


def _clock(session: Session, clock: Any) -> dict[str, Any]:
    sentence = calendar.explain(session, clock)
    cited = sentence.replace(f"（{clock.clause}）", f"（{catalogue(session).cite(clock.clause)}）")
    return {"title": clock.title, "due": clock.due_on.isoformat(), "live": clock.is_live, "sentence": cited}


def _next(session: Session, stage: Stage) -> str:
    """When something happens by itself: a deadline's timer, the end of a notice; empty where nothing does."""
    due = jobs.next_due(session, handlers.HANDLERS, stage.now + HORIZON)
    if due is None or due <= stage.now:
        return ""
    due += timedelta(minutes=1) if due.second or due.microsecond else timedelta()
    return due.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def _steps(stage: Stage) -> list[dict[str, Any]]:
    """Every step of the trial as a list shows it; which of them are done."""
    names = {element.id: element.label for diagram in stage.bundle.processes.values()
             for element in diagram.elements.values()}  # fmt: skip
    reached = stage.stop.number - 1 if stage.stop else stage.trial.position
    whose = _whose(stage)
    return [
        {"do": step["do"], "whose": whose.get(number, ""), "title": names.get(step["do"], ""), "at": step.get("at", ""),
         "who": _who(step.get("as", "")), "done": number <= reached,
         "error": (step.get("expect") or {}).get("error", "")}
        for number, step in enumerate(stage.trial.steps, 1)
    ]  # fmt: skip


def _whose(stage: Stage) -> dict[int, str]:
    """By step (from 1) whose case it is about, where a trial has several."""
    names: dict[str, str] = {}
    found, last = {}, FIRST
    for number, step in enumerate(stage.trial.steps, 1):
        label = step.get("case") or (FIRST if not names else last)
        if step["do"] == APPLY:
            names[label] = str((step.get("with") or {}).get("name") or "")
        elif step["do"] in OPENING:
            names[label] = names.get(last, "")
        last = label if step["do"] in OPENING else last
        found[number] = names.get(label, "")
    return found if len(names) > 1 else {}


def _who(actor: str) -> str:
    position = actor.partition("@")[0]
    return WHO[position] if position in WHO else title_of(position)


def _stop(stop: Stop | None) -> dict[str, Any] | None:
    return None if stop is None else {"number": stop.number, "do": stop.step["do"], "message": stop.refusal.message}


def _place(session: Session, stage: Stage) -> str:
    region = identity.region_by_code(session, stage.trial.region, local_date(stage.now))
    return identity.chain(session, region.id).full_name


def _main(stage: Stage) -> str:
    return str(stage.bundle.manifest["processes"].get("main", ""))


def _cited(session: Session, text: str) -> str:
    known = catalogue(session)
    named = known.ids_in(text)
    return f"{text}（{known.cite(' '.join(named))}）" if named else text


def _unpaid(session: Session) -> list[str]:
    """Payees of what is at the bank or comes to it: what a bank's answer is about."""
    return list(dict.fromkeys(order.payee for orders in funds.pending(session).values() for order in orders))


def _processes(session: Session, stage: Stage) -> list[dict[str, str]]:
    """What can be begun on the award of the case, if it has one in payment: `{key, title}`."""
    award = queries.head(session, stage.case_id).award_id if stage.case_id else None
    try:
        monthly = award is not None and registry.award(session, award).status == IN_PAYMENT
    except NotFound:  # what was paid once
        monthly = False
    if not monthly:
        return []
    return [
        {"key": key, "title": stage.bundle.process(key).start.label}
        for key in stage.bundle.processes
        if key != "main" and stage.bundle.process(key).start.properties.get("follows") not in ("case", "members")
    ]


def _moment(moment: Any) -> str:
    return str(moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"))
