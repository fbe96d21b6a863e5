"""Values that a statement gets when it runs, so that it is built once for each shape of its question."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, String, bindparam
from sqlalchemy.types import TypeEngine

_TEXT = String()


class Open(str):
    """Stands for a value while a statement is built: there it is a parameter of this name.

    Elsewhere it is its name, so that questions of one shape are equal and find the same statement.
    """

    type: TypeEngine[Any]

    def __new__(cls, name: str, type_: TypeEngine[Any] = _TEXT) -> Open:
        made = super().__new__(cls, name)
        made.type = type_
        return made

    def __clause_element__(self) -> BindParameter[Any]:
        return bindparam(str(self), type_=self.type)
