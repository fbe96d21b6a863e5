"""The publish check of a template: against its contract, its sample, and the traps of Word."""

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from lxml import etree

from app.documents import fields, formats, lint, package, sandbox, variables
from app.documents.contract import ADDRESSEE, VOID_NOTICE, YOU, Contract, Field, Variable, load_contract
from app.documents.errors import DocumentError, Problem, error, warning
from app.documents.rendering import render
from app.documents.template import Source, Template, load_template
from app.documents.text import extract_text
from app.documents.tidying import tidied
from app.documents.upload import check_upload
from app.documents.variables import Comparison, Use

CONTRACT, SAMPLE = "contract.yaml", "sample.json"
_MARKUP = re.compile(r"<[^>]+>")
_SALUTATION = re.compile(r"\s*\{\{\s*(?P<name>\w+)[^}]*\}\}(?:（[^：]*）)?\s*[：:]\s*")


def check_files(template: bytes, contract: bytes, sample: bytes) -> list[Problem]:
    """All that `check_upload` and `check` find in the three files of a template, unreadable ones included.

    Compiles and renders what was uploaded: for files that are not trusted, use `isolated.check_isolated`.
    """
    problems = check_upload(template)
    try:
        loaded = load_contract(contract)
    except DocumentError as exc:
        return [*problems, error(exc.message, file=CONTRACT)]
    try:
        values = json.loads(sample)
    except (ValueError, RecursionError) as exc:
        place = f"第 {exc.lineno} 行第 {exc.colno} 个字" if isinstance(exc, json.JSONDecodeError) else "编码或层数不对"
        return [*problems, error(f"sample.json 不是合法的 JSON：{place}", file=SAMPLE)]
    if not isinstance(values, dict):
        return [*problems, error("sample.json 应为“变量名: 值”的形式", file=SAMPLE)]
    if problems:
        return problems
    told = [warning(f"{each}不会随文书发出") for each in tidied(template).dropped]
    traps = [*told, *lint.lint(template)]
    try:
        return traps + check(load_template(template), loaded, values)
    except DocumentError as exc:
        return [*traps, error(exc.message, variable=exc.variable)]


def check(template: Template, contract: Contract, sample: Mapping[str, Any]) -> list[Problem]:
    """What is wrong between a template, its contract and its sample."""
    problems = [*_names(template, contract), *_sample(contract, sample)]
    if contract.key == VOID_NOTICE and contract.voidable:
        problems.append(
            error("作废别的文书的通知自己不能再作废，请在 contract.yaml 写上 voidable: false", file=CONTRACT)
        )
    if any(problem.severity == "error" for problem in problems):
        return problems
    try:
        letter = render(template, contract, sample)
    except DocumentError as exc:
        return [*problems, error(exc.message, variable=exc.variable)]
    return [*problems, *of_letter(template, letter)]


def of_letter(template: Template, letter: bytes) -> Iterator[Problem]:
    """What is wrong with the letter that came of the sample, however it came about."""
    text = extract_text(letter)
    if ("{{" in text or "{%" in text) and not template.prints_braces:
        yield error("用样例生成的文书里还有没有替换的标签")
    for each in check_upload(letter):
        yield error(f"用样例生成的文书：{each.message}", each.where)
    for code in sorted(_codes(letter) - _codes(template.data)):
        yield error(f"用样例生成的文书里有模板没有的域“{code}”，请检查它周围的标签")


def _codes(docx: bytes) -> set[str]:
    """What all fields of a document are told."""
    found: set[str] = set()
    for name, content in package.parts(docx).items():
        if name.startswith("word/") and name.endswith(".xml") and b"instr" in content:
            found |= fields.codes(etree.fromstring(content))
    return found


def _names(template: Template, contract: Contract) -> Iterator[Problem]:
    used: set[str] = set()
    for source in template.sources:
        for use in variables.uses(sandbox.parse(source.text, source.where)):
            place = f"{source.where}{sandbox.quote(source.text, use.line)}"
            used.add(use.path.partition(".")[0].removesuffix("[]"))
            if (problem := _use(use, contract, place)) is not None:
                yield problem
        for each in variables.comparisons(sandbox.parse(source.text, source.where)):
            if (said := _compared(each, contract)) is not None:
                yield error(said, f"{source.where}{sandbox.quote(source.text, each.line)}", each.path)
        yield from _salutations(source, contract)
    for name, variable in contract.variables.items():
        if variable.type == "qr":
            if name not in template.pictures:
                yield warning(f"没有替代文字为 {name} 的图片，二维码不会印出来", variable=name)
        elif name not in used:
            yield warning(f"变量 {variable.title} 没有用到", variable=name, file=CONTRACT)


def _salutations(source: Source, contract: Contract) -> Iterator[Problem]:
    """Who is addressed by a name that may be of the dead: 张三：, or 张三（公民身份号码…）："""
    for found in map(_SALUTATION.fullmatch, _MARKUP.sub("", source.text).splitlines()):
        variable = contract.variables.get(found["name"]) if found else None
        if found and variable and variable.type != ADDRESSEE:
            said = (
                f"称呼“{found[0].strip()}”里的变量 {variable.title} 的类型应为 {ADDRESSEE}："
                f"收信人已经去世的，文书要写给家属；请在 contract.yaml 里改正"
            )
            yield error(said, source.where, variable.name)


