"""Divisions from a list of codes: what a file asks for, compared with what stands, and written in one go."""

from app.identity.divisions.applying import Done, apply
from app.identity.divisions.carrying import Move, carry, move_of, moves_due, moves_later
from app.identity.divisions.file import COLUMNS, Line, read_lines
from app.identity.divisions.planning import Plan, plan
from app.identity.divisions.standing import Standing, Stands, export_rows, find

__all__ = [
    "COLUMNS", "Done", "Line", "Move", "Plan", "Standing", "Stands", "apply", "carry", "export_rows", "find",
    "move_of", "moves_due", "moves_later", "plan", "read_lines",
]  # fmt: skip
