"""A statement is compiled once a process, however many databases the process opens.

SQLAlchemy keeps what it compiled by engine and by dialect. A server opens one database; stories, the checks of a draft
and tests open hundreds, and compiling was more than a third of their time.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

KEPT = 2000
"""The statements of the product and then some: none is compiled twice."""
_COMPILED: LRUCache[Any, Any] = LRUCache(KEPT)
_DIALECTS: dict[str, Dialect] = {}


def share(engine: Engine) -> None:
    """Let an engine that has not connected yet take part; its dialect is then that of the first of its kind."""
    engine.update_execution_options(compiled_cache=_COMPILED)
    kind = f"{engine.dialect.name}+{engine.dialect.driver}"
    if kind in _DIALECTS:
        engine.dialect = _DIALECTS[kind]
    else:  # once it has asked its server what that can do
        event.listen(engine, "first_connect", lambda *_: _DIALECTS.setdefault(kind, engine.dialect))