def _use(use: Use, contract: Contract, place: str) -> Problem | None:
    """The first thing wrong with one use of a variable."""
    root, *steps = use.path.replace("[]", ".[]").split(".")
    variable = contract.variables.get(root)
    if variable is None:
        labels = {each.label: name for name, each in contract.variables.items() if each.label}
        meant = _meant(root, contract.variables) if root not in labels else f"，请写 {{{{ {labels[root]} }}}}"
        return error(f"没有变量 {root}{meant}", place, root)
    if use.joined and (told := _not_joined(variable, steps)) is not None:
        return error(told, place, use.path)
    declared = _declared(variable, steps)
    if isinstance(declared, str):
        return error(declared, place, use.path)
    # Variables with one source have a value together: `amount` also guards `amount_capital`.
    twins = [name for name, other in contract.variables.items() if not steps and other.source == variable.source]
    if declared and not any(use.guarded(path) for path in (use.path, *twins)):
        condition = use.path.rpartition("[].")[2]
        return error(f"{use.path} 可以没有值，要放在 {{% if {condition} %}} 里面", place, use.path)
    return None


def _not_joined(variable: Variable, steps: list[str]) -> str | None:
    """Why `join` cannot print a list."""
    if variable.type != "list" or steps != ["[]"]:
        return f"变量 {variable.title} 不是列表，不能用 join 连接"
    if isinstance(variable.items, Field):
        told = f"变量 {variable.title} 的列表项可以没有值，请用 {{%p for %}} 逐项印"
        return told if variable.items.optional else None
    name = next(iter(variable.items or ()), "name")
    return f"变量 {variable.title} 的每一项是一组数据，请写明连接哪一项，例如 {variable.name}|join('、', '{name}')"


def _compared(each: Comparison, contract: Contract) -> str | None:
    """Why a comparison cannot be meant: but for yes and no, values are texts as they are printed."""
    kind = _kind(each.path, contract)
    if kind is None:
        return None
    constants = [value for value in each.constants if value is not None]
    wanted = bool if kind == "bool" else str
    apart = any(not isinstance(value, wanted) for value in constants)
    other = _kind(each.other, contract) if each.other else None
    if other is not None and (other != kind or each.operator not in ALIKE):
        against = each.other or ""
    elif constants and (kind in PRINTED or kind == "list" or apart or each.operator not in ALIKE):
        against = "、".join("是否" if isinstance(value, bool) else str(value) for value in constants)
    else:
        return None
    return (
        f"{each.path} 在模板里是印出来的样子，不能与 {against} 比较；"
        f"请在 contract.yaml 中加一个 bool 变量写明条件，模板里用它来判断"
    )


def _kind(path: str, contract: Contract) -> str | None:
    """The type of what a path stands for; None where the contract does not say."""
    root, *steps = path.replace("[]", ".[]").split(".")
    variable = contract.variables.get(root)
    if variable is None:
        return None
    if variable.type != "list" or not steps:
        return variable.type
    items = variable.items
    field = items if isinstance(items, Field) else (items or {}).get(steps[-1])
    return field.type if field is not None else None


ALIKE = frozenset({"eq", "ne", "in", "notin"})
"""Relations that two texts of one type may be asked for; which of them comes first says nothing."""
PRINTED = frozenset((*formats.FORMATS, ADDRESSEE, YOU)) - {"text", "bool"}
"""Types whose values look otherwise in a letter than in a rule: 800.00, 二〇二〇年九月二十五日."""


def _declared(variable: Variable, steps: list[str]) -> bool | str:
    """Whether the value may be absent; or what is wrong with the path."""
    if variable.type == "qr":
        return f"{variable.name} 是二维码，要用替代文字为 {variable.name} 的图片来放，不能当文字"
    if not steps:
        return variable.optional and variable.type != "list"
    if variable.type != "list" or steps[0] != "[]":
        return f"变量 {variable.title} 没有下级 {'.'.join(steps)}"
    fields, rest = variable.items, steps[1:]
    if isinstance(fields, Field):
        return fields.optional if not rest else f"{variable.title} 的每一项是文字，没有下级 {'.'.join(rest)}"
    assert fields is not None
    if not rest:
        return False
    if rest[0] not in fields or len(rest) > 1:
        return f"{variable.title} 的列表项没有 {'.'.join(rest)}{_meant(rest[0], fields)}"
    return fields[rest[0]].optional


def _sample(contract: Contract, sample: Mapping[str, Any]) -> Iterator[Problem]:
    for name in sample.keys() - contract.variables.keys():
        yield error(f"样例里的 {name} 不是约定的变量{_meant(name, contract.variables)}", "sample.json", name, SAMPLE)
    for name, variable in contract.variables.items():
        value = sample.get(name)
        if name not in sample:
            yield error(f"样例里缺少变量 {variable.title}", "sample.json", name, SAMPLE)
        elif value is None and not variable.optional:
            yield error(f"样例里变量 {variable.title} 不能没有值", "sample.json", name, SAMPLE)
        elif value is not None and not _fits(variable, value):
            yield error(f"样例里变量 {variable.title} 的类型不对", "sample.json", name, SAMPLE)


def _fits(variable: Variable, value: Any) -> bool:
    if variable.type != "list":
        return isinstance(value, bool if variable.type == "bool" else str)
    if not isinstance(value, list):
        return False
    fields = variable.items
    if isinstance(fields, Field):
        return all(isinstance(item, str) for item in value)
    assert fields is not None
    return all(isinstance(item, dict) and item.keys() == fields.keys() for item in value)


def _meant(name: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(name, known, 1, 0.6)
    return f"，是不是 {near[0]}？" if near else f"，可用的有：{'、'.join(known)}"
