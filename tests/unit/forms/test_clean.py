import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from app import forms
from app.core.errors import Invalid
from app.core.id_number import check_character


def one(component, **more):
    """A form of one component."""
    spec = {"type": "textfield", "key": "x", "label": "字段"} | component | more
    return forms.load(json.dumps({"components": [spec]}))


def wrong(form, data, **options):
    with pytest.raises(Invalid) as refused:
        form.clean(data, **options)
    return refused.value.fields


def test_a_full_submission_comes_back_typed(form, full):
    known = form.clean(full).known
    assert known["name"] == "王建国"
    assert known["phone"] == "13904310001"
    assert known["bank_account"] == "6228480240001234568"
    assert known["hardship"] == "返岗无望\n家中无收入"
    assert known["unemployed_since"] == date(2020, 7, 1)
    assert (known["requested_amount"], known["months_without_income"]) == (Decimal("800.50"), Decimal(3))
    assert known["unemployment_insured"] is False
    assert known["applied_by"] == "self"
    assert known["household"]["members"][0]["disability_grade"] == Decimal(1)
    assert known["household"]["members"][0]["serious_illness"] is False
    assert known["household_size"] == 1
    assert "insurance_place" not in known


def test_the_wrong_fields_are_named_exactly(form, full):
    full["id_number"] = "220122198305123012"
    full["household"]["members"] = []
    full["witnesses"][1]["phone"] = "123"
    del full["hardship"]
    found = wrong(form, full)
    assert set(found) == {"id_number", "household.members", "witnesses.1.phone", "hardship"}
    assert "“身份证号码”" in found["id_number"]
    assert found["household.members"] == "请至少登记一名家庭成员"


def test_nothing_at_all_names_every_required_field(form):
    assert set(wrong(form, {})) == {
        "name", "id_number", "phone", "bank_account", "authorised", "hardship", "months_without_income",
        "unemployment_insured", "household.annual_income", "household.members", "witnesses",
    }  # fmt: skip


def test_wrong_containers_are_named_at_their_own_path(form, full):
    full["household"] = "三口人"
    full["witnesses"] = ["李强", {"name": "赵明", "phone": "13904310003"}, 7]
    found = wrong(form, full)
    # A bare text is the first field of a row: what is missing is the rest of it.
    assert set(found) == {"household", "witnesses.0.phone", "witnesses.2"}
    assert found["witnesses.2"] == "这一项须是一组字段"
    full["witnesses"] = {"name": "李强"}
    assert set(wrong(form, full)) == {"household", "witnesses"}


def test_what_is_hidden_is_neither_required_nor_validated_nor_kept(form, full):
    full["insurance_place"] = "x" * 5000
    assert "insurance_place" not in form.clean(full).known
    full["unemployment_insured"] = "true"
    assert set(wrong(form, full)) == {"insurance_place"}
    full["insurance_place"] = "长春"
    assert form.clean(full).known["insurance_place"] == "长春"


def test_conditions_in_lists_see_their_own_item(form, full):
    members = full["household"]["members"]
    members.append({"name": "吴霞", "id_number": "220122199001014021", "disability_kind": "mental"})
    known = form.clean(full).known["household"]["members"]
    assert "disability_kind" not in known[1]
    assert known[0]["disability_kind"] == "physical"
    del members[0]["disability_kind"]
    assert set(wrong(form, full)) == {"household.members.0.disability_kind"}


def test_what_a_condition_asks_for_is_needed_while_it_holds():
    files = {"type": "filepicker", "key": "proof", "label": "证明", "properties": {"requiredWhen": "=sure = false"}}
    other = {"type": "filepicker", "key": "other", "label": "其他", "conditional": {"hide": "=case.urgent"}}
    sure = {"type": "checkbox", "key": "sure", "label": "属实"}
    form = forms.load(json.dumps({"components": [sure, files, other]}))

    def asked(data, **case):
        return {each.component.key: each.needed for each in form.asked(data, context={"case": case})}

    assert asked({"sure": False}, urgent=True) == {"sure": False, "proof": True}
    assert asked({"sure": True}, urgent=False) == {"sure": False, "proof": False, "other": False}


