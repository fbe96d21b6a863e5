"""Reading a table: the first sheet of an Excel workbook, or CSV as UTF-8 or as Excel in China saves it (GB 18030).

The first row has the titles of the columns. What is wrong is collected, so that a file is mended once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from lxml import etree

from app.core.errors import Invalid

if TYPE_CHECKING:
    from openpyxl import Workbook

MAX_ROWS = 50_000
MAX_BYTES = 60 * 1024 * 1024  # of a workbook when it is unpacked
MAX_TEXTS = 20 * 1024 * 1024  # of the texts that its cells share: all of them are read before the first row
_TYPES, _TEXTS = "[Content_Types].xml", "sharedStrings"
MAX_COLUMNS = 50
MAX_CELL = 500
_ZIP = b"PK\x03\x04"
_BROKEN = (BadZipFile, KeyError, IndexError, ValueError, TypeError, SyntaxError)


@dataclass(frozen=True, slots=True)
class Column:
    """`title` stands in the first row; `hint` says on a template what to write there."""

    key: str
    title: str
    required: bool = False
    hint: str = ""
    width: int = 16


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds anything: its number as the spreadsheet shows it, and trimmed text by key of the column."""

    number: int
    values: Mapping[str, str]

    def get(self, key: str) -> str:
        return self.values.get(key, "")


@dataclass(slots=True)
class Faults:
    """What is wrong with a table, by row number and key of the column."""

    columns: Sequence[Column]
    found: dict[tuple[int, str], str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, row: int, key: str, message: str) -> None:
        """The first fault of a cell is the one to mend first."""
        self.found.setdefault((row, key), message)

    def lines(self) -> list[str]:
        """第 3 行「代码」：……, in the order of the rows and, within a row, of the columns."""
        titles = {column.key: column.title for column in self.columns}
        order = {key: place for place, key in enumerate(titles)}
        rows = sorted(self.found.items(), key=lambda item: (item[0][0], order.get(item[0][1], 0)))
        return [f"第 {row} 行「{titles.get(key, key)}」：{message}" for (row, key), message in rows]

    def refuse(self) -> None:
        """Raises Invalid with every fault (`3.code`) where there is one."""
        if self.found:
            fields = {f"{row}.{key}": message for (row, key), message in self.found.items()}
            raise Invalid(fields, f"文件有 {len(self.found)} 处问题，什么都没有导入，请改正后重新导入")


def read(content: bytes, columns: Sequence[Column]) -> tuple[list[Row], Faults]:
    """The rows below the titles, and what is wrong with single cells: too long, or required and empty.

    Raises Invalid (file) where there is no table, a title is missing or unknown, or the table is too large.
    """
    lines = _first_sheet(content) if content.startswith(_ZIP) else _csv_lines(content)
    faults = Faults(columns)
    rows = list(_rows(lines, columns, faults, MAX_ROWS))
    if not rows:
        raise _unreadable("里没有数据行，请在标题行下面填写")
    return rows, faults


def read_tables(
    contents: Iterable[bytes], tables: Mapping[str, Sequence[Column]], most: int = MAX_ROWS
) -> Iterator[tuple[str, Iterator[Row], Faults]]:
    """The tables of these titles: sheets of a workbook by their names, CSV files by their columns.

    Rows are read while they are asked for, at most `most` a table, and one table after the other; a table may have
    none. Raises Invalid (file) where a file holds none of the tables, and what `read` raises, naming the table.
    """
    for content in contents:
        for title, lines in _sheets(content, tables) if content.startswith(_ZIP) else _csv_table(content, tables):
            faults = Faults(tables[title])
            yield title, _named(title, _rows(lines, tables[title], faults, most)), faults


