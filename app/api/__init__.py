"""The JSON API (/api/v1): bearer tokens, the same operations and the same checks as the pages."""

from app.api import cases, programmes, tasks
from app.api.blueprint import blueprint
from app.api.spec import describe

__all__ = ["blueprint", "cases", "describe", "programmes", "tasks"]
