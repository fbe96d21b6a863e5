"""Files beyond reason, each read as its door reads it: what it costs, and what is said. `make fuzz` prints it.

Each is read in a process of its own that may use little memory and little time: whatever is not refused ends there.
"""

from __future__ import annotations

import io
import json
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

from app import engine, forms
from app.core import marked_yaml, strict_yaml
from app.documents.upload import check_upload
from app.feel import dmn
from app.scenarios.story import parse_story
from app.sheets import Column, read
from tests.support.large import peak, table

ROWS, HEAVY = 20_000, 50_000_000
SECONDS, MEMORY = 15, 512
"""Aims, of processor time and of MB at the most."""
LIMITS = (60, 2048)
COLUMNS = (Column("code", "代码"), Column("name", "名称"))
LINE = "220122100001,农安镇东好来宝村\n"


class Read(NamedTuple):
    """`told` is the refusal, "" where the file was read, None where the process did not live through it."""

    name: str
    seconds: float
    memory: int
    told: str | None

    @property
    def holds(self) -> bool:
        chinese = not self.told or any("一" <= sign <= "鿿" for sign in self.told)
        return self.told is not None and chinese and self.seconds <= SECONDS and self.memory <= MEMORY

    def __str__(self) -> str:
        verdict = "died" if self.told is None else f"refused: {self.told[:60]}" if self.told else "read"
        return f"{self.name:36} {self.seconds:6.2f} s {self.memory:5} MB  {verdict}"


def _refusal(reading: Callable[[bytes], object], content: bytes) -> str:
    try:
        found = reading(content)
    except Exception as refused:
        return str(getattr(refused, "fields", "") or refused) or type(refused).__name__
    return str(found[0]) if isinstance(found, list) and found else ""


def _sheet(strings: list[str], rows: int) -> bytes:
    """A workbook of so many rows, whose texts stand in the table that all its cells share."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["代码", "名称"])
    for row in range(rows):
        sheet.append([f"{row:012}", strings[row % len(strings)]])
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


SHEET, TEXTS, TYPES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "[Content_Types].xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROW, TEXT = b'<row><c t="inlineStr"><is><t>220122</t></is></c></row>', b"<si><t>220122</t></si>"
OVERRIDE = (
    f'<Override PartName="/{TEXTS}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.'
    'sharedStrings+xml"/></Types>'
).encode()


def _swollen(part: str, size: int = HEAVY) -> bytes:
    """A package with a part of so many bytes."""
    buffer = io.BytesIO()
    with ZipFile(io.BytesIO(_sheet(["甲"], 1))) as small, ZipFile(buffer, "w", ZIP_DEFLATED) as package:
        for each in small.namelist():
            content = small.read(each)
            if each == part == SHEET:
                content = content.replace(b"</sheetData>", ROW * (size // len(ROW)) + b"</sheetData>")
                content = content.replace(b'<dimension ref="A1:B2"/>', b"")
            if each == TYPES and part == TEXTS:
                content = content.replace(b"</Types>", OVERRIDE)
            package.writestr(each, content)
        if part == TEXTS:
            package.writestr(TEXTS, f'<sst xmlns="{MAIN}">'.encode() + TEXT * (size // len(TEXT)) + b"</sst>")
    return buffer.getvalue()


def _sheet_read(content: bytes) -> object:
    rows, faults = read(content, COLUMNS)
    return faults.lines() or len(rows)


def _yaml(rows: int) -> bytes:
    return b"".join(b"- {a: %d, b: text}\n" % row for row in range(rows))


def _form(rows: int) -> bytes:
    fields = [{"type": "textfield", "key": f"f{row}", "label": f"{row}"} for row in range(rows)]
    return json.dumps({"type": "default", "components": fields}).encode()


def _story(rows: int) -> bytes:
    steps = "".join(f"  - complete: t{row}\n" for row in range(rows))
    return f"title: 大\nprogramme: x\nregion: '220122'\nstarts_at: 2020-10-12\nsteps:\n{steps}".encode()


def _bpmn(size: int) -> bytes:
    return b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">' + b"<task/>" * (size // 7)


def _analysed(content: bytes) -> object:
    return [each.message_zh for each in dmn.load(content).analyse() if each.severity == "error"]


Case = tuple[Callable[[bytes], object], Callable[[], bytes]]
CASES: Mapping[str, Case] = {
    "YAML, 20,000 rows": (lambda content: strict_yaml.load(content, "f.yaml"), lambda: _yaml(ROWS)),
    "YAML, 50 MB": (lambda content: strict_yaml.load(content, "f.yaml"), lambda: _yaml(HEAVY // 18)),
    "catalogue, 20,000 rows": (lambda content: marked_yaml.load(content, "f.yaml"), lambda: _yaml(ROWS)),
    "catalogue, 50 MB": (lambda content: marked_yaml.load(content, "f.yaml"), lambda: _yaml(HEAVY // 18)),
    "story, 20,000 steps": (parse_story, lambda: _story(ROWS)),
    "story, 50 MB": (parse_story, lambda: _story(HEAVY // 20)),
    "DMN, 20,000 rows": (_analysed, lambda: table(ROWS)),
    "DMN, 50 MB": (_analysed, lambda: table(400_000)),
    "BPMN, 50 MB": (engine.load, lambda: _bpmn(HEAVY)),
    "form, 20,000 fields": (forms.lint, lambda: _form(ROWS)),
    "form, 50 MB": (forms.lint, lambda: _form(HEAVY // 60)),
    "docx, 50 MB": (check_upload, lambda: b"PK\x03\x04" + bytes(HEAVY)),
    "docx, 50 MB when unpacked": (check_upload, lambda: _swollen(SHEET)),
    "xlsx, 20,000 rows": (_sheet_read, lambda: _sheet([f"第{n}村" for n in range(ROWS)], ROWS)),
    "xlsx, 50 MB": (_sheet_read, lambda: b"PK\x03\x04" + bytes(HEAVY)),
    "xlsx, 50 MB of texts when unpacked": (_sheet_read, lambda: _swollen(TEXTS)),
    "xlsx, 50 MB of rows when unpacked": (_sheet_read, lambda: _swollen(SHEET)),
    "xlsx, 1 GB when unpacked": (_sheet_read, lambda: _swollen(SHEET, 1_000_000_000)),
    "CSV, 20,000 rows": (_sheet_read, lambda: ("代码,名称\n" + LINE * ROWS).encode()),
    "CSV, 50 MB": (_sheet_read, lambda: ("代码,名称\n" + LINE * (HEAVY // 37)).encode()),
    "CSV, 50 MB in a cell": (_sheet_read, lambda: b"\xe4\xbb\xa3\xe7\xa0\x81\n" + b"x" * HEAVY),
}


def _take(name: str, path: str) -> Read:
    for what, most in ((resource.RLIMIT_CPU, LIMITS[0]), (resource.RLIMIT_AS, LIMITS[1] << 20)):
        resource.setrlimit(what, (most, most))
    with open(path, "rb") as file:
        content = file.read()
    began = time.process_time()
    told = _refusal(CASES[name][0], content)
    return Read(name, time.process_time() - began, peak() - len(content) // 1_000_000, told)


def taken(folder: str, names: tuple[str, ...] = tuple(CASES)) -> Iterator[Read]:
    """Each of these files, made in the folder; its own size is not counted as memory."""
    for name in names:
        path = f"{folder}/file"
        with open(path, "wb") as file:
            file.write(CASES[name][1]())
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            try:
                yield pool.submit(_take, name, path).result()
            except BrokenProcessPool:
                yield Read(name, LIMITS[0], LIMITS[1], None)
