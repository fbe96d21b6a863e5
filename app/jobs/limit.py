"""A time limit for a job that works inside a transaction, so that it does not hold up the others for ever.

Python has no kinder way to end a thread's work: an exception is set in it from outside, and the statement at which it
may be waiting is cancelled. Nothing is committed by then.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.orm import Session


class TookTooLong(BaseException):
    """The limit is over. No `except Exception` on the way may take it for a failure that it knows."""


@contextmanager
def limited(session: Session | None, seconds: float) -> Iterator[None]:
    """Raises TookTooLong in the block once `seconds` are over; never after it. `session`: whose statements."""
    limit = _Limit(session)
    timer = threading.Timer(seconds, limit.reach)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        limit.end()
        timer.cancel()


class _Limit:
    def __init__(self, session: Session | None) -> None:
        self._thread = ctypes.c_ulong(threading.get_ident())
        self._connection = session.connection().connection.driver_connection if session is not None else None
        self._lock, self._over = threading.Lock(), False

    def reach(self) -> None:
        with self._lock:
            if self._over:
                return
            ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, ctypes.py_object(TookTooLong))
            cancel = getattr(self._connection, "interrupt", None) or getattr(self._connection, "cancel", None)
            with suppress(Exception):  # it has ended by itself, or was away already
                if cancel:
                    cancel()

    def end(self) -> None:
        with self._lock:
            self._over = True
            ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, None)
