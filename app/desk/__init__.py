"""The pages of the staff (工作台): inbox, tasks, cases, notices, incidents, figures."""

from app.desk import account, applications, cases, figures, files, inbox, incidents, notices, sessions, tasks
from app.desk.blueprint import blueprint

__all__ = [
    "account",
    "applications",
    "blueprint",
    "cases",
    "figures",
    "files",
    "inbox",
    "incidents",
    "notices",
    "sessions",
    "tasks",
]
