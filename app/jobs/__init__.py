"""Due work (待办作业) on the case's own database: timers, outbox, retries and dead letters."""

from app.jobs.operations import (
    BULK,
    NORMAL,
    URGENT,
    DueJob,
    NewJob,
    NotClaimed,
    cancel,
    dead_letters,
    enqueue,
    enqueue_all,
    launch,
    launching,
    next_due,
    purge,
    revive,
)
from app.jobs.runner import Apart, GiveUp, OutsideHandler, Together, Worker

__all__ = [
    "BULK", "NORMAL", "URGENT", "Apart", "DueJob", "GiveUp", "NewJob", "NotClaimed", "OutsideHandler", "Together",
    "Worker", "cancel", "dead_letters", "enqueue", "enqueue_all", "launch", "launching", "next_due", "purge", "revive",
]  # fmt: skip
