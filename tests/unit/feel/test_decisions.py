"""Decision tables and graphs: results, rows that fired, and the values they saw."""

from __future__ import annotations

import gc
from decimal import Decimal
from typing import Any

import pytest

from app import feel
from app.feel import dmn
from tests.unit.feel.tables import decision, literal, model, table

AGES = ['< 18 -> "child" // 第三条', '[18..60) -> "adult" // 第四条', '>= 60 -> "elder" // 第五条']
BANDS = ["> 10 -> 1", "> 20 -> 2", "> 30 -> 1"]


def load(policy: str, rows: list[str], outputs: list[str], aggregation: str = "") -> dmn.Decisions:
    return dmn.load(model(decision("d", table(policy, ["x: number"], outputs, rows, aggregation))))


def test_a_result_carries_its_rows_and_what_they_saw() -> None:
    outcome = load("UNIQUE", AGES, ["kind: string"]).decide("d", {"x": 59.5})
    assert outcome.result == "adult"
    assert outcome.rows == (dmn.Row(2, "r2", "第四条", ("第四条",)),)
    assert outcome.inputs == {"x": Decimal("59.5")}


@pytest.mark.parametrize(
    ("policy", "aggregation", "x", "result", "rows"),
    [
        ("UNIQUE", "", 15, 1, [1]),
        ("UNIQUE", "", 25, None, [1, 2]),
        ("FIRST", "", 25, 1, [1]),
        ("ANY", "", 15, 1, [1]),
        ("ANY", "", 25, None, [1, 2]),
        ("PRIORITY", "", 35, 2, [2]),
        ("OUTPUT ORDER", "", 35, [2, 1, 1], [2, 1, 3]),
        ("RULE ORDER", "", 35, [1, 2, 1], [1, 2, 3]),
        ("COLLECT", "", 35, [1, 2, 1], [1, 2, 3]),
        ("COLLECT", "SUM", 35, 4, [1, 2, 3]),
        ("COLLECT", "MIN", 35, 1, [1, 2, 3]),
        ("COLLECT", "MAX", 35, 2, [1, 2, 3]),
        ("COLLECT", "COUNT", 35, 3, [1, 2, 3]),
        ("COLLECT", "", 5, None, []),
        ("FIRST", "", None, None, []),
    ],
)
def test_hit_policies(policy: str, aggregation: str, x: Any, result: Any, rows: list[int]) -> None:
    outcome = load(policy, BANDS, ["o: number = 2, 1"], aggregation).decide("d", {"x": x})
    assert outcome.result == result
    assert [row.index for row in outcome.rows] == rows


def test_several_outputs_are_a_context() -> None:
    rows = ['> 0 -> "A1" | "收入过高"']
    assert load("FIRST", rows, ["code: string", "message: string"]).decide("d", {"x": 1}).result == {
        "code": "A1",
        "message": "收入过高",
    }


def test_inputs_outside_their_allowed_values_give_null() -> None:
    text = table("FIRST", ['x: string = "a", "b"'], ["o"], ["- -> 1"])
    decisions = dmn.load(model(decision("d", text)))
    assert decisions.decide("d", {"x": "a"}).result == 1
    assert decisions.decide("d", {"x": "c"}).result is None
    assert decisions.decide("d", {"x": 3}).result is None
    assert decisions.decide("d", {}).result == 1, "no value at all is not checked"


def test_the_graph_is_evaluated_on_demand() -> None:
    class Refusing(dict[str, Any]):
        def __missing__(self, key: str) -> Any:
            raise LookupError(key)

    decisions = dmn.load(
        model(
            decision("base", literal("figures.standard * 2")),
            decision("limit", literal("if rich then 0 else base"), ["base"]),
            decision(
                "d", table("FIRST", ["income: number"], ["o"], ["< limit -> true // 第五条", "- -> false"]), ["limit"]
            ),
        )
    )
    outcome = decisions.decide("d", {"income": 900, "rich": False, "figures": {"standard": 500}})
    assert (outcome.result, [row.annotation for row in outcome.rows]) == (True, ["第五条"])
    assert decisions.decide("d", {"income": 900, "rich": True, "figures": Refusing()}).result is False
    with pytest.raises(LookupError):
        decisions.decide("d", {"income": 900, "rich": False, "figures": Refusing()})
    assert decisions.reads("d") == {"figures.standard", "rich", "income"}
    assert decisions.names == ("base", "limit", "d")


def test_the_trace_has_every_table() -> None:
    first = table("FIRST", ["x: number"], ["o: number"], ["> 1 -> 10", "- -> 20"])
    second = table("FIRST", ["a: number"], ["o"], ["> 15 -> true", "- -> false"])
    outcome = dmn.load(model(decision("a", first), decision("b", second, ["a"]))).decide("b", {"x": 1})
    assert outcome.result is True
    assert [(fired.owner, fired.rows[0].index, fired.inputs) for fired in outcome.trace] == [
        ("a", 2, {"x": 1}),
        ("b", 1, {"a": 20}),
    ]


def test_types_coerce_and_refuse() -> None:
    items = (
        '<itemDefinition name="tAge"><typeRef>number</typeRef><allowedValues><text>[0..130]</text></allowedValues>'
        '</itemDefinition><itemDefinition name="tAges" isCollection="true"><typeRef>tAge</typeRef></itemDefinition>'
    )
    decisions = dmn.load(model(items, decision("d", literal("x"), type_name="tAges")))
    assert decisions.decide("d", {"x": [1, 2]}).result == [1, 2]
    assert decisions.decide("d", {"x": 7}).result == [7]
    assert decisions.decide("d", {"x": [1, 131]}).result is None
    assert decisions.decide("d", {"x": ["a"]}).result is None


