"""Traps in how a template is typed: what Word shows looks right, and the letter comes out wrong."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from app.documents import package, places
from app.documents.errors import Problem, error, warning
from app.documents.text import paragraphs, text_of

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BLOCK = re.compile(r"\{[{%#](p|tr|tc)\s.*?[}%#]\}", re.S)
_OWNERS = {"p": (f"{_W}p", "段落"), "tr": (f"{_W}tr", "表格行"), "tc": (f"{_W}tc", "单元格")}
_FULL_WIDTH = re.compile(r"[｛{]\s*[｛％]|[％｝]\s*[｝}]|[｛][{%]|[}%]\s*｝|\{\s+[{%]|[}%]\s+\}(?!\})")
_INLINE = re.compile(r"\{%-?\s*(if|endif|for|endfor)\b")
_OPENERS, _CLOSERS = re.compile(r"\{[{%#]"), re.compile(r"[}%#]\}")
_PRINTS = re.compile(r"\{\{(?:p|tr|tc|r)\s.*?\}\}")
_SWALLOWS = re.compile(r"\{[{%#]-|-[}%#]\}")
_TAG = re.compile(r"\{[{%#].*?[}%#]\}")
_RENDERED = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml")
_WRAPPED = {
    "hyperlink": "超链接，请右键取消超链接后重新输入标签", "smartTag": "智能标记，请删掉标签重新输入",
    "sdt": "内容控件，请删除控件后重新输入标签", "fldSimple": "域，请把标签写在域的外面",
}  # fmt: skip
_KEPT = re.compile(r"word/(endnotes|charts/.*|diagrams/.*)\.xml")
_CHANGES = ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge")
_LOST = {
    "drawing": "图片", "pict": "图片", "object": "对象", "fldChar": "域", "fldSimple": "域", "sectPr": "分节符",
    "footnoteReference": "脚注", "endnoteReference": "尾注",
}  # fmt: skip


def lint(docx: bytes) -> list[Problem]:
    """Findings in all parts that are printed; each names the part and quotes the paragraph."""
    problems: list[Problem] = []
    for name, content in package.parts(docx).items():
        if _RENDERED.fullmatch(name):
            problems += _part(name, etree.fromstring(content))
        elif _KEPT.fullmatch(name):
            problems += _untouched(name, etree.fromstring(content))
        elif name.endswith(".rels"):
            problems += _linked(etree.fromstring(content))
    return problems


def _part(name: str, root: etree._Element) -> Iterator[Problem]:
    yield from _shared(name, root)
    for paragraph in paragraphs(root):
        text = "".join(text_of(paragraph))
        if (problem := _written(text, places.of(name, paragraph))) is not None:
            yield problem
    for wrapper in root.iter(*(f"{_W}{each}" for each in _WRAPPED)):
        text = "".join(text_of(wrapper))
        if len(_OPENERS.findall(text)) != len(_CLOSERS.findall(text)):
            yield error(f"标签有一半在{_WRAPPED[_local(wrapper)]}", places.of(name, wrapper))
    yield from _tracked(name, root)


def _linked(root: etree._Element) -> Iterator[Problem]:
    for each in root.iterfind("{*}Relationship"):
        target = unquote(each.get("Target", ""))
        if _TAG.search(target):
            yield error(f"超链接地址 {target} 里的标签不会替换，请去掉超链接，把网址写成文字")


def _tracked(name: str, root: etree._Element) -> Iterator[Problem]:
    deleted = next((each for each in root.iter(f"{_W}delText") if "{" in (each.text or "")), None)
    if deleted is not None:
        yield error("修订中已删除的标签仍然会执行，请接受或拒绝全部修订后再上传", places.of(name, deleted))
    elif (changed := next(root.iter(*(f"{_W}{each}" for each in _CHANGES)), None)) is not None:
        told = "含有未接受的修订，请在“审阅”里接受或拒绝全部修订后再上传"
        yield error(told, places.of(name, changed))


def _untouched(name: str, root: etree._Element) -> Iterator[Problem]:
    text = "".join(each.text or "" for each in root.iter("{*}t"))
    if (match := _TAG.search(text)) is not None:
        yield error(f"{places.called(name)}里的标签 {match[0]} 不会替换，请移到正文里", places.quoted(text))


def _shared(name: str, root: etree._Element) -> Iterator[Problem]:
    """``{%p … %}`` and its like delete the paragraph, row or cell they stand in, with whatever else is there."""
    for kind, (tag, owner) in _OWNERS.items():
        for element in root.iter(tag):
            text = "".join(_own(element, tag))
            found = [match for match in _BLOCK.finditer(text) if match[1] == kind]
            if not found:
                continue
            rest = text
            for match in found:
                rest = rest.replace(match[0], "", 1)
            lost = next((_LOST[local] for each in element.iter() if (local := _local(each)) in _LOST), None)
            if rest.strip() or len(found) > 1:
                told = f"{found[0][0]} 要单独占一个{owner}，否则同一{owner}里的其他内容会丢失"
                yield error(told, _at(name, element, found[0][0]))
            elif lost:
                told = f"{found[0][0]} 所在的{owner}会整个去掉，里面的{lost}也会丢失，请把它移到别的{owner}"
                yield error(told, _at(name, element, found[0][0]))


def _at(name: str, element: etree._Element, tag: str) -> str:
    """The paragraph of a tag."""
    inside = (each for each in element.iter(f"{_W}p") if tag in "".join(text_of(each)))
    return places.of(name, next(inside, element))


def _own(element: etree._Element, tag: str) -> Iterator[str]:
    """The text of a paragraph, row or cell without that of its like inside it."""
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag not in (tag, _FALLBACK):
            yield from _own(child, tag)


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.removeprefix(_W) if isinstance(tag, str) else ""


def _written(text: str, place: str) -> Problem | None:
    """The first thing wrong with how the tags of a paragraph are written."""
    if (match := _FULL_WIDTH.search(text)) is not None:
        return error(f"标签 {match[0]} 用了全角符号或者有空格，会原样印出来，请用半角 {{{{ }}}} 或 {{% %}}", place)
    if len(_OPENERS.findall(text)) != len(_CLOSERS.findall(text)):
        return error("标签没有在同一段里写完，请把它放到一段里", place)
    if any(match := _SWALLOWS.search(tag[0]) for tag in _TAG.finditer(text)):
        return error(f"标签里的减号 {match[0]} 会吃掉前后的文字和段落，请去掉减号", place)  # type: ignore[index]
    if (match := _PRINTS.search(text)) is not None:
        plain = re.sub(r"\{\{(?:p|tr|tc|r)\s", "{{ ", match[0])
        return error(f"{match[0]} 会去掉所在的段落格式，印出来是乱的，请写成 {plain}", place)
    inline = _INLINE.findall(text)
    if any(inline.count(word) != inline.count(f"end{word}") for word in ("if", "for")):
        return error("{% if %}、{% for %} 没有在同一段里结束，前后段落会连在一起；跨段请用 {%p if %}", place)
    if re.search(r"(?<!\{)\{[A-Za-z_]\w*\}(?!\})", text):
        return warning("单层花括号会原样印出来，变量要写成 {{ 名称 }}", place)
    return None
