"""Forms: form-js JSON, checked, rendered and parsed by the server."""

from app.forms.form import Cleaned, Form, lint, load
from app.forms.model import FormError

__all__ = ["Cleaned", "Form", "FormError", "lint", "load"]
