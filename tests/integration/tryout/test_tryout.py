"""What the child answers about a draft: a case step by step, why tables decided so, stories, cases."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from docx import Document

from app.core.paths import BUNDLES
from app.definitions.folder import read_folder
from app.scenarios.play import play
from app.scenarios.story import parse_story
from app.tryout import child
from app.tryout.asking import Draft
from app.tryout.playing import Worlds
from tests.support.web import flat
from tests.support.worlds import RELIEF, VILLAGE

FILES = {path: content for path, content in read_folder(BUNDLES / "uninsured_unemployed_relief").items()
         if not path.startswith("scenarios/")}  # fmt: skip
FIGURES = {"220122": [{"rural_dibao_standard_month": "345", "urban_dibao_standard_month": "540"}]}
INVESTIGATION, REVIEW = "village_investigation", "township_review"
STEPS: list[dict[str, Any]] = [
    {"do": "apply", "as": "applicant", "with": RELIEF},
    {"do": INVESTIGATION, "as": "village_cadre", "with": {"facts_true": True, "opinion": "属实"}},
    {"do": REVIEW, "as": "township_clerk", "with": {"confirmed": True, "amount": "800", "opinion": "同意"}},
]


def _ask(do: str, files: Mapping[str, bytes] = FILES, **asked: Any) -> dict[str, Any]:
    encoded = {path: base64.b64encode(content).decode() for path, content in files.items()}
    request = {"do": do, "region": "22", "files": encoded, "letters": None, "asked": asked}
    answer: dict[str, Any] = json.loads(child.answer(json.dumps(request, default=str).encode()))
    return answer


def _trial(steps: list[dict[str, Any]], position: int | None = None) -> dict[str, Any]:
    done = len(steps) if position is None else position
    return {"region": VILLAGE, "clock": "2020-10-12 09:00", "steps": steps, "position": done, "parameters": FIGURES}


def _form(task: str, actor: str, given: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"kind": "form", "task": task, "as": actor, "pairs": list(flat(given).items()), **more}


def _with_question(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The draft asks the village what nobody has answered."""
    path = f"{INVESTIGATION}.form.json"
    form = json.loads(files[path])
    field = {"type": "textfield", "key": "visited_by", "label": "走访人", "validate": {"required": True}}
    form["components"].append(field)
    return {**files, path: json.dumps(form, ensure_ascii=False).encode()}


def test_a_case_is_played_to_its_letter() -> None:
    state = _ask("play", trial=_trial(STEPS))["state"]
    assert state["case"] == {"number": "220122-2020-000001", "name": "王建国", "status": "approved", "closed": True}
    taken = {"apply", "facts_checked_to_township_review", "payment"}
    assert taken <= state["states"].keys()
    assert "refusal_notice" not in state["states"]
    assert [(each["payee"], each["amount"]) for each in state["payments"]] == [("王建国", "800.00")]
    assert [each["title"] for each in state["documents"]] == ["救助申请书", "审批决定书"]
    letter = _ask("letter", trial=_trial(STEPS), number=1)
    text = "\n".join(each.text for each in Document(io.BytesIO(base64.b64decode(letter["content"]))).paragraphs)
    assert "800" in text


def test_every_row_of_a_table_says_why_it_did_not_fire() -> None:
    decisions = _ask("play", trial=_trial(STEPS[:1]))["state"]["decisions"]
    (table,) = next(each["tables"] for each in decisions if each["title"] == "申请条件（据申请书）")
    assert {"label": "连续无收入月数", "value": "3"} in table["inputs"]
    row = next(each for each in table["rows"] if "连续无收入月数" in each["why"])
    assert not row["fired"]
    assert [cell for cell in row["cells"] if cell["holds"] is False] == [{"text": "< 3", "holds": False}]


def test_a_form_is_filled_in_refused_with_its_fields_and_taken() -> None:
    empty = _ask("play", trial=_trial([]))["state"]
    assert empty["form"]["task"] == "apply"
    refused = _ask("play", trial=_trial([]), act=_form("apply", "applicant", {**RELIEF, "id_number": "1"}))
    assert refused["trial"]["steps"] == []
    assert refused["state"]["form"]["faults"] == 1
    assert "公民身份号码" in refused["state"]["form"]["message"]
    assert "王建国" in refused["state"]["form"]["html"]
    more = _form("apply", "applicant", RELIEF)
    more["pairs"].append(("_add:witnesses", ""))
    assert "witnesses.2.name" in _ask("play", trial=_trial([]), act=more)["state"]["form"]["html"]
    with_file = _form("apply", "applicant", RELIEF)
    with_file["pairs"].append(("material_files", "0123456789abcdef" * 2))
    taken = _ask("play", trial=_trial([]), act=with_file)
    assert taken["trial"]["steps"][0]["with"]["material_files"] == ["0123456789abcdef" * 2]
    (task,) = taken["state"]["tasks"]
    assert (task["key"], task["as"], task["due"]) == (INVESTIGATION, "village_cadre", "2020-10-15")
    marks = [cell["marks"] for sheet in taken["state"]["days"] for week in sheet["weeks"] for cell in week if cell]
    assert ["村（社区）调查核实到期"] in marks


