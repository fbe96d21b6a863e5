"""The built-in functions of DMN 1.5, by name."""

from app.feel.builtins import contexts, dates, general, lists, numbers, ranges, strings  # noqa: F401  (they register)
from app.feel.builtins.registry import BUILTINS, Builtin

__all__ = ["BUILTINS", "Builtin"]
