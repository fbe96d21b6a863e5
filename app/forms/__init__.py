"""Forms: form-js JSON, checked, rendered and parsed by the server."""

from app.forms.form import Cleaned, Form, lint, load
from app.forms.model import FormError
from app.forms.rendering import FileLink

__all__ = ["Cleaned", "FileLink", "Form", "FormError", "lint", "load"]
