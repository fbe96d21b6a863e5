"""Reading DMN XML without trusting it: no DTD, no entities, no network, no huge documents."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lxml import etree

from app.feel.errors import DmnError

MAX_BYTES = 4_000_000
Element = Any  # lxml carries no types


def read(xml: str | bytes) -> Element:
    """The `definitions` element. DmnError for anything else."""
    data = xml.encode(errors="replace") if isinstance(xml, str) else xml
    if len(data) > MAX_BYTES:
        raise DmnError("DMN 文件过大", f"the DMN file is larger than {MAX_BYTES} bytes")
    if isinstance(xml, str) and data.lstrip().startswith(b"<?xml"):  # a declared encoding means nothing in a str
        data = data[data.index(b"?>") + 2 :]
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise DmnError(
            "不是有效的 XML，或嵌套过深，请用决策表编辑器重新导出",
            f"not well-formed XML: {error.msg}",
            line or None,
            column or None,
        ) from None
    except ValueError as error:
        raise DmnError("不是有效的 XML，请用决策表编辑器重新导出", str(error)) from None
    if root.getroottree().docinfo.doctype:
        raise DmnError("DMN 文件不得含有 DOCTYPE", "a DOCTYPE is not allowed in DMN")
    if local(root) != "definitions":
        raise DmnError("这不是 DMN 文件：缺少 definitions", "not a DMN file: no definitions element")
    return root


def local(element: Element) -> str:
    return _local(element.tag)


@lru_cache(1024)
def _local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Element, *names: str) -> list[Element]:
    return list(element.iterchildren(*(f"{{*}}{name}" for name in names or ("*",))))


def child(element: Element, name: str) -> Element | None:
    return next(element.iterchildren(f"{{*}}{name}"), None)


def text_of(element: Element | None, name: str = "text") -> str | None:
    """The text of a child element, None where it has none."""
    inner = None if element is None else child(element, name)
    return None if inner is None or inner.text is None else inner.text


def cost(element: Element | None) -> int:
    """What one evaluation of the FEEL inside may cost, in steps: a node for some characters."""
    if element is None:
        return 0
    texts = (each.text or "" for each in element.iter("{*}text"))
    return 20 + sum(map(len, texts)) // 4
