"""People and their positions from a list: what a file asks for, compared with what stands, and written in one go."""

from app.identity.roster.applying import Done, Newcomer, apply, handout
from app.identity.roster.file import COLUMNS, template
from app.identity.roster.planning import Plan, plan

__all__ = ["COLUMNS", "Done", "Newcomer", "Plan", "apply", "handout", "plan", "template"]
