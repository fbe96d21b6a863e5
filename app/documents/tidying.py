"""A template without what no letter needs and nobody outside may read.

Comments, formatting revisions, who typed it and on which computer would travel with every letter; a data-bound control
would show the template's own data in place of what was printed. What changes nothing on paper is taken out; what does
is refused elsewhere (`upload`, `lint`).
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from app.documents import package

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
_TYPES, _RELATIONS = "[Content_Types].xml", "_rels/.rels"
_PACKAGE = re.compile(r"/(officeDocument|core-properties|extended-properties)$")
"""All that the package itself refers to; no thumbnail, signature, label, add-in or properties of somebody's own."""
_UNNEEDED = re.compile(
    r"/(comments\w*|people|documenttasks|customXml|glossaryDocument|printerSettings|stylesWithEffects|"
    r"keyMapCustomizations|attachedTemplate|mailMergeSource|mailMergeHeaderSource|recipientData)$"
)
_TOLD_RELATIONS = {
    "attachedTemplate": "附加的模板文件", "printerSettings": "打印机设置", "webextensiontaskpanes": "加载项",
    "extensibility": "加载项", "origin": "数字签名",
}  # fmt: skip
_COMMENT, _REVISION, _BINDING, _MERGING = "批注", "格式修订", "内容控件与文档数据的绑定", "邮件合并的数据源"
_ELEMENTS: dict[str, str] = {
    **dict.fromkeys(("commentRangeStart", "commentRangeEnd"), ""),
    "commentReference": _COMMENT,
    **dict.fromkeys(
        ("rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tblPrExChange", "tcPrChange", "trPrChange",
         "tblGridChange", "numberingChange"), _REVISION),
    "dataBinding": _BINDING,
    "mailMerge": _MERGING,
    **dict.fromkeys(("placeholder", "showingPlcHdr", "printerSettings", "attachedTemplate"), ""),
    **dict.fromkeys(("docVars", "rsids", "trackRevisions"), ""),
}  # fmt: skip
_TAGS = tuple(f"{{*}}{name}" for name in _ELEMENTS)
_LAYERS = {"svgBlip": "SVG 图片（同一图片的 PNG 还在）", "imgProps": "图片效果的原图"}
_APPLICATION = ("{*}Company", "{*}Manager", "{*}Template", "{*}HyperlinkBase")
_WRITERS = ("{*}creator", "{*}lastModifiedBy")


@dataclass(frozen=True, slots=True)
class Tidied:
    """The document, the same bytes where nothing was to be done; `dropped` names what its author may ask about."""

    data: bytes
    dropped: tuple[str, ...]


def tidied(docx: bytes) -> Tidied:
    """Take out what no letter needs. The archive is one that may be unpacked (`upload`).

    Raises etree.XMLSyntaxError, and what zipfile raises, where it cannot be read.
    """
    parts = package.parts(docx)
    trees = {name: etree.fromstring(content, _PARSER) for name, content in parts.items() if _is_xml(name)}
    if _TYPES not in trees or _RELATIONS not in trees:
        return Tidied(docx, ())
    before = _reachable(trees, parts)
    dropped: Counter[str] = Counter()
    changed: set[str] = set()
    for name, root in trees.items():
        if name.endswith(".rels"):
            done = _related(name, root, dropped)
        elif name.startswith("docProps/"):
            done = _unsigned(root)
        else:
            done = name.startswith("word/") and _cleared(name, root, trees, changed, dropped)
        if done:
            changed.add(name)
    if not changed:
        return Tidied(docx, ())
    kept = parts.keys() - (before - _reachable(trees, parts))  # what nothing ever led to is for `upload` to judge
    if _listed(trees[_TYPES], kept):
        changed.add(_TYPES)
    return Tidied(_packed(parts, trees, kept, changed), tuple(_told(dropped)))


def _is_xml(name: str) -> bool:
    return name.endswith((".xml", ".rels"))


