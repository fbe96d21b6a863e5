"""Tables that people send in and get: CSV and Excel, with every fault by row and column."""

from app.sheets.dates import day_in_cell
from app.sheets.forms import form
from app.sheets.reading import Column, Faults, Row, read, read_tables
from app.sheets.sheet import Sheet
from app.sheets.writing import book, columns, csv_bytes, workbook

__all__ = [
    "Column",
    "Faults",
    "Row",
    "Sheet",
    "book",
    "columns",
    "csv_bytes",
    "day_in_cell",
    "form",
    "read",
    "read_tables",
    "workbook",
]
