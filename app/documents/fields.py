"""Fields of Word: what each is told to do, and which of them may stand in a letter.

A field runs when somebody opens the letter, so what it says must be its author's alone: no tag may stand in it, and a
kind that is not known here to print page numbers, references and the like is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NESTED = "\0"
"""Stands for what another field gives, in the code of the field around it."""
_NAME = re.compile(r"\s*(=|[A-Za-z]+(?=[\s\"]|$))")
_TAG = re.compile(r"\{[{%#]|[}%#]\}|[{}]")
_LINK = re.compile(r'\s*HYPERLINK\s+(?:\\[a-z]\s+)*"?(?P<target>[^\s"\\]*)', re.I)
_WEB = ("http://", "https://", "mailto:", "tel:")
_HARMLESS = frozenset({
    "=", "PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "REF", "PAGEREF", "NOTEREF", "STYLEREF", "SEQ", "TOC", "TC",
    "HYPERLINK", "SYMBOL", "EQ", "ADVANCE", "IF", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN", "TITLE", "SUBJECT",
    "AUTONUM", "AUTONUMLGL", "AUTONUMOUT", "LISTNUM",
})  # fmt: skip
_CHANGING = frozenset({
    "DATE", "TIME", "CREATEDATE", "SAVEDATE", "PRINTDATE", "EDITTIME", "FILENAME", "FILESIZE", "USERNAME", "AUTHOR",
    "USERINITIALS", "USERADDRESS", "LASTSAVEDBY", "DOCPROPERTY", "DOCVARIABLE", "INFO", "COMMENTS", "KEYWORDS",
    "NUMWORDS", "NUMCHARS", "REVNUM", "TEMPLATE",
})  # fmt: skip
_MAILING = frozenset({
    "MERGEFIELD", "MERGEREC", "MERGESEQ", "NEXT", "NEXTIF", "SKIPIF", "ADDRESSBLOCK", "GREETINGLINE", "SET", "QUOTE",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """`code`: what it is told, with `_NESTED` for a field inside; `element`: where it begins. whole: it also ends."""

    code: str
    element: etree._Element
    whole: bool = True

    @property
    def name(self) -> str:
        """DDEAUTO; empty where another field gives the name."""
        found = _NAME.match(self.code)
        return found[1].upper() if found else ""

    @property
    def is_tagged(self) -> bool:
        return _TAG.search(self.code) is not None


@dataclass
class _Open:
    element: etree._Element
    code: str = ""
    telling: bool = True  # before what Word showed last


def fields(root: etree._Element) -> Iterator[Field]:
    """All fields of a part, and code that stands outside of any."""
    stack: list[_Open] = []
    stray = _Open(root)
    for each in root.iter(*(f"{_W}{name}" for name in ("fldChar", "instrText", "delInstrText", "t", "fldSimple"))):
        kind = each.get(f"{_W}fldCharType")
        if each.tag == f"{_W}fldSimple":
            yield Field(each.get(f"{_W}instr", ""), each)
        elif kind == "begin":
            if stack and stack[-1].telling:
                stack[-1].code += _NESTED
            stack.append(_Open(each))
        elif kind == "separate" and stack:
            stack[-1].telling = False
        elif kind == "end" and stack:
            done = stack.pop()
            yield Field(done.code, done.element)
        elif kind == "end":
            yield Field("", each, whole=False)
        elif each.tag == f"{_W}t":  # also what a field inside showed last is part of the code around it
            if (telling := next((field for field in reversed(stack) if field.telling), None)) is not None:
                telling.code += each.text or ""
        else:
            told = stack[-1] if stack and stack[-1].telling else stray
            told.code += each.text or ""
            told.element = told.element if told is not stray or stray.element is not root else each
    yield from (Field(each.code, each.element, whole=False) for each in stack)
    if stray.code.strip():
        yield Field(stray.code, stray.element)


def fault(field: Field) -> str | None:
    """Why a field may not stand in a template, and what to do in Word; None where it may."""
    if field.is_tagged:
        return f"域代码“{_shown(field)}”里不能有花括号标签：打开文书时它会被当作命令执行，请把标签写在正文里"
    if not field.whole:
        return "有一个域不完整，请在 Word 或 WPS 里删除后重新插入"
    if not field.code.strip():
        return None
    name = field.name
    if not name:
        return f"域代码“{_shown(field)}”由别的域拼成，不允许；请选中后按 Ctrl+Shift+F9 转成文字"
    if name in _CHANGING:
        return f"域 {name} 的内容每次打开都会变，文书不能用；请选中后按 Ctrl+Shift+F9 转成文字，或者改成 {{{{ 变量 }}}}"
    if name in _MAILING:
        return f"域 {name} 是邮件合并用的，这里不起作用；请删除，改成 {{{{ 变量 }}}}"
    if name not in _HARMLESS:
        return f"含有不允许的域 {name}，请选中后按 Ctrl+Shift+F9 转成文字"
    link = _LINK.match(field.code) if name == "HYPERLINK" else None
    if link is not None and link["target"] and not link["target"].lower().startswith(_WEB) and r"\l" not in field.code:
        return f"超链接 {link['target']} 指向网页以外的地方，请在 Word 里取消超链接"
    return None


def codes(root: etree._Element) -> frozenset[str]:
    """What the fields of a part are told, whatever the spaces: a letter has no other than its template."""
    return frozenset(" ".join(each.code.split()) for each in fields(root))


def _shown(field: Field) -> str:
    return " ".join(field.code.replace(_NESTED, "…").split())[:40]
