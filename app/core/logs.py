"""The one configuration of logs: text for people or JSON for machines, with what a line belongs to.

Messages of exceptions stay out: they carry what people typed (a unique name, a number that does not parse). The types
and places of a failure are kept; at DEBUG, for a test system, its messages too.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

from app.core.ids import new_id

REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The request or job at hand."""
ACTION: ContextVar[str] = ContextVar("action", default="")
"""The last action of a case that it did, as the audit names it."""
FIELDS = "fields"
Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def begin(request_id: str) -> None:
    """What follows belongs to this request or job."""
    REQUEST.set(request_id)
    ACTION.set("")


def begin_action() -> str:
    """The id of a new action, which the lines that follow name."""
    action_id = new_id()
    ACTION.set(action_id)
    return action_id


def configure(level: str = "INFO", style: str = "text") -> None:
    """Send every log of this process to its standard error. `style`: text or json."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)


class TextFormatter(logging.Formatter):
    """``2026-11-27T04:00:00+00:00 WARNING doudi.web the database did not answer request=1f0a…``"""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{_moment(record)} {record.levelname} {record.name} {record.getMessage()}"
        told = "".join(f" {name}={value}" for name, value in _belongs(record).items())
        return "\n  ".join([head + told, *_failure(record)])


class JsonFormatter(logging.Formatter):
    """One object a line: at, level, logger, message, request, action, the fields of the line, failure."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {"at": _moment(record), "level": record.levelname, "logger": record.name}
        line |= {"message": record.getMessage(), **_belongs(record)}
        if failure := _failure(record):
            line["failure"] = failure
        return json.dumps(line, ensure_ascii=False)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _belongs(record: logging.LogRecord) -> dict[str, object]:
    found = {"request": REQUEST.get(), "action": ACTION.get(), **getattr(record, FIELDS, {})}
    return {name: value for name, value in found.items() if value not in ("", None)}


def _failure(record: logging.LogRecord) -> list[str]:
    """The chain of exceptions, the cause first: type and places, and messages where the level is DEBUG."""
    failure: Failure = record.exc_info if isinstance(record.exc_info, tuple) else (None, None, None)
    lines: list[str] = []
    error = failure[1]
    while error is not None:
        message = f": {error}" if logging.getLogger().level <= logging.DEBUG else ""
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        lines = [f"{type(error).__module__}.{type(error).__name__}{message}", *places, *lines]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines
