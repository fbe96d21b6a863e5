"""What lies outside the house, and how it is reached: messengers, departments, makers of PDF (docs/adr/0015).

`boundary` declares the interfaces and finds who implements them; the other modules are the implementations that ship.
"""

from app.outside.boundary import (
    DEPARTMENTS,
    MESSENGERS,
    PDF,
    Department,
    Departments,
    Failed,
    Messenger,
    PdfMaker,
    Question,
    Refused,
    Reply,
    SettingError,
    Stamper,
    departments,
    messenger,
    pdf_maker,
    stamper,
)

__all__ = [
    "DEPARTMENTS", "MESSENGERS", "PDF", "Department", "Departments", "Failed", "Messenger", "PdfMaker", "Question",
    "Refused", "Reply", "SettingError", "Stamper", "departments", "messenger", "pdf_maker", "stamper",
]  # fmt: skip
