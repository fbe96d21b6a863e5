"""DMN: decision tables and the graphs they stand in."""

from app.feel.dmn.analyse import Finding
from app.feel.dmn.decisions import Decisions, Outcome, load
from app.feel.dmn.survey import Piece, Survey
from app.feel.dmn.tables import Fired, Input, Output, Row, Rule, Table

__all__ = [
    "Decisions",
    "Finding",
    "Fired",
    "Input",
    "Outcome",
    "Output",
    "Piece",
    "Row",
    "Rule",
    "Survey",
    "Table",
    "load",
]
