"""A training installation (演练): everything works, nothing leaves the house.

The mark is set when an empty database is installed, and never again. It stands in the database, not in a setting of one
process, so no node can act there for real; it is a stamp, so an action reads it with its case.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.db import stamps
from app.db.session import Database

WORD, PREFIX, MARK = "演练", "YL-", "演练样张，不具法律效力"
"""What numbers of letters and of cases begin with, and what stands on whatever leaves the screen."""
_KIND = "training"


def mark(session: Session) -> None:
    """Make an empty installation one for training."""
    stamps.bump(session, _KIND)


def is_training(session: Session) -> bool:
    """Whether this installation is for training: no message, no bank file, no question to a department."""
    return stamps.read(session).training > 0


def paper_mark(session: Session) -> str:
    """What stands on every paper of an installation for training; empty on a real one."""
    return MARK if is_training(session) else ""


def known(database: Database) -> bool:
    """The same for pages, which show it whatever else fails; read once a process."""
    if _KIND not in database.kept:
        with database.read() as session:
            database.kept[_KIND] = is_training(session)
    return database.kept[_KIND]
