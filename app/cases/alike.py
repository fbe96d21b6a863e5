"""Tasks that may be done together: one step, whose diagram says so (`together`), with one and the same form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.cases.store import CASE
from app.core.errors import Invalid
from app.core.ids import digest
from app.db import Prepared
from app.definitions.store import bundle_by_id
from app.forms import Form

TOGETHER = "together"
_HOMES = Prepared(
    select(CASE.c.id, CASE.c.release_id, CASE.c.process_key).where(CASE.c.id.in_(bindparam("case_ids", expanding=True)))
)
_UPLOAD = "filepicker"


@dataclass(frozen=True, slots=True)
class Step:
    """The step of such tasks: where its form is found, and its name."""

    programme: str
    release_id: str
    process_key: str
    element_id: str
    title: str


def step_of(session: Session, tasks: Sequence[Any]) -> Step:
    """The one step of these work items. Raises Invalid (item), saying what they are or what keeps them apart."""
    homes = _homes(session, [each.case_id for each in tasks])
    steps = {(each.programme, homes[each.case_id].process_key, each.element_id): each.title for each in tasks}
    if len(steps) > 1:
        named = "、".join(f"“{title}”" for title in dict.fromkeys(steps.values()))
        raise Invalid({"item": f"一起办理的须是同一项目的同一环节，您选了{named}，请按环节筛选后再选"})
    found = [Step(each.programme, homes[each.case_id].release_id, homes[each.case_id].process_key, each.element_id, "")
             for each in tasks]  # fmt: skip
    contents = {step.release_id: _content(session, step) for step in found}
    first = found[0]
    if len(set(contents.values())) > 1:
        others = sum(contents[step.release_id] != contents[first.release_id] for step in found)
        raise Invalid({"item": f"其中 {others} 件按较早的政策办理，表格不同，请分开办理"})
    return Step(first.programme, first.release_id, first.process_key, first.element_id, _label(session, first))


def kinds(session: Session, tasks: Sequence[tuple[str, str, str, str]]) -> dict[str, str]:
    """By id, of tasks `(id, case id, programme, element id)` those that may be done together: with whom, as a key.

    Tasks of one key may, others may not. One statement; releases are read once a process.
    """
    homes = _homes(session, [case_id for _, case_id, _, _ in tasks])
    steps = {
        task_id: Step(programme, homes[case_id].release_id, homes[case_id].process_key, element_id, "")
        for task_id, case_id, programme, element_id in tasks
        if case_id in homes
    }
    keys = {step: _key(session, step) for step in set(steps.values())}
    return {task_id: key for task_id, step in steps.items() if (key := keys[step])}


def _key(session: Session, step: Step) -> str | None:
    try:
        content = _content(session, step)
    except Invalid:
        return None
    named = f"{step.programme} {step.process_key} {step.element_id} "
    return digest(named.encode() + content)[:12]


def _homes(session: Session, case_ids: Iterable[str]) -> dict[str, Any]:
    """By id, release and process of cases."""
    return {row.id: row for row in _HOMES.all(session, case_ids=list(case_ids))}


def form_of(session: Session, step: Step) -> Form:
    """The form that these tasks share."""
    bundle = bundle_by_id(session, step.release_id)
    return bundle.form(bundle.process(step.process_key).elements[step.element_id].attributes["formKey"])


def _label(session: Session, step: Step) -> str:
    return bundle_by_id(session, step.release_id).process(step.process_key).elements[step.element_id].label


def _content(session: Session, step: Step) -> bytes:
    """The form's file, where this step may be done together. Raises Invalid (item)."""
    bundle = bundle_by_id(session, step.release_id)
    element = bundle.process(step.process_key).elements.get(step.element_id)
    if element is None or element.properties.get(TOGETHER) != "yes":
        name = element.label if element else "这个环节"
        raise Invalid({"item": f"“{name}”要逐件办理，不能一起办理；哪些环节可以，由政策管理员在流程图里设定"})
    form = bundle.form(element.attributes["formKey"])
    if "itemKey" in element.properties or any(each.kind == _UPLOAD for each in form.root.walk()):
        raise Invalid({"item": f"“{element.label}”要上传材料或者按人分别填写，请逐件办理"})
    return bundle.files[element.attributes["formKey"]]
