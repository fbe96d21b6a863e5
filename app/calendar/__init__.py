"""Working days (工作日) and legal clocks (时限) that pause and explain themselves."""

from app.calendar.book import CalendarMissing, local_days, working_days
from app.calendar.clocks import LegalClock, Pause, due_date
from app.calendar.imports import Imported, import_notice, recompute, seed
from app.calendar.notices import parse_notice
from app.calendar.operations import (
    go_on_from,
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
from app.calendar.queries import clocks_of, explain, live_of
from app.calendar.working_days import SpecialDay, WorkingDays
from app.calendar.years import as_lines, months, official_years, spans, special_days, versions

__all__ = [
    "CalendarMissing", "Imported", "LegalClock", "Pause", "SpecialDay", "WorkingDays", "as_lines", "clocks_of",
    "due_date", "explain", "go_on_from", "import_notice", "live_of", "local_days", "months", "official_years",
    "parse_notice", "pause",
    "recompute", "restate", "resume", "seed", "spans", "special_days", "start_clock", "stop", "stop_read",
    "undo_pauses", "undo_resumptions", "versions", "void", "working_days",
]  # fmt: skip
