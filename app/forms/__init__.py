"""Forms: form-js JSON, checked, rendered and parsed by the server."""

from app.forms.form import Cleaned, Form, lint, load
from app.forms.model import FormError
from app.forms.pages import Page
from app.forms.telling import Answer, Entry
from app.forms.view import FileLink, RegionLevel, Regions

__all__ = [
    "Answer",
    "Cleaned",
    "Entry",
    "FileLink",
    "Form",
    "FormError",
    "Page",
    "RegionLevel",
    "Regions",
    "lint",
    "load",
]