def test_inputs_take_their_types_entry_by_entry() -> None:
    items = (
        '<itemDefinition name="tPerson"><itemComponent name="age"><typeRef>number</typeRef></itemComponent>'
        '<itemComponent name="tags" isCollection="true"><typeRef>string</typeRef></itemComponent></itemDefinition>'
    )
    person = '<inputData id="p" name="p"><variable name="p" typeRef="tPerson"/></inputData>'
    needs = '<informationRequirement><requiredInput href="#p"/></informationRequirement>'
    body = literal("[p.age, p.tags, p.other]")
    decisions = dmn.load(model(items, person, decision("d", needs + body)))

    class Refusing(dict[str, Any]):
        def __missing__(self, key: str) -> Any:
            raise LookupError(key)

    assert decisions.decide("d", {"p": {"age": [3], "tags": "a", "other": 1}}).result == [3, ["a"], 1]
    assert decisions.decide("d", {"p": {"age": 3}}).result == [3, None, None], "what the caller left out is null"
    assert decisions.decide("d", {"p": {"age": "old"}}).result == [None, None, None]
    with pytest.raises(LookupError):
        decisions.decide("d", {"p": Refusing(age=[3], tags="a")})


def test_knowledge_models_and_services() -> None:
    xml = model(
        '<businessKnowledgeModel id="k" name="差额"><encapsulatedLogic><formalParameter name="收入" typeRef="number"/>'
        f'<formalParameter name="标准" typeRef="number"/>{literal("max(标准 - 收入, 0)")}</encapsulatedLogic>'
        "</businessKnowledgeModel>",
        '<decision id="d" name="d"><knowledgeRequirement><requiredKnowledge href="#k"/></knowledgeRequirement>'
        f"{literal('差额(标准: 740, 收入: income)')}</decision>",
        '<inputData id="i" name="income"/>',
        '<decisionService id="s" name="s"><outputDecision href="#d"/><inputData href="#i"/></decisionService>',
    )
    decisions = dmn.load(xml)
    assert decisions.decide("d", {"income": 500}).result == 240
    assert decisions.decide("差额", {"收入": 900, "标准": 740}).result == 0
    assert decisions.decide("s", {"income": 500}).result == 240
    assert decisions.decide("s", {}).result is None, "a service without its input is not called"


def test_imports() -> None:
    base = model(decision("标准", literal("740"))).replace('namespace="n"', 'namespace="base"')
    xml = model(
        '<import namespace="base" name="省" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
        decision("d", literal("省.标准 * 2"), ["标准"]).replace('href="#', 'href="base#'),
    )
    assert dmn.load(xml, [base]).decide("d", {}).result == 1480


def test_inputs_of_imported_models_are_given_under_the_names_of_the_imports() -> None:
    import_of = '<import namespace="{0}" name="{0}" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
    needs = '<informationRequirement><required{} href="{}"/></informationRequirement>'
    inner = model('<inputData id="p" name="person name"/>').replace('namespace="n"', 'namespace="inner"')
    middle = model(
        import_of.format("inner"),
        decision("greet", needs.format("Input", "inner#p") + literal('"Hello " + inner.person name')),
    ).replace('namespace="n"', 'namespace="middle"')
    xml = model(
        import_of.format("middle"),
        decision("d", needs.format("Decision", "middle#greet") + literal("middle.greet")),
    )
    decisions = dmn.load(xml, [inner, middle])
    assert decisions.decide("d", {"middle": {"inner": {"person name": "B.A. John"}}}).result == "Hello B.A. John"
    assert decisions.decide("d", {"middle.inner.person name": "Bob"}).result == "Hello Bob"


def test_languages_other_than_feel_are_told() -> None:
    script = '<literalExpression expressionLanguage="javascript"><text>1 + 1</text></literalExpression>'
    (finding,) = dmn.load(model(decision("d", script))).analyse()
    assert (finding.kind, finding.suggestion) == ("syntax", "FEEL")


def test_broken_feel_is_null_and_told() -> None:
    decisions = dmn.load(model(decision("d", literal("1 +")), decision("ok", literal("1"))))
    assert decisions.decide("ok", {}).result == 1
    assert decisions.decide("d", {}).result is None
    assert [(problem.owner, problem.error.column) for problem in decisions.problems] == [("d", 4)]


def test_refusals() -> None:
    decisions = dmn.load(model(decision("d", literal("1"))))
    with pytest.raises(feel.DmnError, match="没有名为“x”的决策（现有：d）"):
        decisions.decide("x", {})
    ragged = table("FIRST", ["a", "b"], ["o"], ["- | - -> 1", "- -> 2"])
    with pytest.raises(feel.DmnError, match="第 2 行"):
        dmn.load(model(decision("d", ragged)))
    with pytest.raises(feel.DmnError, match="命中策略"):
        dmn.load(model(decision("d", table("SOMETIMES", ["a"], ["o"], ["- -> 1"]))))


def test_metadata_of_a_table() -> None:
    found = load("UNIQUE", AGES, ["kind: string"]).table("d")
    assert found is not None
    assert (found.policy, [each.label for each in found.inputs], [each.name for each in found.outputs]) == (
        "UNIQUE",
        ["x"],
        ["kind"],
    )
    assert [(rule.index, rule.inputs, rule.outputs, rule.row.annotation) for rule in found.rules][0] == (
        1,
        ("< 18",),
        ('"child"',),
        "第三条",
    )


def test_the_search_for_cycles_goes_on_after_every_load() -> None:
    dmn.load(model(decision("d", literal("1")))).analyse()
    with pytest.raises(feel.FeelError):
        dmn.load("<broken")
    assert gc.isenabled()
