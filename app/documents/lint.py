"""Traps in how a template is typed: what Word shows looks right, and the letter comes out wrong."""

import re
from collections.abc import Iterator

from lxml import etree

from app.documents import package
from app.documents.errors import Problem, error, warning

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BLOCK = re.compile(r"\{[{%#](p|tr|tc)\s.*?[}%#]\}", re.S)
_OWNERS = {"p": (f"{_W}p", "段落"), "tr": (f"{_W}tr", "表格行"), "tc": (f"{_W}tc", "单元格")}
_FULL_WIDTH = re.compile(r"[｛{]\s*[｛％]|[％｝]\s*[｝}]|[｛][{%]|\{\s+[{%]|[}%]\s+\}(?!\})")
_INLINE = re.compile(r"\{%-?\s*(if|endif|for|endfor)\b")
_OPENERS, _CLOSERS = re.compile(r"\{[{%#]"), re.compile(r"[}%#]\}")


def lint(docx: bytes) -> list[Problem]:
    """Findings in body, headers and footers; each names the part and quotes the text."""
    problems: list[Problem] = []
    for name, content in package.parts(docx).items():
        if re.fullmatch(r"word/(document|header\d*|footer\d*)\.xml", name):
            problems += _part(etree.fromstring(content))
    return problems


def _part(root: etree._Element) -> Iterator[Problem]:
    yield from _shared(root)
    yield from _paragraphs(root)
    if any("{" in (deleted.text or "") for deleted in root.iter(f"{_W}delText")):
        yield error("修订中已删除的标签仍然会执行，请接受或拒绝全部修订后再上传")
    elif next(root.iter(f"{_W}ins", f"{_W}del", f"{_W}moveFrom", f"{_W}moveTo"), None) is not None:
        yield error("含有未接受的修订，请接受或拒绝全部修订后再上传")


def _shared(root: etree._Element) -> Iterator[Problem]:
    """``{%p … %}`` and its like delete the paragraph, row or cell they stand in, with whatever else is there."""
    for kind, (tag, owner) in _OWNERS.items():
        for element in root.iter(tag):
            text = _text(element)
            found = [match for match in _BLOCK.finditer(text) if match[1] == kind]
            rest = text
            for match in found:
                rest = rest.replace(match[0], "", 1)
            if found and (rest.strip() or len(found) > 1):
                yield error(f"{found[0][0]} 要单独占一个{owner}，否则同一{owner}里的其他内容会丢失", _quote(text))


def _paragraphs(root: etree._Element) -> Iterator[Problem]:
    for paragraph in root.iter(f"{_W}p"):
        text = _text(paragraph)
        if (match := _FULL_WIDTH.search(text)) is not None:
            yield error(
                f"标签 {match[0]} 用了全角符号或者有空格，会原样印出来，请用半角 {{{{ }}}} 或 {{% %}}", _quote(text)
            )
        elif len(_OPENERS.findall(text)) != len(_CLOSERS.findall(text)):
            yield error("标签没有在同一段里写完，请把它放到一段里", _quote(text))
        elif (inline := _INLINE.findall(text)) and any(
            inline.count(word) != inline.count(f"end{word}") for word in ("if", "for")
        ):
            yield error("{% if %}、{% for %} 没有在同一段里结束，前后段落会连在一起；跨段请用 {%p if %}", _quote(text))
        elif re.search(r"(?<!\{)\{[A-Za-z_]\w*\}(?!\})", text):
            yield warning("单层花括号会原样印出来，变量要写成 {{ 名称 }}", _quote(text))


def _text(element: etree._Element) -> str:
    return "".join(text.text or "" for text in element.iter(f"{_W}t"))


def _quote(text: str) -> str:
    return f"“{text.strip()[:60]}”"
