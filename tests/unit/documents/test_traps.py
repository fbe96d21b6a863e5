"""Kinds of templates that came from Word and WPS: each is made here as it was typed, and mended or refused by name."""

import json
import re

import pytest
from lxml import etree

from app.documents import checking, fields, filters, lint, package
from app.documents.checking import check_files
from app.documents.errors import DocumentError
from app.documents.template import load_template
from app.documents.text import extract_text
from app.documents.upload import check_upload
from tests.unit.documents.test_upload import changed, in_body, related

CONTRACT = {
    "name": "text", "town": "text", "amount": "money?", "sum": "money", "note": "text?", "seen": "bool",
    "reasons": "list text", "members": "list {name: text, note: {type: text, optional: true}}",
}  # fmt: skip
SAMPLE = {
    "name": "甲", "town": "合隆镇", "amount": None, "sum": "800.00", "note": None, "seen": True,
    "reasons": ["一", "二"],
    "members": [{"name": "乙", "note": None}, {"name": "丙", "note": "小"}],
}  # fmt: skip


@pytest.fixture
def said(word, contract_of):
    """`said("{{ name }}")`: what the publish check says of a template, errors alone."""

    def check(*paragraphs, template=None, **more):
        contract, sample = contract_of(**CONTRACT), json.dumps(SAMPLE | more, ensure_ascii=False).encode()
        problems = check_files(template or word(*paragraphs), contract, sample)
        return [f"{each.message}{each.where}" for each in problems if each.severity == "error"]

    return check


@pytest.fixture
def printed(word, said):
    """What a template prints of the sample, once nothing is said against it."""

    def render(*paragraphs, **more):
        assert said(*paragraphs, **more) == []
        return extract_text(load_template(word(*paragraphs)).render(SAMPLE | more)).strip()

    return render


RIGHT = [
    (["{% if note is not none %}{{ note }}{% else %}无{% endif %}"], "无"),
    (["{% if note is none %}无{% else %}{{ note }}{% endif %}"], "无"),
    (["{% if not note %}无{% else %}{{ note }}{% endif %}"], "无"),
    (["{% if not note %}无{% elif name %}{{ note }}{% endif %}"], "无"),
    (["{% if note is defined %}{{ note }}{% endif %}"], ""),
    (["{% if note != none %}{{ note }}{% endif %}"], ""),
    (["{% if note in ('大', '小') %}{{ note }}{% endif %}"], ""),
    (["{% if not note or seen %}甲{% else %}{{ note }}{% endif %}"], "甲"),
    (["{% if note and amount %}{{ note }}{% endif %}{% if note or amount %}有{% endif %}"], ""),
    (["{{ note|default('无') }}{{ note|default(name) }}{{ note or '没有' }}"], "无甲没有"),
    (["{{ note|upper|default('无') }}"], "无"),
    (["{{ note if note else '无' }}{{ '无' if note is none else note }}"], "无无"),
    (["{% for m in members if m.note %}{{ m.name }}{{ m.note }}{% endfor %}"], "丙小"),
    (["{% if note|length > 3 %}{{ note }}{% endif %}{% if reasons|length >= 2 %}多{% endif %}"], "多"),
    (["{{ members|join('、', 'name') }}；{{ members|join(attribute='name') }}{{ reasons|join }}"], "乙、丙；乙丙一二"),
    (["{_{ 名称 }_}，{_% if %_}"], "{{ 名称 }}，{% if %}"),
    (["{# 说明 #}甲"], "甲"),
]  # fmt: skip


@pytest.mark.parametrize(("paragraphs", "expected"), RIGHT)
def test_what_is_right_is_let_pass_and_prints(printed, paragraphs, expected):
    assert printed(*paragraphs) == expected