def test_a_hidden_field_does_not_decide_about_others():
    form = forms.load(
        json.dumps(
            {
                "components": [
                    {"type": "textfield", "key": "c", "label": "丙", "conditional": {"hide": '=b != "yes"'}},
                    {"type": "textfield", "key": "b", "label": "乙", "conditional": {"hide": "=a = true"}},
                    {"type": "checkbox", "key": "a", "label": "甲"},
                ]
            }
        )
    )
    assert form.clean({"a": True, "b": "yes", "c": "z"}).known == {"a": True}
    assert form.clean({"b": "yes", "c": "z"}).known == {"a": False, "b": "yes", "c": "z"}


def test_a_hidden_group_hides_its_fields_and_its_own_error():
    group = {
        "type": "group", "label": "单位", "path": "employer", "conditional": {"hide": "=jobless"},
        "components": [{"type": "textfield", "key": "name", "label": "名称", "validate": {"required": True}}],
    }  # fmt: skip
    form = forms.load(json.dumps({"components": [{"type": "checkbox", "key": "jobless", "label": "无业"}, group]}))
    assert form.clean({"jobless": True, "employer": "?"}).known == {"jobless": True}
    assert set(wrong(form, {"employer": "?"})) == {"employer"}
    assert set(wrong(form, {})) == {"employer.name"}


def test_required_when(form, full):
    full["requested_amount"] = 1000
    assert form.clean(full)
    full["requested_amount"] = "1000.01"
    assert set(wrong(form, full)) == {"reason"}


def test_the_repeated_item_is_named(form, full):
    members = full["household"]["members"]
    members += [
        {"name": "吴霞", "id_number": "220122199001014021"},
        {"name": "王建国", "id_number": "220122198305123011"},
    ]
    found = wrong(form, full)
    assert list(found) == ["household.members.2.id_number"]
    assert "第 3 项与第 1 项重复" in found["household.members.2.id_number"]


def test_unknown_fields_are_kept_apart(form, full):
    full |= {"approved": True, "$dec": "x"}
    full["household"]["size"] = 3
    full["witnesses"][1]["relation"] = "工友"
    cleaned = form.clean(full)
    assert cleaned.unknown == {
        "approved": True, "dec": "x", "household": {"size": 3}, "witnesses": {"1": {"relation": "工友"}}
    }  # fmt: skip
    assert "approved" not in cleaned.known
    assert "size" not in cleaned.known["household"]


@pytest.mark.parametrize("bad", ["八百", 0, -5, "0.00", 800.555, "800.555", True, float("nan"), "1e3", [], "1,000"])
def test_money_that_is_no_money(bad):
    form = one({"type": "number", "properties": {"money": True}})
    assert "字段" in wrong(form, {"x": bad})["x"]


@pytest.mark.parametrize(
    ("bad", "why"),
    [(True, "数字"), ("x", "数字"), (float("inf"), "数字"), (10**40, "数字"), ("1" * 40, "数字"), (1.005, "2 位小数"),
     (-1, "不能小于 0"), (11, "不能大于 10"), ("0.25", "倍数")],
)  # fmt: skip
def test_numbers_out_of_their_bounds(bad, why):
    form = one({"type": "number", "decimalDigits": 2, "increment": 0.5, "validate": {"min": 0, "max": 10}})
    assert why in wrong(form, {"x": bad})["x"]


def test_numbers_are_exact():
    form = one({"type": "number"})
    assert form.clean({"x": 0.1}).known["x"] + form.clean({"x": "0.2"}).known["x"] == Decimal("0.3")
    assert "整数" in wrong(one({"type": "number", "decimalDigits": 0}), {"x": 1.5})["x"]
    assert one({"type": "number", "decimalDigits": 0}).clean({"x": 3.0}).known["x"] == 3


