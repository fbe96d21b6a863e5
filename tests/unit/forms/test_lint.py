import contextlib
import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import forms
from app.core.errors import Invalid
from tests.unit.forms.conftest import EXAMPLE

FIELD = {"type": "textfield", "key": "x", "label": "甲"}
ROWS = {"type": "dynamiclist", "path": "l", "label": "列表", "components": [FIELD]}


def problems(*components):
    return forms.lint(json.dumps({"type": "default", "components": list(components)}))


def test_the_example_has_no_problem():
    assert forms.lint(EXAMPLE) == []


def test_load_raises_with_every_problem_and_caches_what_is_good():
    with pytest.raises(forms.FormError) as refused:
        forms.load(json.dumps({"components": [FIELD | {"label": ""}, FIELD]}))
    assert len(refused.value.problems) == 2
    assert forms.load(EXAMPLE) is forms.load(EXAMPLE)


@pytest.mark.parametrize(
    ("component", "what"),
    [
        ({"type": "video"}, "不支持的组件类型"),
        (FIELD | {"label": " "}, "缺少标签"),
        (FIELD | {"key": ""}, "缺少键"),
        (FIELD | {"key": "a-b"}, "不能用"),
        (FIELD | {"key": "_a"}, "不能用"),
        (FIELD | {"key": "this"}, "不能用"),
        (FIELD | {"conditional": {"hide": "=a = "}}, "隐藏条件的表达式有误"),
        (FIELD | {"conditional": {"hide": "a = 1"}}, "以等号开头"),
        (FIELD | {"validate": {"pattern": "(?=a)b"}}, "正则表达式"),
        (FIELD | {"validate": {"minLength": 5, "maxLength": 2}}, "minLength 大于 maxLength"),
        (FIELD | {"validate": {"maxLength": "x"}}, "不是数字"),
        (FIELD | {"validate": {"reqired": True}}, "不支持的校验"),
        (FIELD | {"validate": {"validationType": "url"}}, "校验类型"),
        (FIELD | {"properties": {"format": "passport"}}, "格式 passport 不认识"),
        (FIELD | {"properties": {"money": True}}, "money 不适用"),
        (FIELD | {"properties": {"requiredwhen": "=true"}}, "拼写有误"),
        (FIELD | {"properties": {"requiredWhen": "true"}}, "以等号开头"),
        (FIELD | {"defaultValue": "x", "properties": {"format": "phone"}}, "默认值有误"),
        (FIELD | {"label": "{{#if x}}"}, "不支持"),
        (FIELD | {"label": "x" * 301}, "请缩短"),
        ({"type": "number", "key": "x", "label": "甲", "decimalDigits": -1}, "decimalDigits 必须是正数"),
        ({"type": "number", "key": "x", "label": "甲", "increment": 0}, "increment 必须是正数"),
        ({"type": "number", "key": "x", "label": "甲", "properties": {"money": "yes"}}, "只能是 true 或 false"),
        ({"type": "datetime", "key": "x", "dateLabel": "日", "subtype": "week"}, "日期类型"),
        ({"type": "radio", "key": "x", "label": "甲"}, "选项来源"),
        ({"type": "radio", "key": "x", "label": "甲", "values": [{"value": "a"}], "valuesKey": "b"}, "选项来源"),
        ({"type": "radio", "key": "x", "label": "甲", "values": [{"value": "a"}, {"value": "a"}]}, "重复"),
        ({"type": "radio", "key": "x", "label": "甲", "values": [{"label": "a"}]}, "缺少值"),
        ({"type": "select", "key": "x", "label": "甲", "valuesExpression": "=["}, "选项表达式"),
        ({"type": "expression", "key": "x", "expression": "=1 +"}, "计算式的表达式有误"),
        (ROWS | {"path": ""}, "缺少路径"),
        (ROWS | {"components": []}, "列表里没有字段"),
        (ROWS | {"properties": {"unique": "y"}}, "unique 所指的字段"),
        (ROWS | {"components": [FIELD | {"properties": {"prefill": "=a"}}]}, "列表里的字段不能预填"),
        (FIELD | {"readonly": True, "properties": {"prefill": "=a"}}, "prefill 不能用于只读的字段"),
        (FIELD | {"properties": {"prefill": "a"}}, "prefill必须是以等号开头"),
        (ROWS | {"properties": {"minItems": 3, "maxItems": 2}}, "minItems 大于 maxItems"),
        ({"type": "group", "label": "组", "components": "x"}, "不是列表"),
        ("x", "不是对象"),
    ],
)
def test_each_mistake_is_named_with_its_field(component, what):
    found = problems(component, {"type": "checkbox", "key": "fine", "label": "好"})
    assert any(what in problem for problem in found), found


@pytest.mark.parametrize(
    "pair",
    [
        (FIELD, FIELD),
        (FIELD, {"type": "group", "path": "x", "label": "组", "components": [FIELD]}),
        (FIELD, ROWS | {"path": "x"}),
        (FIELD | {"key": "a.b"}, {"type": "group", "path": "a", "label": "组", "components": [FIELD | {"key": "b"}]}),
    ],
)
def test_two_components_never_share_a_place(pair):
    assert any("重名" in problem for problem in problems(*pair))


def test_groups_may_share_a_path_and_keys_may_be_chinese_or_dotted():
    first = {"type": "group", "path": "家庭", "label": "一", "components": [FIELD | {"key": "人数"}]}
    second = {"type": "group", "path": "家庭", "label": "二", "components": [FIELD | {"key": "收入.工资"}]}
    assert problems(first, second) == []
    form = forms.load(json.dumps({"components": [first, second]}))
    assert form.clean({"家庭": {"人数": "3", "收入": {"工资": "1"}}}).known == {
        "家庭": {"人数": "3", "收入": {"工资": "1"}}
    }


NO_FORMS = ["", "[]", "{", "{}", '{"components": 1}', '{"components": []}', '{"type": "x", "components": []}']


@pytest.mark.parametrize("source", [*NO_FORMS, "[" * 100_000, " " * 600_000])
def test_what_is_no_form_is_said_in_one_line(source):
    assert len(forms.lint(source)) == 1


def test_forms_have_a_reasonable_size():
    assert any("400 个组件" in p for p in problems(*[FIELD | {"key": f"k{n}"} for n in range(401)]))
    deep = FIELD
    for _ in range(12):
        deep = {"type": "group", "label": "组", "components": [deep]}
    assert any("嵌套过深" in p for p in problems(deep))


def places(node, path=()):
    yield path
    for key in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield from places(node[key], (*path, key))


PLACES = list(places(json.loads(EXAMPLE)))[1:]
JUNK = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        3,
        1.5,
        1e300,
        "",
        "x",
        "=",
        "=1",
        "= x.y[1]",
        "{{x}}",
        "{{",
        "2",
        [],
        [1],
        {},
        {"a": 1},
        [[]],
        [{}],
    ]
)


@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_a_form_with_nonsense_in_it_is_either_refused_or_works(changes):
    spec = json.loads(EXAMPLE)
    for path, junk in changes:
        here = spec
        with contextlib.suppress(LookupError, TypeError):  # another change may have taken the place away
            for key in path[:-1]:
                here = here[key]
            here[path[-1]] = copy.deepcopy(junk)
    source = json.dumps(spec)
    if forms.lint(source):
        return
    form = forms.load(source)
    assert form.render({"name": "王", "witnesses": [{}, {"name": 1}]})
    assert form.render({}, readonly=True) is not None
    form.schema()
    with contextlib.suppress(Invalid):
        form.clean({"name": "王", "witnesses": [{}]})
