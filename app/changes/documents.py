"""A policy document that a change brings: entered in the catalogue of a bundle with its clauses, and linked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import yaml
from lxml import etree
from sqlalchemy.orm import Session

from app.changes import editing, store
from app.core import strict_yaml
from app.core.actor import Actor
from app.core.errors import Gone, Invalid, NotFound
from app.core.ids import digest
from app.definitions.folder import CATALOGUE
from app.figures.catalogue import catalogue
from app.figures.errors import CatalogueError
from app.identity import queries as identity

MOST_CLAUSES = 200
_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_DOCUMENTATION = f"{_BPMN}documentation"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def enter(
    session: Session, actor: Actor, change_id: str, bundle_id: str, document: Mapping[str, Any],
    clauses: Sequence[Mapping[str, str]], *, now: datetime,
) -> list[str]:  # fmt: skip
    """Write a document and its clauses into the bundle's catalogue; the clauses' ids.

    document: `{key, number, title, issued_on, in_force_from}`; clauses: `{id, title, text, at}` each. Raises NotFound,
    Gone, NotYours, Taken, Invalid (field by field, `clauses` for what the catalogue refuses).
    """
    bundle = store.bundle_of(session, change_id, bundle_id)
    place = identity.region(session, store.places_of(session, bundle_id)[0].scope).code
    _require(document, clauses)
    key = document["key"]
    added = {
        "documents": {key: {
            "region": place, "number": document["number"] or None, "title": document["title"],
            "issued_on": document["issued_on"], "in_force_from": document["in_force_from"],
        }},
        "clauses": {each["id"]: {"title": each["title"], "text": each["text"], "from": [{key: each["at"]}]}
                    for each in clauses},
    }  # fmt: skip
    before = store.file_of(session, bundle, CATALOGUE)
    content = _with(before or b"", added)
    try:
        catalogue(session).with_additions(content, place)
    except CatalogueError as error:
        raise Invalid({"clauses": "；".join(error.problems)}) from error
    was = digest(before) if before is not None else None
    editing.save(session, actor, change_id, bundle_id, CATALOGUE, content, was=was, now=now)
    return [each["id"] for each in clauses]


def link(
    session: Session, actor: Actor, change_id: str, bundle_id: str, linked: Mapping[str, tuple[str, str]], *,
    now: datetime,
) -> None:  # fmt: skip
    """Let elements of diagrams carry clauses: by clause id, file and element id.

    Raises NotFound, Gone, NotYours, Taken.
    """
    bundle = store.bundle_of(session, change_id, bundle_id)
    for path in sorted({path for path, _ in linked.values()}):
        content = store.file_of(session, bundle, path)
        if content is None:
            raise NotFound(f"这个项目里没有 {path}，请刷新页面后重新选择")
        wanted: dict[str, list[str]] = {}
        for id, (file, element) in linked.items():
            if file == path:
                wanted.setdefault(element, []).append(id)
        editing.save(session, actor, change_id, bundle_id, path, citing(content, wanted), was=digest(content), now=now)


def citing(diagram: bytes, wanted: Mapping[str, Sequence[str]]) -> bytes:
    """The diagram whose elements name clauses at the beginning of their documentation, besides what they say.

    Raises NotFound, Gone (it cannot be read).
    """
    try:
        root = etree.fromstring(diagram, _PARSER)
    except etree.XMLSyntaxError as error:
        raise Gone("流程图现在读不出来，请先打开流程图按提示改正，再选择由哪个环节体现") from error
    for element_id, ids in wanted.items():
        element = root.find(f".//*[@id='{element_id}']") if re.fullmatch(r"[\w.-]+", element_id) else None
        if element is None:
            raise NotFound(f"流程图里没有环节 {element_id}，请刷新页面后重新选择")
        told = element.find(_DOCUMENTATION)
        if told is None:
            told = etree.Element(_DOCUMENTATION)
            element.insert(0, told)
        more = [id for id in ids if not re.search(rf"(?<![\w.-]){re.escape(id)}(?![\w.-])", told.text or "")]
        told.text = "、".join([*more, *([told.text] if told.text else [])])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _require(document: Mapping[str, Any], clauses: Sequence[Mapping[str, str]]) -> None:
    faults = {
        name: f"请填写{title}" for name, title in (("key", "文件代号"), ("title", "文件名称")) if not document[name]
    }
    if not isinstance(document["in_force_from"], date):
        faults["in_force_from"] = "请填写施行日期"
    if not 0 < len(clauses) <= MOST_CLAUSES:
        faults["clauses"] = f"请至少选一条、至多选 {MOST_CLAUSES} 条作为条款"
    ids = [each["id"] for each in clauses]
    twice = [id for id in dict.fromkeys(ids) if ids.count(id) > 1]
    if twice:
        faults["clauses"] = f"条款编号 {'、'.join(twice)} 写了两次，请改正"
    if faults:
        raise Invalid(faults)


def _with(before: bytes, added: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The file with further entries, its other lines as they were; one of the same key takes the old one's place."""
    known = strict_yaml.load(before, CATALOGUE) if before.strip() else {}
    known = known if isinstance(known, dict) else {}
    if any(entries.keys() & (known.get(part) or {}).keys() for part, entries in added.items()):
        return _dumped({**known, **{part: {**(known.get(part) or {}), **entries} for part, entries in added.items()}})
    text = before.decode()
    for part, entries in added.items():
        block = "".join(f"  {line}\n" for line in _dumped(entries).decode().splitlines())
        heading = re.search(rf"^{part}:[ \t]*\n", text, re.M)
        text = text[: heading.end()] + block + text[heading.end() :] if heading else f"{_ended(text)}{part}:\n{block}"
    return text.encode()


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _dumped(value: Any) -> bytes:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=110).encode()
