"""Rendering: equal to docxtpl, the same every time, and safe with any value and any number of threads."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from docxtpl import DocxTemplate
from hypothesis import given
from hypothesis import strategies as st

from app.documents import filters, sandbox
from app.documents.contract import load_contract
from app.documents.errors import DocumentError
from app.documents.rendering import render
from app.documents.template import load_template
from app.documents.text import canonical, extract_text
from app.documents.tidying import tidied

RARE = "𠮷㐂䶮葛\U000e0100😀"


def by_docxtpl(data, context):
    """What docxtpl makes of a template, once nothing is in it that no letter needs."""
    document = DocxTemplate(io.BytesIO(tidied(data).data))
    document.render(dict(context), sandbox.environment())
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_equals_docxtpl(shipped):
    template = load_template(shipped.template)
    assert not template.needs_docxtpl
    for context in (shipped.sample, stripped(shipped)):
        assert canonical(template.render(context)) == canonical(by_docxtpl(shipped.template, context))


def stripped(shipped):
    """The sample without anything that is optional."""
    variables = load_contract(shipped.contract).variables
    return {
        name: ([] if isinstance(value, list) else None) if variables[name].optional else value
        for name, value in shipped.sample.items()
    }


def test_same_bytes_for_same_values(shipped):
    first = render(load_template(shipped.template), load_contract(shipped.contract), shipped.sample)
    again = load_template.__wrapped__(shipped.template)
    assert render(again, load_contract(shipped.contract), shipped.sample) == first


@pytest.mark.parametrize(
    ("paragraphs", "context", "expected"),
    [
        (["{{ a }}"], {"a": "<甲>&\"乙\"'丙'"}, "<甲>&\"乙\"'丙'"),
        (["{{ a }}"], {"a": RARE}, RARE),
        (["{{ a }}"], {"a": "甲\x00\x0b乙\ud800丙\ufffe"}, "甲乙丙"),
        (["{{ a }}"], {"a": "一\r\n二\t三"}, "一\n二\t三"),
        (["{{ a }}"], {"a": "{{ b }}{% raw %}"}, "{{ b }}{% raw %}"),
        (["{%p for x in a %}", "{{ loop.index|ordinal }}{{ x }}", "{%p endfor %}"], {"a": ["甲", "乙"]}, "一甲\n二乙"),
        (["{%p if a %}", "有{{ a }}", "{%p else %}", "没有", "{%p endif %}"], {"a": None}, "没有"),
        (["{{ a|join('、') }}"], {"a": ["<", "乙"]}, "<、乙"),
    ],
)
def test_text(word, paragraphs, context, expected):
    data = word(*paragraphs)
    letter = load_template(data).render(context)
    assert extract_text(letter).strip() == expected
    if "\ud800" not in str(context):
        assert canonical(letter) == canonical(by_docxtpl(data, context))


@given(st.text(max_size=40))
def test_any_text_survives_but_for_control_characters(plain, text):
    assert extract_text(plain.render({"a": text})).rstrip("\n") == filters.clean(f"始{text}终")


def test_threads_never_mix_people(word):
    rows = [["{%tr for m in members %}", ""], ["{{ m.name }}", "{{ name }}"], ["{%tr endfor %}", ""]]
    for extra in ([], [["{%tc for m in members %}", "{{ m.name }}", "{%tc endfor %}"]]):
        data = word("{{ name }}", rows=[*([*row, ""][: len(extra[0])] if extra else row for row in rows), *extra])

        def one(number, data=data):
            context = {"name": f"甲{number}号", "members": [{"name": f"甲{number}号"}] * 3}
            words = set(extract_text(load_template(data).render(context)).split())
            return words == {f"甲{number}号"}

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(one, range(16 if extra else 60)))


def test_what_only_docxtpl_can_do(word):
    data = word("{{ a }}", rows=[["{%tc for x in xs %}", "{{ x }}", "{%tc endfor %}"]], title="题{{ a }}")
    template = load_template(data)
    assert template.needs_docxtpl
    letter = template.render({"a": "<甲>", "xs": ["一", "二", "三"]})
    assert extract_text(letter).split() == ["<甲>", "一", "二", "三"]
    assert "题&lt;甲&gt;" in canonical(letter)["docProps/core.xml"].decode()
    assert template.render({"a": "<甲>", "xs": ["一", "二", "三"]}) == letter


def test_headers_and_properties_are_rendered(word):
    letter = load_template(word("正文", header="{{ a }}号", title="{{ a }}")).render({"a": "甲&乙"})
    assert extract_text(letter).startswith("甲&乙号\n正文")
    assert b"<dc:title>\xe7\x94\xb2&amp;\xe4\xb9\x99</dc:title>" in canonical(letter)["docProps/core.xml"]


@pytest.mark.parametrize(
    ("paragraphs", "context", "variable", "words"),
    [
        (["姓名：{{ name }}"], {}, "name", ["正文", "name", "姓名"]),
        (["姓名：{{ name }}"], {"name": None}, "name", ["没有值", "姓名"]),
        (["姓名：{{ name }}"], {"name": True}, "name", ["不是文字"]),
        (["{%p for x in xs %}", "{{ x.nmae }}", "{%p endfor %}"], {"xs": [{"name": "甲"}]}, None, ["nmae"]),
    ],
)
def test_errors_name_template_paragraph_and_variable(word, paragraphs, context, variable, words):
    with pytest.raises(DocumentError) as caught:
        load_template(word(*paragraphs)).render(context, name="测试文书")
    assert caught.value.template == "测试文书"
    if variable:
        assert caught.value.variable == variable
    for part in ["《测试文书》", *words]:
        assert part in caught.value.message


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ x['__class__'] }}",
        "{{ x|attr('__class__') }}",
        "{{ cycler.__init__.__globals__.os.popen('id') }}",
        "{{ x.format(x) }}",
        "{{ range(10) }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{% include 'a' %}",
        "{% import 'a' as b %}",
        "{% extends 'a' %}",
        "{% macro f() %}{% endmacro %}",
        "{% set a = 1 %}",
        "{% autoescape false %}{{ x }}{% endautoescape %}",
        "{{ x|safe }}",
        "{{ x|map('upper')|list }}",
        "{{ x[y] }}",
        "{% for a in x %}" * 4 + "{% endfor %}" * 4,
        "{% for a in x recursive %}{{ loop(a) }}{% endfor %}",
        "{{ x is callable }}",
        "{% with a = 1 %}{% endwith %}",
        "{% block a %}{% endblock %}",
        "{% filter upper %}{% endfilter %}",
        "{{ x",
        "{{ " + "(" * 2000 + "x" + ")" * 2000 + " }}",
    ],
)
def test_only_printing_branching_and_looping(word, source):
    with pytest.raises(DocumentError):
        load_template(word(source))


@pytest.mark.parametrize("place", ["header", "title"])
def test_headers_and_properties_are_held_to_the_same(word, place):
    with pytest.raises(DocumentError, match="不能使用调用"):
        load_template(word("甲", **{place: "{{ range(9) }}"}))


def test_unbalanced_paragraph_tags_fail_loudly(word):
    with pytest.raises(DocumentError, match="单独成段"):
        load_template(word("{% if a %}甲", rows=[["{% endif %}"]])).render({"a": False})


def test_no_word_document():
    with pytest.raises(DocumentError, match="Word"):
        load_template(b"PK not a zip")
