"""The publish check: what a policy owner is told before a template goes out."""

import json
import subprocess
import sys

import pytest

from app.core.forking import Limits
from app.core.paths import TEMPLATES
from app.definitions.letters import CONTRACT as CONTRACT_FILE
from app.definitions.letters import SAMPLE as SAMPLE_FILE
from app.definitions.letters import TEMPLATE
from app.documents import lint, variables
from app.documents.checking import check_files
from app.documents.isolated import check_isolated, pages_isolated, try_isolated
from app.documents.sandbox import parse
from app.documents.text import extract_text


def test_what_ships_has_no_problem(shipped):
    assert check_files(shipped.template, shipped.contract, shipped.sample_json) == []


CONTRACT = {"name": "text", "amount": "money?", "members": "list {name: text, note: {type: text, optional: true}}"}
SAMPLE = {"name": "甲", "amount": None, "members": [{"name": "乙", "note": None}]}
GOOD = [
    "{{ name }}",
    "{% if amount %}{{ amount }}{% endif %}",
    "{%p for m in members %}",
    "{{ m.name }}{% if m.note %}{{ m.note }}{% endif %}",
    "{%p endfor %}",
]


@pytest.mark.parametrize(
    ("paragraphs", "sample", "severity", "words"),
    [
        (["{{ nmae }}"], {}, "error", ["没有变量 nmae", "是不是 name", "所在段落：{{ nmae }}"]),
        (["{{ zzz }}"], {}, "error", ["没有变量 zzz", "可用的有：name、amount、members"]),
        (["{{ name.first }}"], {}, "error", ["没有下级 first"]),
        (["{{ amount }}"], {}, "error", ["amount 可以没有值", "{% if amount %}"]),
        (["{%p for m in members %}", "{{ m.naem }}", "{%p endfor %}"], {}, "error", ["没有 naem", "是不是 name"]),
        (["{%p for m in members %}", "{{ m.note }}", "{%p endfor %}"], {}, "error", ["note 可以没有值"]),
        (["{{ name|attr('x') }}"], {}, "error", ["过滤器 attr"]),
        (["{% if amount == '0' %}甲{% endif %}"], {}, "error", ["amount 在模板里是印出来的样子", "contract.yaml"]),
        (["{% if amount and amount > 0 %}甲{% endif %}"], {}, "error", ["amount 在模板里是印出来的样子"]),
        ([], {"naem": "甲"}, "error", ["样例里的 naem", "是不是 name"]),
        ([], {"name": None}, "error", ["name（名称name） 不能没有值"]),
        ([], {"members": [{"name": "乙"}]}, "error", ["members", "类型不对"]),
        ([], {"amount": 3}, "error", ["amount", "类型不对"]),
    ],
)
def test_problems_name_the_variable_and_what_to_do(word, contract_of, paragraphs, sample, severity, words):
    problems = check_files(
        word(*GOOD, *paragraphs), contract_of(**CONTRACT), json.dumps(SAMPLE | sample, ensure_ascii=False).encode()
    )
    said = [f"{problem.message}{problem.where}" for problem in problems if problem.severity == severity]
    assert any(all(part in text for part in words) for text in said), problems


def test_an_unused_variable_is_a_warning(word, contract_of):
    problems = check_files(word("甲"), contract_of(a="text"), b'{"a": "x"}')
    assert [(problem.severity, problem.variable) for problem in problems] == [("warning", "a")]


def test_one_source_guards_another(word):
    contract = (
        "key: a\ntitle: 甲\nissuer: county\nvariables:\n"
        "  sum: {type: money, from: x, optional: true}\n  words: {type: capital, from: x, optional: true}"
    ).encode()
    sample = json.dumps({"sum": "1.00", "words": "壹元整"}).encode()
    assert check_files(word("{% if sum %}{{ sum }}{{ words }}{% endif %}"), contract, sample) == []


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ a.b }}", {("a.b", False)}),
        ("{% if a %}{{ a.b }}{% endif %}", {("a", True), ("a.b", True)}),
        ("{% if not a %}{{ a }}{% endif %}", {("a", True), ("a", False)}),
        ("{% if a and a.b %}{{ a.b }}{% endif %}", {("a", True), ("a.b", True)}),
        ("{% for x in xs if x.c %}{{ x.d }}{{ loop.index }}{% endfor %}", {("xs", False), ("xs[].c", True),
                                                                           ("xs[].d", False)}),
        ("{{ a|default('无') }}", {("a", True)}),
        ("{{ '有' if a else '无' }}", {("a", True)}),
        ("{{ (xs|first).b }}", {("xs[].b", False)}),
        ("{% if xs|length > 1 %}{{ xs|length }}{% endif %}", {("xs", True)}),
        ("{% if a == '甲' %}{{ a }}{% endif %}", {("a", True)}),
        ("{% if a is defined %}{{ a }}{% endif %}", {("a", True)}),
    ],
)  # fmt: skip
def test_paths(template, expected):
    found = {(use.path, use.guarded(use.path)) for use in variables.uses(parse(template, "甲"))}
    assert found == expected


