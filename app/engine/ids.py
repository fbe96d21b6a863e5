"""The ids of an instance's tasks."""

from __future__ import annotations

import os


class TaskId(int):
    """128 random bits, or the number of a row. As a number: it is looked up at every step through the tree, and a UUID
    computes its hash in Python."""

    __slots__ = ()

    @classmethod
    def fresh(cls) -> TaskId:
        return cls.from_bytes(os.urandom(16))

    @classmethod
    def of(cls, text: str) -> TaskId:
        """The id of 32 hexadecimal digits. Raises ValueError."""
        return cls(text, 16)

    @property
    def hex(self) -> str:
        return f"{self:032x}"
