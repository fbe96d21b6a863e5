"""From content to one PDF: materials in children, letters as they are stored, sheets by one start of the converter."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.core import forking
from app.documents.paper import Grid, Line, sheet
from app.dossier import parcel
from app.dossier.content import Content, Letter, Material, Section

MATERIALS, LETTERS, BINDING = "materials", "letters", "binding"
LARGEST, MOST_PAGES, MOST_PARTS = 64 << 20, 600, 400
"""Bytes and pages of all materials together, parts of a file: what is beyond has a sheet that says so."""
_DRAWING = forking.Limits(seconds=40, memory_mb=1024, file_mb=0)
_BOUND = forking.Limits(seconds=120, memory_mb=2048, file_mb=0)
_PICTURES = ("image/jpeg", "image/png", "image/webp")
_PDF = "application/pdf"
Convert = Callable[[Sequence[bytes]], list[bytes | None]]
Tell = Callable[[str, int, int], None]
Printed = Callable[[str], bytes | None]
"""The stored PDF of a letter; None where none can be made."""


class TooLarge(Exception):
    """It cannot be bound; the message is Chinese and says what to do."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The PDF and how many pages it has."""

    pdf: bytes
    pages: int


@dataclass(frozen=True, slots=True)
class Sources:
    """The bytes of an upload and the PDF of a letter, by their ids."""

    upload: Callable[[str], bytes]
    letter: Printed


@dataclass
class _Leaf:
    """A part on its way: `pdf` once it is one, else the Word file `docx`; `note` for the index."""

    title: str
    docx: bytes = b""
    pdf: bytes | None = None
    note: str = ""
    pages: int = 1


def bind(content: Content, sources: Sources, convert: Convert, tell: Tell) -> Bound:
    """`convert` makes PDFs of sheets, `tell` hears how far it is.

    Raises TooLarge, and what `convert` raises.
    """
    leaves = _leaves(content, sources, tell)
    tell(LETTERS, 0, 0)
    _converted([leaf for leaf in leaves if leaf.pdf is None], convert)
    tell(BINDING, 0, 0)
    for leaf, pages in zip(leaves, _measured([leaf.pdf or b"" for leaf in leaves]), strict=True):
        leaf.pages = pages
    (front,) = convert([sheet("目　录", [_index(leaves)], mark=content.mark, cover=content.cover)])
    if front is None:
        raise TooLarge("封面和目录没有转换成功，请重新整理")
    return _bound([front, *(leaf.pdf or b"" for leaf in leaves)])


def _leaves(content: Content, sources: Sources, tell: Tell) -> list[_Leaf]:
    waiting = sum(isinstance(part, Material) for part in content.parts)
    leaves: list[_Leaf] = []
    seen, size, pages = 0, 0, 0
    for part in content.parts:
        match part:
            case Section():
                leaves.append(_Leaf(part.title, sheet(part.title, part.blocks, mark=content.mark)))
            case Letter():
                leaves.append(_printed(part, sources.letter(part.document_id), content.mark))
            case Material():
                tell(MATERIALS, seen, waiting)
                full = size > LARGEST or pages > MOST_PAGES
                leaf = _unbound(part, "卷宗已满", content.mark) if full else _drawn(part, sources.upload, content.mark)
                leaves.append(leaf)
                seen, size, pages = seen + 1, size + len(leaf.pdf or b""), pages + leaf.pages
    return leaves


def _drawn(part: Material, read: Callable[[str], bytes], mark: str) -> _Leaf:
    """A picture or a PDF, drawn anew in a child; of anything else, and of what is damaged, a sheet that says so."""
    if part.media_type not in (*_PICTURES, _PDF):
        return _unbound(part, "Word、Excel 文件不编入", mark)
    work = "app.dossier.child:pages" if part.media_type == _PDF else "app.dossier.child:picture"
    try:
        (pdf,), told = parcel.unpack(forking.ask(work, read(part.upload_id), _DRAWING))
    except forking.Exceeded:
        return _unbound(part, "文件损坏或者过于复杂，打不开", mark)
    note = f"共 {told['all']} 页，编入前 {told['pages']} 页" if told["all"] > told["pages"] else ""
    return _Leaf(part.title, pdf=pdf, note=note, pages=told["pages"])


def _unbound(part: Material, why: str, mark: str) -> _Leaf:
    said = f"这份材料没有编入：{why}。原件保存在系统中，请在案件页的“材料”里下载查看。"
    return _Leaf(part.title, sheet(part.title, [Line(said), Line(part.told, quiet=True)], mark=mark), note="未编入")


def _printed(part: Letter, pdf: bytes | None, mark: str) -> _Leaf:
    if pdf is not None:
        return _Leaf(part.title, pdf=pdf)
    said = "这份文书的 PDF 没有生成成功，原件保存在系统中，请在案件页的“文书”里下载 Word 文件。"
    return _Leaf(part.title, sheet(part.title, [Line(said)], mark=mark), note="未编入")


def _converted(sheets: Sequence[_Leaf], convert: Convert) -> None:
    """One start for all of them."""
    for leaf, pdf in zip(sheets, convert([leaf.docx for leaf in sheets]), strict=True):
        if pdf is None:
            raise TooLarge("有页面没有转换成功，请重新整理；再次失败请联系管理员")
        leaf.pdf = pdf


def _index(leaves: Sequence[_Leaf]) -> Grid:
    rows, page = [], 1
    for number, leaf in enumerate(leaves, 1):
        last = page + leaf.pages - 1
        rows.append((str(number), leaf.title, str(page) if last == page else f"{page}—{last}", leaf.note))
        page = last + 1
    return Grid(("序号", "名称", "页号", "备注"), rows, (12, 100, 24, 34), frozenset({0}))


def _measured(parts: Sequence[bytes]) -> list[int]:
    found: list[int] = json.loads(_asked("measure", parcel.pack(parts)))
    return found


def _bound(parts: Sequence[bytes]) -> Bound:
    (pdf,), told = parcel.unpack(_asked("bind", parcel.pack(parts, first=1)))
    return Bound(pdf, told["pages"])


def _asked(what: str, packed: bytes) -> bytes:
    try:
        return forking.ask(f"app.dossier.child:{what}", packed, _BOUND)
    except forking.Exceeded as fault:
        raise TooLarge("材料太多，没有装订成一个文件；请按单个案件整理") from fault
