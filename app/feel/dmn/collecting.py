"""Python's search for cycles, put off while a model is read."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def put_off() -> Iterator[None]:
    """Inside, nothing is searched: a long table makes a million objects that all stay, and looking through them again
    and again doubled the time. Threads may overlap: whoever found the search switched on switches it on again."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()
