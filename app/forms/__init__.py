"""Forms: form-js JSON, checked, rendered and parsed by the server."""

from app.forms.form import Cleaned, Form, lint, load
from app.forms.model import FormError
from app.forms.rendering import FileLink, RegionLevel, Regions
from app.forms.telling import Answer

__all__ = ["Answer", "Cleaned", "FileLink", "Form", "FormError", "RegionLevel", "Regions", "lint", "load"]
