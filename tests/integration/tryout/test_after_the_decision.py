"""A trial goes on after the decision: a month is paid, money comes back, a figure changes, somebody dies."""

from __future__ import annotations

from typing import Any

import yaml

from app.core.paths import BUNDLES
from app.definitions.folder import read_folder
from app.scenarios.story import parse_story
from app.tryout.asking import Draft
from app.tryout.playing import played
from app.tryout.recording import story
from app.tryout.state import of
from app.tryout.trial import Trial

FILES = read_folder(BUNDLES / "dibao")
BEGUN: dict[str, Any] = yaml.load(FILES["scenarios/arrears-of-a-raise.yaml"], yaml.BaseLoader)  # noqa: S506 (texts)
DRAFT = Draft("22", {path: content for path, content in FILES.items() if not path.startswith("scenarios/")})
WIFE = "220122199001014021"


def _event(do: str, actor: str, **given: str | list[str]) -> dict[str, Any]:
    return {"kind": "event", "do": do, "as": actor, "with": given}


def test_money_figures_and_a_death_are_steps_that_the_story_keeps() -> None:
    steps = tuple({name: each for name, each in step.items() if name != "expect"} for step in BEGUN["steps"][:6])
    parameters = {code: [values] for code, values in BEGUN["parameters"].items()}
    begun = Trial(BEGUN["region"], BEGUN["clock"], steps, len(steps), parameters)
    with played(DRAFT, begun) as stage:
        for act in (
            _event("month", "finance", month="2021-05"),
            _event("paid", "finance", failed=["周海"]), _event("reorder", "finance", account=""),
            _event("figure", "policy_owner", key="rural_dibao_standard_month", value="450", **{"from": "2021-05-01"}),
        ):  # fmt: skip
            stage.act(act)
        state = of(stage, None, None)
        assert (state["unpaid"], state["people"][WIFE]) == (["周海"], "吴霞")
        assert {"recheck", "ending"} <= {each["key"] for each in state["processes"]}
        stage.act({"kind": "death", "person": WIFE, "day": "2021-04-19"})
        assert stage.must_replay
    trial = Trial.of(stage.trial.as_json())
    text = story(DRAFT, trial, "发放以后")
    kept = parse_story(text.encode())
    assert kept.registry["people"] == [{"name": "吴霞", "id_number": WIFE, "died_on": "2021-04-19"}]
    assert [each["for"] for step in kept.steps for each in step.expect.get("orders", ())] == ["2021-05"]
    assert [str(each["monthly"]) for each in kept.end["awards"]] == ["0.00"]
    assert trial.with_death(WIFE, None).deaths == ()
