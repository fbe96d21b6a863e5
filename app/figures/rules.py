"""What a region may add to the catalogue: nothing that means something else elsewhere, nothing that is not its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app import feel
from app.core.exact_json import load_json
from app.core.said import Said
from app.figures.items import CLAUSE, DOCUMENT, EXCLUSION, FIGURE, REMEDY, Item
from app.figures.remedies import faults_of

_WORDS = {FIGURE: "标准", DOCUMENT: "文件", CLAUSE: "条款", EXCLUSION: "互斥关系", REMEDY: "救济途径"}


def problems_of_additions(known: Iterable[Item], added: Iterable[Item]) -> list[str]:
    """What forbids adding entries to those of a catalogue, in Chinese, each with its place in the file."""
    items = list(added)
    owners = {(item.kind, item.key): item for item in known}
    rows = [(item, load_json(item.content)) for item in items]
    documents, clauses = (
        {key for of, key in (*owners, *((item.kind, item.key) for item in items)) if of == kind}
        for kind in (DOCUMENT, CLAUSE)
    )
    problems: list[str] = []
    for item, row in rows:
        place = f"{item.kind}s.{item.key}"
        found = [*_owned(owners, item, row), *_OF_KIND[item.kind](item, row, documents, clauses)]
        problems += [Said(f"{place}：{told}", place) for told in found]
    return problems


def _owned(owners: Mapping[tuple[str, str], Item], item: Item, row: Mapping[str, Any]) -> Iterator[str]:
    before = owners.get((item.kind, item.key))
    if before is None or before.content == item.content:
        return
    if item.kind == FIGURE:
        now, then = row, load_json(before.content)
        if now["unit"] != then["unit"]:
            yield f"目录中已有这项标准，单位是 {then['unit']}，不能改为 {now['unit']}，请改用另一个名称"
            return
    if before.place != item.place:
        yield f"目录中已有这个{_WORDS[item.kind]}，由其他地区或上级维护，请改用另一个编号，或直接引用它"


def _figure(item: Item, row: Mapping[str, Any], documents: set[str], clauses: set[str]) -> Iterator[str]:
    for id in (row["clause"], *(check["clause"] for check in row["checks"])):
        if id not in clauses:
            yield f"没有编号为“{id}”的条款，请改正编号，或在本文件的 clauses 中写明"
    for check in row["checks"]:
        try:
            feel.compile(check["expect"])
        except feel.FeelError as error:
            yield f"底线“{check['expect']}”写得不对：{error}"
    for default in row["defaults"]:
        if not (default["region"] or "").startswith(item.place):
            yield f"默认值只能用于本地区（{item.place}），不能用于 {default['region'] or '所有地区'}"


def _document(item: Item, row: Mapping[str, Any], documents: set[str], clauses: set[str]) -> Iterator[str]:
    yield from _here_and_now(item, row, "文件的施行地区")


def _here_and_now(item: Item, row: Mapping[str, Any], what: str) -> Iterator[str]:
    if not (row["region"] or "").startswith(item.place):
        yield f"{what} {row['region'] or '全国'} 不在本地区（{item.place}）之内，请改正 region"
    if row["in_force_until"] and row["in_force_until"] <= row["in_force_from"]:
        yield "失效日期应晚于施行日期"


def _clause(item: Item, row: Mapping[str, Any], documents: set[str], clauses: set[str]) -> Iterator[str]:
    yield from _stands_in(row["sources"], documents)


def _stands_in(sources: Iterable[Mapping[str, str]], documents: set[str]) -> Iterator[str]:
    for key in dict.fromkeys(key for source in sources for key in source):
        if key not in documents:
            yield f"没有代号为“{key}”的文件，请改正代号，或在本文件的 documents 中写明"


def _exclusion(item: Item, row: Mapping[str, Any], documents: set[str], clauses: set[str]) -> Iterator[str]:
    if row["clause"] not in clauses:
        yield f"没有编号为“{row['clause']}”的条款，请改正编号，或在本文件的 clauses 中写明"
    if row["prevails"] == row["yields"]:
        yield "prevails 和 yields 应为两个不同的项目"


def _remedy(item: Item, row: Mapping[str, Any], documents: set[str], clauses: set[str]) -> Iterator[str]:
    yield from _here_and_now(item, row, "适用地区")
    yield from _stands_in(row["law"], documents)
    try:
        yield from (f"机关“{row['organ']}”写得不对：{told}" for told in faults_of(feel.compile(row["organ"])))
    except feel.FeelError as error:
        yield f"机关“{row['organ']}”写得不对：{error}"


_OF_KIND = {FIGURE: _figure, DOCUMENT: _document, CLAUSE: _clause, EXCLUSION: _exclusion, REMEDY: _remedy}