@pytest.mark.parametrize(
    ("paragraphs", "words"),
    [
        (["{%p if a %}也在这里"], "单独占一个段落"),
        (["{%p if a %}{%p endif %}"], "单独占一个段落"),
        (["｛｛ name ｝｝"], "全角"),
        (["{ { name } }"], "空格"),
        (["姓名：{{ name", "}}"], "同一段里写完"),
        (["{% if a %}一", "二{% endif %}"], "同一段里结束"),
        (["{name}"], "单层花括号"),
    ],
)
def test_traps_of_word(word, paragraphs, words):
    problems = lint.lint(word(*paragraphs))
    assert any(words in problem.message for problem in problems), problems
    assert all(problem.where for problem in problems)


def test_tags_in_tracked_deletions(word):
    from tests.unit.documents.test_upload import changed, in_body

    deleted = '<w:p><w:del w:id="1"><w:r><w:delText>{}</w:delText></w:r></w:del></w:p>'
    for text, words in (("{{ name }}", "仍然会执行"), ("旧文字", "未接受的修订")):
        data = changed(word("甲"), in_body(deleted.format(text).encode()))
        assert [words in problem.message for problem in lint.lint(data)] == [True]


def test_isolated_gives_the_same_answer(word, contract_of):
    files = word("{{ nmae }}"), contract_of(name="text"), b'{"name": "x"}'
    assert check_isolated(*files) == check_files(*files) != []


@pytest.mark.parametrize(
    "files",
    [(b"PK", b"a: [", b"{"), (b"", b"", b""), (b"x", b"\xff\xfe", b"\xff"), (b"x", b"a", b"[" * 100_000)],
)  # fmt: skip
def test_isolated_survives_garbage(files):
    problems = check_isolated(*files)
    assert problems
    assert all(problem.severity == "error" for problem in problems)


def test_isolated_stops_what_takes_too_long(word, contract_of):
    loops = ["{% for a in xs %}" * 3 + "{{ a }}" + "{% endfor %}" * 3]
    sample = json.dumps({"xs": ["甲"] * 3000}).encode()
    problems = check_isolated(word(*loops), contract_of(xs="list text"), sample, Limits(2, 1024, 0))
    assert [problem.message for problem in problems] == [
        "检查没有完成：模板过于复杂，或者文件是有意构造的。请简化后再上传"
    ]


def test_a_letter_is_tried_with_its_sample(word, contract_of):
    contract, sample = contract_of(name="text"), '{"name": "张三"}'.encode()
    trial = try_isolated(word("兹通知{{ name }}"), contract, sample)
    assert (trial.problems, extract_text(trial.docx)) == ([], "兹通知张三")
    broken = try_isolated(word("兹通知{{ nmae }}"), contract, sample)
    assert broken.docx is None
    assert any("nmae" in each.message and "兹通知" in each.where for each in broken.problems)


def test_no_page_comes_of_what_is_no_pdf():
    assert pages_isolated(b"%PDF-1.7 nothing") is None


ESCAPES = """
import os, socket, subprocess, app.documents.child as child
child._opened(b"[]")
for escape in (socket.socket, lambda: subprocess.Popen(["true"]), lambda: os.system("true"), os.fork):
    try:
        escape()
        print("out")
    except PermissionError:
        print("refused")
"""


def test_the_child_reaches_nobody():
    """What it calls before it reads a file, in a process of its own: the hook stays for as long as that lives."""
    ended = subprocess.run([sys.executable, "-c", ESCAPES], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["refused"] * 4


def test_the_notice_that_voids_others_is_never_voided_itself():
    folder = TEMPLATES / "void_notice"
    template, contract, sample = (folder.joinpath(name).read_bytes() for name in (TEMPLATE, CONTRACT_FILE, SAMPLE_FILE))
    (problem,) = check_files(template, contract.replace(b"voidable: false\n", b""), sample)
    assert (problem.severity, "请在 contract.yaml 写上 voidable: false" in problem.message) == ("error", True)