WRONG = [
    (["{{ members|join('、') }}"], ["members", "一组数据", "members|join('、', 'name')"]),
    (["{{ name|join('、') }}"], ["不是列表"]),
    (["{{ members|join('、', 'note') }}"], ["note", "可以没有值"]),
    (["{{ members|join('、', 'nmae') }}"], ["没有 nmae", "是不是 name"]),
    (["{{ members }}"], ["是列表，不是文字", "join"]),
    (["{{ members|first }}"], ["一组数据", "写明印哪一项"]),
    (["{{ seen }}"], ["是“是”或“否”", "{% if %}"]),
    (["{% if note is none %}{{ note }}{% endif %}"], ["note 可以没有值"]),
    (["{% if not note %}{{ note }}{% endif %}"], ["note 可以没有值"]),
    (["{% if note or name %}{{ note }}{% endif %}"], ["note 可以没有值"]),
    (["{{ note|upper }}"], ["note 可以没有值"]),
    (["{% if sum == name %}甲{% endif %}"], ["不能与 name 比较"]),
    (["{% if sum > '500' %}甲{% endif %}"], ["sum 在模板里是印出来的样子", "500"]),
    (["{% if sum in ('0.00', '0') %}甲{% endif %}"], ["sum 在模板里是印出来的样子"]),
    (["{% if sum|trim == '0.00' %}甲{% endif %}"], ["sum 在模板里是印出来的样子"]),
    (["{% if name == 3 %}甲{% endif %}"], ["name", "不能与 3 比较"]),
    (["{% if name < town %}甲{% endif %}"], ["不能与 town 比较"]),
    (["{{p name }}"], ["{{p name }}", "请写成 {{ name }}", "所在段落"]),
    (["姓名{{r name }}"], ["{{r name }}", "请写成 {{ name }}", "所在段落：姓名"]),
    (["前文", "{%- if seen %}甲{% endif %}"], ["减号 {%-", "所在段落：{%- if seen"]),
    (["甲{{ name -}} 乙"], ["减号 -}}"]),
    (["甲{{- name }}"], ["减号 {{-"]),
    (["{{ 名称town }}"], ["没有变量 名称town", "请写 {{ town }}"]),
    (["{{ name}｝"], ["全角"]),
    (["{{ name\u200b }}"], ["看不见的字符", "重新输入"]),
    (["{% if seen ＝＝ true %}甲{% endif %}"], ["标签里不能有字符 ＝"]),
]


@pytest.mark.parametrize(("paragraphs", "words"), WRONG)
def test_what_would_print_garbage_is_refused(said, paragraphs, words):
    told = said(*paragraphs)
    assert any(all(word in each for word in words) for each in told), told


BROKEN = [
    "{{ name", "{{ }}", "{% if %}甲{% endif %}", "{% if seen %}甲", "甲{% endif %}", "{% for x reasons %}{% endfor %}",
    "{% for x in reasons %}甲{% endif %}", "{{ name) }}", "{{ (name }}", "{{ name|x }}", "{{ name is x }}",
    "{{ name! }}",
    "{% %}", "{{ 1 + 2 }}", "{{ name() }}", "{{ name['a }}", "{% set a = 1 %}", "{% foo %}", "{# 甲",
    "{{ a.b.c(1).d }}",
    "{{ name, name }}", "{{ {'a': 1} }}", "{% raw %}甲", "{% for a, b in reasons %}{% endfor %}", "{{ name[1:2] }}",
    "{% else %}", "{% if seen %}{% for x in reasons %}{% endif %}{% endfor %}", "{{ name ~ name }}", "{{ 'a }}",
    "{% for name.x in reasons %}{% endfor %}", "{{ name|default(** name) }}", "{{ name. }}", "{{ name name }}",
    "{% if seen == %}甲{% endif %}", "{{ missing.x }}", "{{ reasons.x }}", "{{ name[0].y }}", "{{ (reasons|first).z }}",
    "{{ name|ordinal }}", "{{ name < 3 }}", "{% if reasons < 3 %}{% endif %}", "{{ -name }}", "{{ name|join }}",
]  # fmt: skip
TAGS = {
    "if",
    "for",
    "in",
    "p",
    "endraw",
    "endif",
    "endfor",
    "else",
    "contract",
    "yaml",
    "name",
    *filters.NAMED,
    *filters.TESTS,
}


