"""What all pages share: access, transactions per request, headers, errors, layout."""

from app.web.access import ANYONE, BEARER, STAFF, Call, reads, transacts_itself, writes
from app.web.errors import TooOften, Unauthorized
from app.web.services import Services, services

__all__ = [
    "ANYONE",
    "BEARER",
    "STAFF",
    "Call",
    "Services",
    "TooOften",
    "Unauthorized",
    "reads",
    "services",
    "transacts_itself",
    "writes",
]
