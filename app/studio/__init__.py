"""The pages of policy owners (政策变更): what they draft together, edit, compare, check, submit and approve."""

from app.studio import (
    backtests,
    changes,
    clauses,
    comparing,
    deciding,
    documents,
    expressions,
    figures,
    files,
    findings,
    letters,
    materials,
    previews,
    releases,
    tables,
    trying,
    turns,
)
from app.studio.blueprint import blueprint

__all__ = [
    "backtests",
    "blueprint",
    "changes",
    "clauses",
    "comparing",
    "deciding",
    "documents",
    "expressions",
    "figures",
    "files",
    "findings",
    "letters",
    "materials",
    "releases",
    "previews",
    "tables",
    "trying",
    "turns",
]
