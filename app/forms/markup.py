"""Texts of a form as safe HTML: a little Markdown, and an allow-list for HTML that a policy owner wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping

import lxml.html
from lxml import etree
from markupsafe import Markup, escape

_TAGS = frozenset(
    ["h1", "h2", "h3", "h4", "h5", "h6", "span", "em", "a", "p", "div", "ul", "ol", "li", "hr", "blockquote", "img"]
    + ["pre", "code", "br", "strong", "b", "i", "table", "thead", "tbody", "tr", "th", "td"]
)
_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "a": frozenset({"href"}),
    "img": frozenset({"src", "alt"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan"}),
}
# \ue000 marks an inserted value (see expressions.Template): data never decides where a link leads.
_LINK = re.compile(r"(?:https?://|mailto:|tel:|/(?!/)|#)[^\s\"'<>\\\ue000]*", re.IGNORECASE)
_IMAGE = re.compile(r"(?:https://|/(?!/))[^\s\"'<>\\\ue000]*", re.IGNORECASE)
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ITEM = re.compile(r"\s*(?:[-*+]|(\d{1,3})[.)])\s+(.*)")
_BOLD = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
_EMPHASIS = re.compile(r"\*(.+?)\*")
_ANCHOR = re.compile(r"\[([^\[\]]+)\]\(([^)\s]{1,2000})\)")  # bounded: an endless row of brackets takes no time
_FIRST_HEADING = 2  # the page has the h1


def safe_link(url: str) -> str | None:
    """The address when it leads nowhere dangerous: http(s), mail, telephone, or a path of this site."""
    return url.strip() if _LINK.fullmatch(url.strip()) else None


def safe_image(url: str) -> str | None:
    """The address of a picture of this site or over https."""
    return url.strip() if _IMAGE.fullmatch(url.strip()) else None


def sanitize(html: str) -> Markup:
    """HTML with nothing but allowed elements and attributes; what is not allowed goes with all it holds."""
    if not html.strip():
        return Markup()
    body = lxml.html.fragment_fromstring(html.replace("\x00", ""), create_parent="div")
    for element in list(body.iterdescendants()):
        if not isinstance(element.tag, str) or element.tag not in _TAGS:
            _drop(element)
        else:
            _strip_attributes(element)
    inner = str(escape(body.text or "")) + "".join(lxml.html.tostring(child, encoding="unicode") for child in body)
    return Markup(inner)


def _drop(element: etree._Element) -> None:
    if (parent := element.getparent()) is not None:
        _keep_tail(element, parent)
        parent.remove(element)


def _keep_tail(element: etree._Element, parent: etree._Element) -> None:
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail


def _strip_attributes(element: etree._Element) -> None:
    allowed = _ATTRIBUTES.get(str(element.tag), frozenset())
    for name, value in list(element.attrib.items()):
        check = {"href": safe_link, "src": safe_image}.get(str(name))
        if name not in allowed or (check and not check(str(value))):
            del element.attrib[name]
    if "href" in element.attrib:
        element.set("rel", "noopener noreferrer")


def markdown(text: str) -> Markup:
    """Headings, lists, paragraphs, bold, emphasis and links; everything else is text."""
    blocks: list[Markup] = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        lines = [line for line in block.split("\n") if line.strip()]
        while lines:
            taken, html = _block(lines)
            blocks.append(html)
            lines = lines[taken:]
    return Markup("\n").join(blocks)


def _block(lines: list[str]) -> tuple[int, Markup]:
    if heading := _HEADING.fullmatch(lines[0].strip()):
        level = min(len(heading[1]) + _FIRST_HEADING - 1, 6)
        return 1, Markup("<h{0} class='h{1}'>{2}</h{0}>").format(level, min(level + 2, 6), _inline(heading[2]))
    items = _leading(lines, _ITEM)
    if items:
        tag = "ol" if _ITEM.fullmatch(items[0])[1] else "ul"  # type: ignore[index]
        inner = Markup().join(Markup("<li>{}</li>").format(_inline(_ITEM.fullmatch(i)[2])) for i in items)  # type: ignore[index]
        return len(items), Markup("<{0}>{1}</{0}>").format(Markup(tag), inner)
    count = next((n for n, line in enumerate(lines) if n and (_HEADING.match(line) or _ITEM.match(line))), len(lines))
    body = Markup("<br>").join(_inline(line) for line in lines[:count])
    return count, Markup("<p>{}</p>").format(body)


def _leading(lines: list[str], pattern: re.Pattern[str]) -> list[str]:
    count = next((n for n, line in enumerate(lines) if not pattern.fullmatch(line)), len(lines))
    return lines[:count]


def _inline(text: str) -> Markup:
    html = str(escape(text.strip()))
    html = _ANCHOR.sub(_anchor, html)
    html = _BOLD.sub(lambda m: f"<strong>{m[1] or m[2]}</strong>", html)
    return Markup(_EMPHASIS.sub(r"<em>\1</em>", html))


def _anchor(found: re.Match[str]) -> str:
    link = safe_link(found[2])
    return f'<a href="{link}" rel="noopener noreferrer">{found[1]}</a>' if link else found[1]