def test_bounds_may_be_expressions():
    form = one({"type": "number", "validate": {"max": "=limit"}})
    assert form.clean({"x": 5}, context={"limit": 5}).known["x"] == 5
    assert "不能大于 5" in wrong(form, {"x": 6}, context={"limit": 5})["x"]
    assert form.clean({"x": 6}).known["x"] == 6


def test_texts():
    form = one({"validate": {"minLength": 2, "maxLength": 3, "pattern": "[a-z]$", "patternErrorMessage": "以字母结尾"}})
    assert form.clean({"x": " 中\u200ba\x00 "}).known["x"] == "中a"
    assert form.clean({"x": "   "}).known["x"] is None
    assert "2 到 3" in wrong(form, {"x": "a"})["x"]
    assert wrong(form, {"x": "ab1"})["x"] == "以字母结尾"
    assert set(wrong(form, {"x": {"a": 1}})) == {"x"}
    assert "2000" in wrong(one({}), {"x": "x" * 2001})["x"]
    assert one({}).clean({"x": 13904310001}).known["x"] == "13904310001"


def test_a_pattern_cannot_hang_the_server():
    form = one({"validate": {"pattern": "^(a+)+$"}})
    assert set(wrong(form, {"x": "a" * 1999 + "!"})) == {"x"}


@pytest.mark.parametrize(
    ("subtype", "given_value", "value"),
    [("date", "2020/7/1", date(2020, 7, 1)), ("date", "2020年7月1日", date(2020, 7, 1)),
     ("date", date(2020, 7, 1), date(2020, 7, 1)), ("time", "9:05", "09:05"), ("date", "", None)],
)  # fmt: skip
def test_dates_and_times(subtype, given_value, value):
    assert one({"type": "datetime", "subtype": subtype}).clean({"x": given_value}).known["x"] == value


def test_a_moment_without_an_offset_is_shanghai_time():
    moment = one({"type": "datetime", "subtype": "datetime"}).clean({"x": "2020-07-01T09:30"}).known["x"]
    assert moment == datetime.fromisoformat("2020-07-01T01:30+00:00")


@pytest.mark.parametrize(
    "typed",
    ["2020年7月1日 9:30", "2020/7/1 09:30", "2020.07.01T09：30", "２０２０-0７-01 9:30:00", "2020-07-01 01:30Z"],
)
def test_a_moment_takes_the_spellings_of_a_date(typed):
    moment = one({"type": "datetime", "subtype": "datetime"}).clean({"x": typed}).known["x"]
    assert moment == datetime.fromisoformat("2020-07-01T01:30+00:00")


@pytest.mark.parametrize("bad", ["2020-02-30", "0202-10-15", "昨天", 20200701, "2020-13-01", [2020]])
def test_dates_that_cannot_be(bad):
    assert "存在的日期" in wrong(one({"type": "datetime", "subtype": "date"}), {"x": bad})["x"]


def test_past_and_future_dates_and_unborn_people_are_refused_where_today_is_known():
    today = date(2020, 10, 12)
    form = one({"type": "datetime", "subtype": "date", "disallowPassedDates": True})
    assert form.clean({"x": "2020-10-12"}, today=today)
    assert "早于今天" in wrong(form, {"x": "2020-10-11"}, today=today)["x"]
    form = one({"type": "datetime", "subtype": "date", "properties": {"past": True}})
    assert form.clean({"x": "2020-10-12"}, today=today)
    assert "晚于今天" in wrong(form, {"x": "2020-10-13"}, today=today)["x"]
    person = one({"properties": {"format": "id_number"}})
    unborn = "22012220210101001" + check_character("22012220210101001")
    assert "晚于今天" in wrong(person, {"x": unborn}, today=today)["x"]
    assert person.clean({"x": unborn}, today=date(2021, 1, 1))