def _named(title: str, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows; what is wrong with their table says which it is."""
    try:
        yield from rows
    except Invalid as fault:
        raise Invalid({"file": f"「{title}」表：{fault.fields['file']}"}) from fault


def _rows(
    lines: Iterator[tuple[int, list[str]]], columns: Sequence[Column], faults: Faults, most: int
) -> Iterator[Row]:
    keys = _keys(next(lines, (0, []))[1], columns)
    found = 0
    for number, cells in lines:
        values = {key: text for key, text in zip(keys, cells, strict=False) if key and text}
        if not values:
            continue
        found += 1
        if found > most:
            raise _unreadable(f"超过 {most} 行，请分成几个文件导入")
        row = Row(number, values)
        _check(row, columns, faults)
        yield row


def _check(row: Row, columns: Sequence[Column], faults: Faults) -> None:
    for column in columns:
        text = row.get(column.key)
        if column.required and not text:
            faults.add(row.number, column.key, "没有填写，请补上")
        elif len(text) > MAX_CELL:
            faults.add(row.number, column.key, f"超过 {MAX_CELL} 个字，请缩短")


def _keys(titles: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """The key of each column of the table. Raises Invalid where one is missing, unknown or there twice."""
    known = {column.title: column.key for column in columns}
    named = [title for title in titles if title]
    listed = "、".join(known)
    if not named:
        raise _unreadable(f"里没有标题行，第一行应是：{listed}")
    missing = [column.title for column in columns if column.required and column.title not in named]
    if missing:
        raise _unreadable(f"缺少“{'、'.join(missing)}”列，第一行应是：{listed}")
    unknown = [title for title in named if title not in known]
    if unknown:
        raise _unreadable(f"有不认识的列“{'、'.join(unknown)}”，请改成下列名称或者删去：{listed}")
    if len(set(named)) < len(named):
        raise _unreadable("有两列同名，请删去一列")
    return [known.get(title, "") for title in titles]


def _csv_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise _unreadable("不是文本，请另存为 CSV（UTF-8）或者 Excel（.xlsx）") from error
    if "\0" in text:
        raise _unreadable("不是文本，请另存为 CSV（UTF-8）或者 Excel（.xlsx）")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells[:MAX_COLUMNS]]
    except csv.Error as error:
        raise _unreadable(f"第 {reader.line_num} 行读不出来，请检查引号和逗号") from error


def _csv_table(
    content: bytes, tables: Mapping[str, Sequence[Column]]
) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    """The one table whose columns the file has."""
    lines = _csv_lines(content)
    first = next(lines, (0, list[str]()))
    named = {title for title in first[1] if title}
    for title, columns in tables.items():
        required = {column.title for column in columns if column.required}
        if required <= named <= {column.title for column in columns}:
            yield title, chain([first], lines)
            return
    raise _unreadable(f"第一行的列名不是“{'”、“'.join(tables)}”中任何一张表的，请按模板的列名填写")


def _first_sheet(content: bytes) -> Iterator[tuple[int, list[str]]]:
    book = _workbook(content)
    try:
        yield from _cells(book.worksheets[0])
    except IndexError as error:
        raise _no_workbook() from error


def _sheets(
    content: bytes, tables: Mapping[str, Sequence[Column]]
) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    book = _workbook(content)
    found = [sheet for sheet in book.worksheets if sheet.title in tables]
    if not found:
        raise _unreadable(f"里没有名为“{'”、“'.join(tables)}”的工作表，请按模板填写")
    for sheet in found:
        yield sheet.title, _cells(sheet)


def _workbook(content: bytes) -> Workbook:
    """Raises Invalid before it unpacks what would fill the memory."""
    from openpyxl import load_workbook  # with the first workbook, not with every start

    try:
        with ZipFile(io.BytesIO(content)) as package:
            sizes = {each.filename: each.file_size for each in package.infolist()}
            if sum(sizes.values()) > MAX_BYTES or any(sizes.get(part, 0) > MAX_TEXTS for part in _text_parts(package)):
                raise _unreadable("解压后太大，请分成几个文件导入")
        return load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except _BROKEN as error:
        raise _no_workbook() from error


def _text_parts(package: ZipFile) -> list[str]:
    """Where the workbook says that the texts are, which its cells share."""
    types = etree.fromstring(package.read(_TYPES), etree.XMLParser(resolve_entities=False))
    overrides = [each for each in types.iter("{*}Override") if _TEXTS in each.get("ContentType", "")]
    return [each.get("PartName", "").lstrip("/") for each in overrides]


def _cells(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """The rows, as far as the first of them has titles: the others are padded to all columns that are allowed."""
    width = MAX_COLUMNS
    try:
        for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), 1):
            texts = [_text(cell) for cell in cells[:width]]
            if number == 1:
                width = max((place for place, title in enumerate(texts, 1) if title), default=0)
            yield number, texts
    except _BROKEN as error:
        raise _no_workbook() from error


def _no_workbook() -> Invalid:
    return _unreadable("不是能打开的 Excel 工作簿，请另存为 .xlsx 后重试")


def _text(cell: Any) -> str:
    """What a cell shows: codes that Excel took for numbers and days that it took for moments read as typed."""
    if cell is None:
        return ""
    if type(cell) is str:
        return cell.strip()
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        # Excel keeps 15 digits and shows noughts after them.
        return str(int(Decimal(f"{cell:.15g}")))
    return str(cell).strip()


def _unreadable(told: str) -> Invalid:
    return Invalid({"file": f"文件{told}"})
