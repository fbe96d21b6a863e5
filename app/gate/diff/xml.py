"""Reading XML for comparison: nothing outside the file is followed."""

from __future__ import annotations

from typing import Any

from lxml import etree

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)


def read(content: bytes) -> Any:
    return etree.fromstring(content, _PARSER)


def local(node: Any) -> str:
    return etree.QName(node).localname


def text(node: Any) -> str:
    return " ".join("".join(node.itertext()).split())
