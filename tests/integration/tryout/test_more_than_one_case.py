"""A trial of two cases: each is acted on by its label, goods and files are real, and the story keeps all of it."""

from __future__ import annotations

import base64
from typing import Any

import yaml

from app.core.ids import digest
from app.core.paths import BUNDLES
from app.definitions.folder import read_folder
from app.tryout.asking import Draft
from app.tryout.playing import Stage, played
from app.tryout.recording import story
from app.tryout.state import of
from app.tryout.trial import Trial
from tests.support.web import flat

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
FILE = {"id": digest(PICTURE)[:32], "name": "户口簿.png", "content": base64.b64encode(PICTURE).decode()}


def _begun(programme: str, name: str, count: int) -> tuple[Draft, Trial]:
    """The first steps of a shipped story as a trial of what is shipped."""
    files = read_folder(BUNDLES / programme)
    told: dict[str, Any] = yaml.load(files[f"scenarios/{name}.yaml"], yaml.BaseLoader)  # noqa: S506 (texts)
    steps = tuple({key: each for key, each in step.items() if key != "expect"} for step in told["steps"][:count])
    parameters = {code: [values] for code, values in told["parameters"].items()}
    draft = Draft("22", {path: content for path, content in files.items() if not path.startswith("scenarios/")})
    return draft, Trial(told["region"], told["clock"], steps, len(steps), parameters)


def _event(stage: Stage, do: str, actor: str, **given: str) -> None:
    stage.act({"kind": "event", "do": do, "as": actor, "with": given})


def _fill(stage: Stage, task: str, actor: str, given: dict[str, Any], **more: Any) -> None:
    pairs = [*flat(given).items(), *more.pop("pairs", ())]
    typed = stage.act({"kind": "form", "task": task, "as": actor, "pairs": pairs, **more})
    assert typed is None, typed and typed.refusal and typed.refusal.fields


def _kept(draft: Draft, stage: Stage) -> dict[str, Any]:
    """The story of what was done, which was played once more and holds: else `story` refuses."""
    return dict(yaml.safe_load(story(draft, Trial.of(stage.trial.as_json()), "两件")))


def test_two_cases_share_a_store_and_each_goes_on_by_itself() -> None:
    draft, trial = _begun("disaster_relief", "goods-come-back", 1)
    first = trial.steps[0]["with"]
    with played(draft, trial) as stage:
        assert of(stage, None, None)["goods"] == []
        _event(stage, "goods", "township_clerk", name="棉被", unit="床", received="5")
        second = {**first, "name": "李秀英", "id_number": "220122199001014021"}
        _fill(stage, "apply", "applicant", second)
        stage.about = "main"
        _fill(stage, "village_examination", "village_cadre", {"approved": "true", "amount": "1200"})
        state = of(stage, None, None)
        assert [(each["name"], each["label"], each["shown"]) for each in state["cases"]] == [
            ("王建国", "main", True), ("李秀英", "case2", False),
        ]  # fmt: skip
        assert [each["whose"] for each in state["steps"]] == ["王建国", "王建国", "李秀英", "王建国"]
        assert state["goods"] == [
            {"name": "棉被", "unit": "床", "on_hand": 5, "region": "220122100", "place": state["goods"][0]["place"]}
        ]
        kept = _kept(draft, stage)
    assert [step.get("case") for step in kept["steps"]] == [None, None, "case2", "main"]
    assert kept["steps"][1]["expect"]["goods"] == [{"name": "棉被", "on_hand": "5", "given": "0"}]
    assert kept["end"]["cases"]["main"]["status"] == "in_progress"


def test_an_application_with_a_file_is_corrected() -> None:
    draft, trial = _begun("dibao", "paid-and-decided-again", 1)
    with played(draft, trial) as stage:
        person = {"name": "李秀英", "id_number": "220122199101014029", "relation": "本人", "can_work": "true"}
        given = {**stage.trial.steps[0]["with"], "name": person["name"], "id_number": person["id_number"]}
        given["household"] = {**given["household"], "annual_income": "2400", "members": [person]}
        _fill(stage, "apply", "applicant", given, pairs=[("material_files", FILE["id"])], files=[FILE])
        assert of(stage, None, None)["files"] == [{"id": FILE["id"], "name": FILE["name"], "kilobytes": 1}]
        form = of(stage, "correct", None)["form"]
        assert (form["title"], "李秀英" in form["html"]) == ("更正申请内容", True)
        given["address"] = "农安县农安镇二道街"
        pairs = [("_reason", "地址写错"), ("material_files", FILE["id"])]
        _fill(stage, "correct", "township_clerk", given, pairs=pairs)
        assert stage.trial.steps[-1]["with"] == {"address": given["address"], "reason": "地址写错"}
        kept = _kept(draft, stage)
    assert kept["registry"]["files"][0]["name"] == FILE["name"]


def test_a_grant_is_ordered_and_what_was_paid_too_much_is_paid_back() -> None:
    draft, trial = _begun("dibao", "paid-and-refused-after-all", 8)
    with played(draft, trial) as stage:
        _event(stage, "grant", "county_clerk", occasion="2021清明", amount="100", per="household")
        ordered = of(stage, None, None)["ordered"]
        assert [(each["for"], each["status"]) for each in ordered] == [("2021-04", "paid"), ("2021清明", "pending")]
        assert "review" in {each["element"] for each in of(stage, None, None)["reopenable"]}
        _event(stage, "reopen", "county_head", to="review", reason="核对时漏算了收入")
        _fill(stage, "review", "township_head", {"approved": "false", "opinion": "收入超过标准"})
        assert of(stage, None, None)["claims"] == [{"debtor": "周海", "owed": "200.00"}]
        _event(stage, "repaid", "finance", amount="50")
        assert of(stage, None, None)["claims"] == [{"debtor": "周海", "owed": "150.00"}]
        kept = _kept(draft, stage)
    assert kept["steps"][-1]["expect"]["claims"] == [{"debtor": "周海", "amount": "200.00", "owed": "150.00"}]
    assert kept["steps"][-4]["expect"]["orders"] == [{"payee": "周海", "amount": "100.00", "for": "2021清明"}]