def _packed(
    parts: Mapping[str, bytes], trees: Mapping[str, etree._Element], kept: set[str], changed: set[str]
) -> bytes:
    written = {
        name: etree.tostring(trees[name], xml_declaration=True, encoding="UTF-8", standalone=True) for name in changed
    }
    return package.pack(
        package.entry(name, written.get(name, content)) for name, content in parts.items() if name in kept
    )


def _related(name: str, root: etree._Element, dropped: Counter[str]) -> bool:
    """Without relations to what is not needed. Returns whether there were any."""
    unneeded = [
        each for each in root.iterfind("{*}Relationship")
        if (not _PACKAGE.search(each.get("Type", "")) if name == _RELATIONS else _UNNEEDED.search(each.get("Type", "")))
    ]  # fmt: skip
    for each in unneeded:
        if (told := _TOLD_RELATIONS.get(each.get("Type", "").rpartition("/")[2])) is not None:
            dropped[told] += 1
        root.remove(each)
    return bool(unneeded)


def _unsigned(root: etree._Element) -> bool:
    """Without the names of who typed it and where; a tag in the place of the author stays."""
    found = list(root.iter(*_APPLICATION))
    for each in found:
        _remove(each)
    named = [each for each in root.iter(*_WRITERS) if each.text and "{" not in each.text]
    for each in named:
        each.text = None
    return bool(found or named)


def _cleared(
    name: str, root: etree._Element, trees: Mapping[str, etree._Element], changed: set[str], dropped: Counter[str]
) -> bool:
    """Without elements that print nothing, and without the layers of pictures that Word alone reads."""
    unneeded = list(root.iter(*_TAGS))
    for each in unneeded:
        if told := _ELEMENTS[etree.QName(each).localname]:
            dropped[told] += 1
        run = each.getparent()
        _remove(each)
        if run is not None and run.tag == f"{_W}r" and all(child.tag == f"{_W}rPr" for child in run):
            _remove(run)
    layers = list(root.iter(*(f"{{*}}{layer}" for layer in _LAYERS)))
    ids = {embed for layer in layers for each in layer.iter() if (embed := each.get(_EMBED)) is not None}
    for layer in layers:
        dropped[_LAYERS[etree.QName(layer).localname]] += 1
        _remove(layer.getparent() if layer.getparent() is not None else layer)
    relations = trees.get(_relations_of(name))
    if ids and relations is not None:
        changed.add(_relations_of(name))
        for each in relations.findall("{*}Relationship"):
            if each.get("Id") in ids:
                relations.remove(each)
    return bool(unneeded or layers)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
        if not len(parent) and etree.QName(parent).localname == "extLst":
            _remove(parent)


def _relations_of(part: str) -> str:
    folder, base = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{base}.rels")


def _reachable(trees: Mapping[str, etree._Element], parts: Iterable[str]) -> set[str]:
    """The parts that the package leads to, with their relations."""
    kept, waiting = {_TYPES, _RELATIONS}, [""]
    while waiting:
        part = waiting.pop()
        relations = _RELATIONS if not part else _relations_of(part)
        if relations not in trees:
            continue
        kept.add(relations)
        for target in _targets(part, trees[relations]):
            if target not in kept and target in parts:
                kept.add(target)
                waiting.append(target)
    return kept


def _targets(part: str, relations: etree._Element) -> Iterator[str]:
    for each in relations.iterfind("{*}Relationship"):
        if each.get("TargetMode") != "External":
            yield posixpath.normpath(posixpath.join("/", posixpath.dirname(part), unquote(each.get("Target", ""))))[1:]


def _listed(types: etree._Element, kept: set[str]) -> bool:
    """Take what is gone out of the list of contents. Returns whether there was any."""
    gone = [each for each in types.iterfind("{*}Override") if unquote(each.get("PartName", ""))[1:] not in kept]
    for each in gone:
        types.remove(each)
    return bool(gone)


def _told(dropped: Counter[str]) -> Iterator[str]:
    for name, count in dropped.items():
        yield f"{name} {count} 处" if name in (_COMMENT, _REVISION, _BINDING) else name
