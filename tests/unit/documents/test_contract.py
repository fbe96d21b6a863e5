from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.documents.contract import load_contract
from app.documents.errors import DocumentError


@pytest.mark.parametrize(
    ("kind", "value", "frozen"),
    [
        ("text", "甲", "甲"),
        ("text", Decimal("3.50"), "3.5"),
        ("text", ["甲", "乙"], "甲、乙"),
        ("number", Decimal("36.00"), "36"),
        ("number", 100, "100"),
        ("number", Decimal("1E+3"), "1000"),
        ("money", 800, "800.00"),
        ("money", Decimal("1133.335"), "1133.34"),
        ("capital", Decimal("1133.335"), "壹仟壹佰叁拾叁元叁角肆分"),
        ("numeral", 3, "叁"),
        ("date", date(2020, 10, 5), "2020年10月5日"),
        ("date", "2020-10-05", "2020年10月5日"),
        ("date", datetime(2020, 10, 4, 16, 30, tzinfo=UTC), "2020年10月5日"),
        ("bool", False, False),
        ("masked_name", "王建国", "王*国"),
        ("masked_id", "220122197204040503", "220122********0503"),
        ("masked_account", "6228480240001234568", "***************4568"),
        ("masked_phone", "13904310001", "139****0001"),
        ("clause", "A7", "依A7"),
        ("addressee", "甲", "甲"),
        ("addressee", "亡者", "亡者的家属"),
        ("you", "甲", "您"),
        ("you", "亡者", "亡者"),
        ("text?", None, None),
        ("money?", "", None),
        ("list text?", None, []),
        ("list text", "甲", ["甲"]),
        ("list {name: text, sum: money}", [{"name": "甲", "sum": 1}], [{"name": "甲", "sum": "1.00"}]),
        ("list {name: text, note: {type: text, optional: true}}", ["甲"], [{"name": "甲", "note": None}]),
    ],
)
def test_values_are_frozen_as_they_will_be_printed(contract_of, kind, value, frozen):
    contract = load_contract(contract_of(a=kind))
    said = contract.evaluate({"a": value}, "依{}".format, lambda name: f"{name}的家属" if name == "亡者" else name)
    assert said == {"a": frozen}


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("text", None, "没有值"),
        ("text", "", "没有值"),
        ("money", "八百", "不是数字"),
        ("money", True, "不是数字"),
        ("money", Decimal("1e20"), "超出范围"),
        ("capital", -1, "负数"),
        ("numeral", Decimal("1.5"), "不是非负整数"),
        ("date", "2020-13-01", "不是日期"),
        ("bool", "是", "不是 true 或 false"),
        ("list text", [], "至少要有一项"),
        ("list {name: text}", [{"nmae": "甲"}], "列表项"),
    ],
)
def test_a_value_that_cannot_be_printed_names_template_variable_and_expression(contract_of, kind, value, words):
    with pytest.raises(DocumentError, match=words) as caught:
        load_contract(contract_of(a=kind)).evaluate({"a": value})
    assert "《测试文书》" in caught.value.message
    assert "a（名称a）" in caught.value.message
    assert "表达式：a" in caught.value.message
    assert (caught.value.template, caught.value.variable) == ("测试文书", "a")


def test_every_missing_variable_is_named_at_once(contract_of):
    with pytest.raises(DocumentError) as caught:
        load_contract(contract_of(a="text", b="money", c="text?")).evaluate({})
    assert "a（" in caught.value.message
    assert "b（" in caught.value.message
    assert "c（" not in caught.value.message


def test_what_the_context_refuses_passes_through(contract_of):
    class Lazy(dict):
        def __missing__(self, key):
            raise LookupError("缺少参数")

    with pytest.raises(LookupError, match="缺少参数"):
        load_contract(contract_of(a="text")).evaluate(Lazy())


