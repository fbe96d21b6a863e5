"""Whether this node can work: the database answers, its schema is ours, the keys open it, the clock goes forward."""

from __future__ import annotations

from app.core.clock import Clock
from app.core.errors import Rejection
from app.db import Database, KeyFault, is_away, keys, schema
from app.web.errors import MESSAGES


def faults(database: Database, clock: Clock) -> dict[str, str]:
    """What is wrong by part (`database`, `schema`, `keys`, `clock`), as Chinese sentences; empty where all is well."""
    found = {}
    try:
        clock.now()
    except Rejection as behind:
        found["clock"] = behind.message
    try:
        with database.read() as session:
            schema.require_newest(session)
            keys.require(keys.known(session), database.vault)
    except schema.NotMigrated as older:
        found["schema"] = str(older)
    except KeyFault as fault:
        found["keys"] = str(fault)
    except Exception as error:
        if not is_away(error):
            raise
        found["database"] = MESSAGES[503]
    return found