@pytest.mark.parametrize(
    ("fmt", "good", "stored", "bad"),
    [
        ("phone", "+86 139-0431-0001", "13904310001", ["12904310001", "1390431000", "87654321", "110"]),
        ("phone", "(0431)87654321", "0431-87654321", ["0431-1"]),
        ("bank_account", "6228 4802 4000", "622848024000", ["12345678901", "1" * 20, "622848024000x"]),
        ("id_number", "11010519491231002x", "11010519491231002X", ["110105194912310020", "1101051949123100", "x"]),
    ],
)
def test_formats(fmt, good, stored, bad):
    form = one({"properties": {"format": fmt}})
    assert form.clean({"x": good}).known["x"] == stored
    for value in bad:
        assert set(wrong(form, {"x": value})) == {"x"}


def test_checkboxes_and_yes_no():
    required = one({"type": "checkbox", "validate": {"required": True}})
    assert required.clean({"x": "false"}).known == {"x": False}
    assert set(wrong(required, {})) == {"x"}
    assert set(wrong(required, {"x": "maybe"})) == {"x"}
    assert set(wrong(one({"type": "checkbox", "properties": {"mustBeTrue": True}}), {"x": False})) == {"x"}
    for values in (["true", "false"], [True, False]):
        radio = one({"type": "radio", "values": [{"label": str(v), "value": v} for v in values]})
        assert [radio.clean({"x": given_value}).known["x"] for given_value in (True, "false")] == [True, False]
        assert set(wrong(radio, {"x": "yes"})) == {"x"}


def test_options_from_data(form, full):
    full["post"] = "瓦工"
    posts = [{"label": "瓦工", "value": "瓦工"}, "木工"]
    assert form.clean(full, context={"posts": posts}).known["post"] == "瓦工"
    full["post"] = "焊工"
    assert set(wrong(form, full, context={"posts": posts})) == {"post"}
    by_key = one({"type": "checklist", "valuesKey": "posts"})
    assert by_key.clean({"x": ["木工", "木工"]}, context={"posts": posts}).known["x"] == ["木工"]
    assert set(wrong(by_key, {"x": ["木工"]})) == {"x"}


def test_locked_fields_never_come_from_a_submission():
    for lock in ({"readonly": True}, {"disabled": True}, {"readonly": "=true"}):
        assert one({"defaultValue": "甲"} | lock).clean({"x": "乙"}).known == {"x": "甲"}


def test_lists_are_capped(form, full):
    full["witnesses"] = [{"name": "李", "phone": "13904310002"}] * 201
    assert set(wrong(form, full)) == {"witnesses"}


def test_the_schema_answers_as_the_form_does(form, full):
    schema = form.schema()
    assert schema.load(full) == form.clean(full).known
    full["witnesses"] = [{"name": "李强"}]
    with pytest.raises(ValidationError) as refused:
        schema.load(full)
    messages = refused.value.messages
    assert "现在只有 1 名" in messages["witnesses"]["_schema"][0]
    assert "0" in messages["witnesses"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["name", "id_number", "authorised", "unemployed_since", "months_without_income", "requested_amount", "needs",
        "post", "household", "members", "annual_income", "witnesses", "materials", "applied_by"]  # fmt: skip
submissions = st.recursive(
    json_values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)


@given(submissions)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_input_is_cleaned_or_refused(form, data):
    with pytest.raises(Invalid) as refused:  # the example has required fields that chance does not fill
        form.clean(data)
    assert refused.value.fields
    assert all(refused.value.fields.values())


def test_a_text_area_takes_a_list_of_lines():
    form = one({"type": "textarea"})
    assert form.clean({"x": ["户口簿", "银行卡"]}).known["x"] == "户口簿\n银行卡"
    assert set(wrong(form, {"x": ["户口簿", 1]})) == {"x"}
    assert set(wrong(one({}), {"x": ["户口簿"]})) == {"x"}
