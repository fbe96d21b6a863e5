"""A diagram that follows figures gives the same without an instance as with one, and only such may be drawn."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app import engine
from app.cases import decisions
from app.core.clock import SHANGHAI
from app.definitions.bundle import Bundle
from app.engine.lint import lint

NOW = datetime(2021, 7, 1, 9, tzinfo=SHANGHAI)
FIGURES = {
    "rural_dibao_standard_month": Decimal(450),
    "dibao_elderly_age": Decimal(70),
    "dibao_minor_age": Decimal(18),
    "tekun_basic_home_month": Decimal(800),
    "tekun_basic_institution_month": Decimal(577),
    "tekun_care_half_month": Decimal(200),
    "care_floor_share": Decimal("0.1"),
}
MEMBER = {"name": "周海", "id_number": "220122198809093311", "relation": "本人", "birth_date": date(1988, 9, 9),
          "age": 32, "severe": False, "ill": False, "able": True}  # fmt: skip
ASSESSED = {"members": [MEMBER], "people": 1, "ground": "household", "urban": False, "recipient": None,
            "annual_income": 2400, "rigid_spending": 0, "financial_assets": 0, "weighed_income": 2400}  # fmt: skip
SUPPORTED = {"form": "home", "self_care": "half", "urban": False}
FOLLOWING = [("dibao", "change", ASSESSED), ("tekun", "adjustment", None), ("tekun@340722", "adjustment", None)]


class World:
    """A host that answers from a few names and keeps what it was asked to do."""

    now = NOW

    def __init__(self, bundle: Bundle) -> None:
        self.bundle, self.asked = bundle, list[tuple[str, dict[str, Any]]]()

    def scope(self, element: engine.Element) -> dict[str, Any]:
        optional = {"rural_dibao_standard_month": None, "urban_dibao_standard_month": None, **FIGURES}
        return {"figure": {**FIGURES}, "optional_figure": optional, "today": NOW.date(), "now": NOW}

    def decide(self, element: engine.Element, decision: str, scope: Any) -> Any:
        return decisions.decide(self.bundle, decision, scope, NOW).result

    def perform(self, effect: engine.Effect) -> None:
        self.asked.append((effect.topic, dict(effect.inputs)))


@pytest.mark.parametrize(("folder", "process", "assessed"), FOLLOWING)
@pytest.mark.parametrize("paid", ["250.00", "1.00"])
def test_a_calculation_gives_what_a_case_gives(folder: str, process: str, assessed: Any, paid: str) -> None:
    bundle = Bundle.from_folder(Path("bpmn") / folder)
    diagram, world = bundle.process(process), World(bundle)
    award = {"monthly": Decimal(paid), "assessed": assessed, **SUPPORTED}
    variables = {"application": {"name": "周海"}, "case": {"award": award}}
    case = engine.start(diagram, variables, world)
    assert (case.finished, case.failure) == (True, None)
    done = engine.calculate(diagram, variables, World(bundle))
    assert ([done.end.id], [(each.topic, each.inputs()) for each in done.effects]) == (case.ends, world.asked)
    assert world.asked or paid == "250.00", "another amount is a change"


def test_what_asks_somebody_or_goes_round_is_no_calculation() -> None:
    dibao = Bundle.from_folder(Path("bpmn/dibao"))
    assert engine.is_calculation(dibao.process("change"))
    assert not engine.is_calculation(dibao.process("recheck"))
    file = dibao.files["recheck.bpmn"].replace(
        b"<bpmn:outgoing>begin_to_recheck</bpmn:outgoing>",
        b'<bpmn:extensionElements><camunda:properties><camunda:property name="follows" value="figures" />'
        b"</camunda:properties></bpmn:extensionElements><bpmn:outgoing>begin_to_recheck</bpmn:outgoing>",
    )
    (problem,) = [each for each in lint(file) if "成批核算" in each.message]
    assert problem.severity == "error"
