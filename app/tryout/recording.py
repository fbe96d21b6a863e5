"""A trial as a story: each step expects what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from app.core.errors import Invalid
from app.documents import queries as documents
from app.funds import story as funds
from app.scenarios import goods, seeing
from app.scenarios.play import play
from app.scenarios.story import parse_story
from app.tryout.asking import Draft
from app.tryout.playing import Stage, Worlds, played
from app.tryout.trial import Trial


def story(draft: Draft, trial: Trial, title: str) -> str:
    """The text of the story, which was played and holds. Raises Invalid."""
    found: list[dict[str, Any]] = []
    known: dict[str | None, dict[str, Any]] = {}
    ordered: set[str] = set()

    def note(stage: Stage, number: int) -> None:
        case_id = _about(stage, number)
        now = _seen(stage, case_id)
        found.append({**_changed(known.get(case_id, {}), now), **_ordered(stage, ordered)})
        known[case_id] = now

    with played(draft, trial, note) as stage:
        if stage.stop is not None:
            told = f"试办停在第 {stage.stop.number} 步，请先办完或去掉这一步，再存为故事"
            raise Invalid({"title": told})
        content = trial.as_story(stage.bundle.programme, title)
        end = _end(stage)
    if not found:
        raise Invalid({"title": "还没有办理任何一步，请先试办，再存为故事"})
    for step, expect in zip(content["steps"], found, strict=True):
        step["expect"] = {**(step.get("expect") or {}), **expect} or None
    content["steps"] = [{name: each for name, each in step.items() if each is not None} for step in content["steps"]]
    text = yaml.safe_dump({**content, "end": end}, allow_unicode=True, sort_keys=False, width=110)
    _require_holds(draft, text)
    return text


def _require_holds(draft: Draft, text: str) -> None:
    """A story that does not hold on the draft that it was recorded from would tell nobody anything."""
    problems = play(Worlds(draft), parse_story(text.encode())).problems
    if problems:
        raise Invalid({"title": f"存下的故事重演时对不上：{problems[0][1]}。请把这句话告诉管理员"})


def _about(stage: Stage, number: int) -> str | None:
    """The case that the expectations of a step are about."""
    label = stage.player.story.steps[number - 1].case
    return stage.player.last if label is None else stage.player.cases.get(label)


def _seen(stage: Stage, case_id: str | None) -> dict[str, Any]:
    """What stories can expect of a case as it stands."""
    if case_id is None:
        return {}
    with stage.player.world.database.read() as session:
        return {
            "status": seeing.status(session, case_id),
            "tasks": [_task(item) for item in seeing.tasks(session, case_id)],
            "payments": [_payment(each) for each in seeing.payments(session, case_id)],
            "documents": [{"template": row.template} for row in documents.documents_of(session, case_id)],
            "notices": seeing.said(seeing.notices(session, case_id)),
            "owed": seeing.owed(session, case_id),
            "claims": seeing.said(seeing.claims(session, case_id)),
            "goods": goods.told(session, case_id),
            "incident": next(iter(seeing.incidents(session, case_id)), False),
        }


def _ordered(stage: Stage, known: set[str]) -> dict[str, Any]:
    """What was ordered since, but for a case's own payments."""
    with stage.player.world.database.read() as session:
        made = funds.orders(session, known)
    known.update(funds.ids(made))
    told = [seeing.order(each) for each in made if each.purpose]
    return {"orders": [{name: str(each[name]) for name in ("payee", "amount", "for")} for each in told]} if told else {}


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What a step changed; of letters those that it issued. At the first step, what there is."""
    found = {key: each for key, each in now.items() if each != before.get(key, [] if key != "incident" else False)}
    if "documents" in found:
        found["documents"] = found["documents"][len(before.get("documents", ())) :]
    return {key: each for key, each in found.items() if key != "documents" or each}


def _task(item: Mapping[str, Any]) -> dict[str, Any]:
    due = {"due": str(item["due"])} if item["due"] else {}
    return {"task": item["task"], "position": item["position"], **due}


def _payment(row: Any) -> dict[str, Any]:
    order = seeing.order(row)
    return {name: str(order[name]) for name in ("amount", "payee", "on", "source")}


def _stands(stage: Stage, case_id: str | None) -> dict[str, Any]:
    kept = ("status", "payments", "owed", "goods")
    return {key: each for key, each in _seen(stage, case_id).items() if key in kept and (each or key != "goods")}


def _end(stage: Stage) -> dict[str, Any]:
    """How the case stands, with the awards of everybody."""
    last = stage.player.last
    end = _stands(stage, last)
    others = {label: _stands(stage, each) for label, each in stage.player.cases.items() if each != last}
    end |= {"cases": others} if others else {}
    with stage.player.world.database.read() as session:
        told = seeing.said(seeing.awards(session, stage.today))
    return {**end, "awards": told} if told else end
