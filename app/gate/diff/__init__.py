"""What differs between two releases, as people name it: elements, table cells, form fields, sentences, keys."""

from app.gate.diff.changes import Change
from app.gate.diff.compare import compare

__all__ = ["Change", "compare"]
