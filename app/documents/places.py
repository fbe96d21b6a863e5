"""Where in a Word document something stands, as people say it: 正文（所在段落：…）."""

from __future__ import annotations

import re

from lxml import etree

from app.documents.text import text_of

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARTS = {
    "document": "正文", "header": "页眉", "footer": "页脚", "footnotes": "脚注", "endnotes": "尾注", "comments": "批注",
    "styles": "样式", "settings": "设置", "numbering": "编号", "core": "文档属性", "app": "文档属性",
}  # fmt: skip
_LONGEST = 60


def called(part: str) -> str:
    """What people call a part: ``word/header2.xml`` is 页眉; one that has no name of theirs by its own."""
    stem = part.rpartition("/")[2].partition(".")[0].rstrip("0123456789")
    return _PARTS.get(stem, part)


def quoted(text: str) -> str:
    """``（所在段落：…）``; empty for an empty text. The studio finds the paragraph by it."""
    text = re.sub(r"\s+", " ", text).strip()
    return f"（所在段落：{text[:_LONGEST]}）" if text else ""


def of(part: str, element: etree._Element) -> str:
    """The place of an element: its part, and its paragraph or the nearest text above it."""
    paragraph = next((each for each in (element, *element.iterancestors()) if each.tag == f"{_W}p"), None)
    if paragraph is None:
        return called(part)
    if said := quoted("".join(text_of(paragraph))):
        return f"{called(part)}{said}"
    above = next((said for each in paragraph.itersiblings(preceding=True) if (said := quoted("".join(_all(each))))), "")
    return f"{called(part)}{above.replace('所在段落：', '在这一段之后：')}"


def _all(element: etree._Element) -> list[str]:
    return [each.text or "" for each in element.iter(f"{_W}t")]