def test_a_refusal_can_be_a_step_and_days_pass() -> None:
    early = _form("apply", "applicant", {**RELIEF, "months_without_income": "2"}, keep=True)
    kept = _ask("play", trial=_trial([]), act=early)
    (step,) = kept["trial"]["steps"]
    assert step["expect"] == {"error": "not_eligible", "fields": ["months_without_income"]}
    assert kept["state"]["stop"] is None
    passed = _ask("play", trial=_trial(STEPS[:1]), act={"kind": "days", "days": "5"})
    assert passed["trial"]["steps"][-1] == {"do": "wait", "at": "2020-10-19 09:00"}
    wrong = _ask("play", trial=_trial(STEPS[:1]), act={"kind": "days", "days": "一"})
    assert list(wrong["refused"]["fields"]) == ["days"]


def test_where_the_draft_asks_what_nobody_answered_it_stops_and_goes_on_after_the_answer() -> None:
    files = _with_question(FILES)
    stopped = _ask("play", files, trial=_trial(STEPS))
    assert stopped["state"]["stop"]["number"] == 2
    assert "走访人" in stopped["state"]["form"]["message"]
    assert "属实" in stopped["state"]["form"]["html"]
    assert "先办完" in _ask("record", files, trial=_trial(STEPS), title="停住")["refused"]["message"]
    answer = _form(INVESTIGATION, "village_cadre", {"facts_true": True, "opinion": "属实", "visited_by": "李主任"})
    done = _ask("play", files, trial=_trial(STEPS), act=answer)
    assert [step["do"] for step in done["trial"]["steps"]] == ["apply", INVESTIGATION, REVIEW]
    assert done["state"]["case"]["status"] == "approved"
    skipped = _ask("play", files, trial=_trial(STEPS), act={"kind": "skip"})
    assert [step["do"] for step in skipped["trial"]["steps"]] == ["apply", REVIEW]


def test_a_recorded_story_holds_on_the_draft_and_breaks_with_its_rule() -> None:
    text = _ask("record", trial=_trial(STEPS), title="按时办结")["story"]
    story = parse_story(text.encode())
    assert story.steps[0].expect["tasks"][0]["due"].isoformat() == "2020-10-15"
    assert str(story.end["payments"][0]["amount"]) == "800.00"
    assert play(Worlds(Draft("22", FILES)), story).holds
    slower = {**FILES, "bundle.yaml": FILES["bundle.yaml"].replace(b"figure.village_investigation_working_days", b"5")}
    assert slower != FILES
    assert "due: 2020-10-15" in play(Worlds(Draft("22", slower)), story).problems[0][1]


def test_cases_of_a_table_are_decided_and_compared() -> None:
    tables = _ask("tables")["tables"]
    table = next(each for each in tables if each["title"] == "申请条件（据申请书）")
    at = {each["label"]: str(place) for place, each in enumerate(table["inputs"])}
    months, own = at["连续无收入月数"], at["证明人是申请人本人"]
    fine = {at["申请方式"]: "self", months: "3", at["不同的证明人数"]: "2", own: "否"}
    rows = [
        {**fine, "expected": "无"},
        {**fine, months: "2", "expected": "not_eligible"},
        {**fine, months: "2", "expected": "invalid"},
        {**fine, own: "也许"},
    ]
    found = _ask("cases", table=table["id"], rows=rows, figures={}, today="2020-10-12")["cases"]
    assert [each["verdict"] for each in found] == ["相符", "相符", "不符", ""]
    assert found[1]["rows"] == "3"
    assert found[3]["faults"] == {own: "应填“是”或“否”"}


@pytest.mark.parametrize(("path", "content", "told"), [
    ("relief.bpmn", b"<bpmn", "XML"), ("bundle.yaml", b"programme: x", "title"), ("apply.form.json", b"{", ""),
])  # fmt: skip
def test_a_draft_that_cannot_be_played_says_why(path: str, content: bytes, told: str) -> None:
    assert told in _ask("play", {**FILES, path: content}, trial=_trial(STEPS))["broken"]