HEAD = "key: a\ntitle: 甲\nissuer: county\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["key：缺少", "variables：缺少"]),
        (HEAD + "variables: []", ["variables：应为"]),
        (HEAD + "extra: 1\nvariables: {}", ["extra：没有这一项"]),
        (HEAD.replace("county", "village") + "variables: {}", ["issuer：应为 township 或 county"]),
        (HEAD + "copies: 0\nvariables: {}", ["copies：份数"]),
        (HEAD + "voidable: maybe\nvariables: {}", ["voidable：应为 true 或 false"]),
        (HEAD + "variables:\n  x: {type: txt, from: a}", ["variables.x.type：没有类型 txt", "money"]),
        (HEAD + "variables:\n  x: {type: text}", ["variables.x.from：缺少"]),
        (HEAD + "variables:\n  X: {type: text, from: a}", ["variables.X", "小写"]),
        (HEAD + "variables:\n  x: {type: list, from: a}", ["variables.x.items", "list"]),
        (HEAD + "variables:\n  x: {type: text, from: a, items: text}", ["variables.x.items"]),
        (HEAD + "variables:\n  x: {type: list, from: a, items: {b: nope}}", ["没有类型 nope"]),
        (HEAD + "variables:\n  x: {type: text, from: 'if a then'}", ["variables.x.from", "第 1 行"]),
        (HEAD + "variables:\n  on: {type: text, from: a}", ["引号"]),
        (HEAD + "variables:\n  x: {type: text, from: a}\n  x: {type: text, from: b}", ["两次"]),
        ("a: &b [1]\nc: *b", ["别名"]),
        ("a: !!python/object/apply:os.system [id]", ["YAML"]),
        ("a: [", ["YAML"]),
    ],
)
def test_a_faulty_contract_says_where(text, words):
    with pytest.raises(DocumentError) as caught:
        load_contract(text.encode())
    for word in words:
        assert word in caught.value.message


def test_reasons_come_from_opinion_inputs_and_failing_rules(shipped_contract):
    contract = shipped_contract("refusal_notice")
    inputs = {"opinion": "九月起已在县城务工", "reasons": ["材料不实"]}
    frozen = contract.evaluate(SCOPE | {"document": inputs}, cite={"A1": "二(二)1"}.__getitem__)
    assert frozen["reasons"] == [
        {"text": "九月起已在县城务工", "clause": None},
        {"text": "材料不实", "clause": None},
        {"text": "不满三个月", "clause": "二(二)1"},
    ]
    with pytest.raises(DocumentError, match="reasons（不予救助的理由） 至少要有一项"):
        contract.evaluate(SCOPE | {"document": {}, "case": SCOPE["case"] | {"failing_rules": []}})


def test_one_decision_letter_serves_every_programme(shipped_contract):
    contract = shipped_contract("approval_notice")
    once = contract.evaluate(SCOPE | {"document": {"amount": Decimal(6000), "instalments": Decimal(3)}})
    assert (once["amount_capital"], once["instalments"], once["monthly"]) == ("陆仟元整", "3", None)
    monthly = contract.evaluate(SCOPE | {"document": {"monthly": Decimal(430), "form": "home"}})
    assert (monthly["monthly_capital"], monthly["care_form"], monthly["amount"]) == ("肆佰叁拾元整", "分散供养", None)


SCOPE = {
    "application": {"name": "王建国", "id_number": "220122198305123011"},
    "case": {
        "number": "A1",
        "applied_on": date(2020, 10, 12),
        "failing_rules": [{"code": "not_eligible", "field": None, "message": "不满三个月", "clause": "A1"}],
        "region": {"county": {"code": "220122", "name": "农安县"}},
    },
    "programme": {"title": "临时救助", "basis": "吉民发〔2020〕40号"},
    "issuer": {"name": "农安镇人民政府", "region": "农安镇", "phone": None},
    "remedies": [{"title": "申诉", "organ": "农安县民政局", "within": None, "law": None}],
    "letter": {"number": "农民救告〔2020〕1号", "date": date(2020, 10, 15), "year": 2020, "verify_code": "AB"},
}
