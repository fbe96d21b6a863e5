"""Tables that people send in and get: CSV and Excel, with every fault by row and column."""

from app.sheets.reading import Column, Faults, Row, read
from app.sheets.writing import MEDIA_TYPE, csv_bytes, text_cell, workbook

__all__ = ["MEDIA_TYPE", "Column", "Faults", "Row", "csv_bytes", "read", "text_cell", "workbook"]
