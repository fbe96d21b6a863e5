"""What differs between two releases, as people name it: elements, table cells, form fields, sentences, keys."""

from app.gate.diff.compare import compare
from app.gate.diff.differences import Difference

__all__ = ["Difference", "compare"]