@pytest.mark.parametrize("source", BROKEN)
def test_nobody_is_told_in_english(word, source):
    """But for what the template itself says: every message of jinja and of a letter that cannot be made."""
    with pytest.raises(DocumentError) as caught:
        load_template(word(source)).render({"name": "甲", "reasons": [], "seen": True})
    assert set(re.findall("[A-Za-z]+", caught.value.message)) <= {*re.findall("[A-Za-z]+", source), *TAGS}
    assert re.search("[一-龥]", caught.value.message)


RUN = "<w:r>{}</w:r>"
BEGIN, SEPARATE, END = (RUN.format(f'<w:fldChar w:fldCharType="{kind}"/>') for kind in ("begin", "separate", "end"))


def told(*texts, tag="instrText"):
    return "".join(RUN.format(f'<w:{tag} xml:space="preserve">{text}</w:{tag}>') for text in texts)


def paragraph(*runs):
    return f"<w:p>{RUN.format('<w:t>前文</w:t>')}{''.join(runs)}</w:p>".encode()


FIELDS = {
    "a tag in a field": ([BEGIN, told(" {{ name }} "), SEPARATE, END], "域代码“{{ name }}”里不能有花括号标签"),
    "DDE of pieces of tags": ([BEGIN, told('{{ "D" }}', "DEAUTO", " c:\\\\cmd"), END], "不能有花括号标签"),
    "a tag cut into pieces": ([BEGIN, told("{", "{ name }", "}"), END], "不能有花括号标签"),
    "text where code is meant": ([BEGIN, told("DDEAUTO x", tag="t"), SEPARATE, END], "DDEAUTO"),
    "a name made by a field": ([BEGIN, BEGIN, told("SYMBOL 68"), END, told("DEAUTO x"), END], "由别的域拼成"),
    "half a name": ([BEGIN, told(" DDE"), BEGIN, told("SYMBOL 65"), END, told("UTO x"), END], "由别的域拼成"),
    "a tag in what a field inside shows": (
        [BEGIN, told(" HYPERLINK "), BEGIN, told(" REF a "), SEPARATE, told("{{ name }}", tag="t"), END, SEPARATE, END],
        "不能有花括号标签",
    ),
    "a tag in a simple field": (['<w:fldSimple w:instr=" REF {{ name }} "/>'], "不能有花括号标签"),
    "the day of opening": ([BEGIN, told(' DATE \\@ "yyyy" '), SEPARATE, END], "域 DATE 的内容每次打开都会变"),
    "mail merge": ([BEGIN, told(" MERGEFIELD 姓名 "), SEPARATE, END], "域 MERGEFIELD 是邮件合并用的"),
    "a file": ([BEGIN, told(' HYPERLINK "file:///etc/passwd" '), SEPARATE, END], "指向网页以外"),
    "an embedded thing": ([BEGIN, told(" EMBED Excel.Sheet.12 "), SEPARATE, END], "不允许的域 EMBED"),
    "half a field": ([BEGIN, told(" PAGE ")], "有一个域不完整"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FIELDS)
def test_fields_are_the_authors_alone(word, kind):
    runs, words = FIELDS[kind]
    (problem, *_) = check_upload(changed(word("甲"), in_body(paragraph(*runs))))
    assert words in problem.message
    shown = {"text where code is meant": "DDEAUTO x", "a tag in what a field inside shows": "{{ name }}"}.get(kind, "")
    assert problem.where == f"正文（所在段落：前文{shown}）"


def test_a_tag_in_a_field_that_was_published_long_ago_makes_no_letter(word):
    """Nobody asked then: what an applicant typed would run when the letter is opened."""
    data = changed(word("甲"), in_body(paragraph(BEGIN, told(" REF {{ name }} "), END)))
    with pytest.raises(DocumentError, match="正文（所在段落：前文）：域代码“REF {{ name }}”里不能有花括号标签"):
        load_template(data)


HARMLESS = (" PAGE ", " NUMPAGES \\* Arabic ", ' HYPERLINK "https://example.org/" \\t "_top" ', ' HYPERLINK \\l "甲" ',
            "=SUM(ABOVE)", ' IF 1 = 1 "甲" "乙" ', " pageref _Toc1 \\h ", "")  # fmt: skip


def test_fields_of_page_numbers_and_links_may_stay(word):
    runs = [run for code in HARMLESS for run in (BEGIN, told(code), SEPARATE, told("1", tag="t"), END)]
    formula = [BEGIN, told(" = "), BEGIN, told(" PAGE "), SEPARATE, END, told(" + 1 "), SEPARATE, END]
    assert check_upload(changed(word("甲"), in_body(paragraph(*runs, *formula)))) == []


def test_a_letter_has_no_field_that_its_template_has_not(word, said):
    """Whatever somebody typed: it is never the code of a field, and a tag around half a field is told."""
    typed = '"}}{{ x }}<w:instrText>DDEAUTO c:\\cmd</w:instrText>&#x22;'
    whole = [BEGIN, told(" PAGE "), SEPARATE, told("{{ name }}", tag="t"), END, told("{{ name }}", tag="t")]
    template = changed(word("甲"), in_body(paragraph(*whole)))
    letter = load_template(template).render(SAMPLE | {"name": typed})
    assert typed in extract_text(letter)
    assert fields.codes(etree.fromstring(package.parts(letter)["word/document.xml"])) == {"PAGE"}
    tags = ("{%p if name == town %}", END, "{%p endif %}")
    ends = "".join(f"<w:p>{each if each == END else told(each, tag='t')}</w:p>" for each in tags).encode()
    torn = changed(word("甲"), in_body(paragraph(*whole[:-2]) + ends))
    assert check_upload(torn) == []
    assert any("用样例生成的文书：有一个域不完整" in each for each in said(template=torn))
    other = changed(word("甲"), in_body(paragraph(BEGIN, told(" NUMPAGES "), END)))
    (problem,) = checking.of_letter(load_template(template), other)
    assert "模板没有的域“NUMPAGES”" in problem.message


def test_a_tag_never_takes_a_picture_or_a_section_along(word):
    for lost, words in (("<w:drawing/>", "图片"), (BEGIN.removeprefix("<w:r>").removesuffix("</w:r>"), "域")):
        body = f"<w:p><w:r><w:t>{{%p if seen %}}</w:t>{lost}</w:r></w:p>".encode()
        (problem, *_) = lint.lint(changed(word("甲"), in_body(body)))
        assert f"里面的{words}也会丢失" in problem.message
    section = b"<w:p><w:pPr><w:sectPr/></w:pPr><w:r><w:t>{%p if seen %}</w:t></w:r></w:p>"
    assert "分节符" in lint.lint(changed(word("甲"), in_body(section)))[0].message


def test_a_tag_is_never_half_in_a_link(word):
    for wrapper, words in (("hyperlink", "取消超链接"), ("smartTag", "智能标记")):
        half = f"<w:p><w:{wrapper}>{told('{{ na', tag='t')}</w:{wrapper}>{told('me }}', tag='t')}</w:p>"
        (problem,) = lint.lint(changed(word("甲"), in_body(half.encode())))
        assert words in problem.message
        assert problem.where == "正文（所在段落：{{ name }}）"
        whole = half.replace("me }}<", "<").replace("{{ na<", "{{ name }}<")
        assert lint.lint(changed(word("甲"), in_body(whole.encode()))) == []
    (problem,) = lint.lint(changed(word("甲"), related("hyperlink", "https://example.org/?a=%7B%7B name }}")))
    assert "地址 https://example.org/?a={{ name }} 里的标签不会替换" in problem.message


def test_a_tag_of_a_row_is_told_by_its_own_paragraph(word):
    (problem,) = lint.lint(word("甲", rows=[["乙", "{%tr if seen %}"]]))
    assert problem.where == "正文（所在段落：{%tr if seen %}）"


def test_tags_where_nothing_is_replaced_are_told(word):
    notes = ('<w:endnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:endnote><w:p><w:r>'
             "<w:t>见{{ name }}</w:t></w:r></w:p></w:endnote></w:endnotes>")  # fmt: skip
    (problem,) = lint.lint(changed(word("甲"), add=[("word/endnotes.xml", notes)]))
    assert "尾注里的标签 {{ name }} 不会替换" in problem.message
