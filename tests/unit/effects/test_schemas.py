"""Schemas of effects: one mechanism reads inputs, and one Chinese sentence says what is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.effects import LEFT_OUT, SCHEMAS, InputError, read, tell
from app.feel import compile as feel_compile

PAYMENT, CHANGE = SCHEMAS["payment"], SCHEMAS["award_change"]


def test_values_come_as_their_types_say() -> None:
    given = {"amount": Decimal("99.999"), "instalments": Decimal(3), "on": datetime(2020, 1, 1, 20, tzinfo=UTC),
             "split": {"source": "city_fund", "share": 5}}  # fmt: skip
    values = read(PAYMENT, "发放", given)
    assert (values["amount"], values["instalments"], values["on"]) == (Decimal("100.00"), 3, date(2020, 1, 2))
    assert values["split"] == [{"source": "city_fund", "share": 5}]
    assert values["payee"] is None


def test_null_is_an_answer_where_the_schema_says_so() -> None:
    values = read(CHANGE, "变更", {"institution_id": None})
    assert values["institution_id"] is None
    assert values["visit_on"] is LEFT_OUT
    assert values["monthly"] is None


@pytest.mark.parametrize(
    ("topic", "given", "told"),
    [
        ("payment", {}, "缺少输入“金额”（amount）"),
        ("payment", {"amount": None}, "缺少输入“金额”（amount）"),
        ("payment", {"amount": "12"}, "（amount）应是不小于 0.01 的金额（元），不能是“12”"),
        ("payment", {"amount": Decimal("0.004")}, "应是不小于 0.01 的金额（元）"),
        ("payment", {"amount": True}, "应是不小于 0.01 的金额（元）"),
        ("payment", {"amount": 1, "instalments": Decimal("1.5")}, "（instalments）应是不小于 1 的整数（期）"),
        ("payment", {"amount": 1, "source": "reserve"}, "county_fund（县级救助资金）"),
        ("payment", {"amount": 1, "amont": 1}, "的输入“amont”在“支付一次性救助”中不起作用，是不是“amount”？"),
        ("payment", {"amount": 1, "on": "tomorrow"}, "（on）应是日期"),
        ("award_start", {"monthly": 1, "facts": 5}, "（facts）应是一组键值"),
        ("draw_sample", {"rate": Decimal("1.1")}, "不大于 1"),
        ("notify", {"text": 5}, "（text）应是文字"),
        ("settle_owed", {"items": []}, "（items）应是清单"),
        ("settle_owed", {"items": [5]}, "（items）应是清单"),
    ],
)
def test_what_is_wrong_names_element_and_input(topic: str, given: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as caught:
        read(SCHEMAS[topic], "发放救助金", given)
    assert told in str(caught.value)
    assert str(caught.value).startswith("「发放救助金」")
    assert "请政策管理员" in str(caught.value)


def test_letters_take_what_their_contracts_read() -> None:
    values = read(SCHEMAS["document"], "出具", {"template": "refusal_notice", "opinion": "不符合"})
    assert values["further"] == {"template": "refusal_notice", "opinion": "不符合"}


def test_sentences_leave_out_what_has_no_value() -> None:
    told = {"amount": Decimal(1800), "instalments": 3, "source": "reserve_fund"}
    assert tell("payment", told) == "确定资金 1,800.00 元，分 3 次（乡镇备用金）"
    assert tell("payment", {**told, "instalments": None}) == "确定资金 1,800.00 元（乡镇备用金）"
    assert tell("publicity", {"kind": "review", "until": date(2020, 5, 1)}) == "开始拟救助公示，至 2020年5月1日"


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=lambda schema: schema.topic)
def test_a_schema_speaks_of_what_exists(schema: Any) -> None:
    types = [each.type for each in schema.inputs] + list((schema.result or {}).values())
    for text in types:
        feel_compile(f"null instance of {text}")
    assert schema.title
    assert schema.sentence
    assert len(schema.by_name) == len(schema.inputs)
