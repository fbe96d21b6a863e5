"""Working days (工作日) and legal clocks (时限) that pause and explain themselves."""

from app.calendar.book import CalendarMissing, working_days
from app.calendar.clocks import LegalClock, Pause, due_date
from app.calendar.imports import Imported, import_notice, recompute, seed
from app.calendar.operations import (
    pause,
    restate,
    resume,
    start_clock,
    stop,
    stop_read,
    undo_pauses,
    undo_resumptions,
    void,
)
from app.calendar.queries import clocks_of, explain
from app.calendar.working_days import SpecialDay, WorkingDays

__all__ = [
    "CalendarMissing", "Imported", "LegalClock", "Pause", "SpecialDay", "WorkingDays", "clocks_of", "due_date",
    "explain", "import_notice", "pause", "recompute", "restate", "resume", "seed", "start_clock", "stop", "stop_read",
    "undo_pauses", "undo_resumptions", "void", "working_days",
]  # fmt: skip
