"""What all pages share: access, transactions per request, headers, errors, layout."""

from app.web.access import ANYONE, BEARER, STAFF, Call, reads, transaction, transacts_itself, writes
from app.web.errors import Unauthorized, Unavailable
from app.web.services import Services, services

__all__ = [
    "ANYONE",
    "BEARER",
    "STAFF",
    "Call",
    "Services",
    "Unauthorized",
    "Unavailable",
    "reads",
    "services",
    "transaction",
    "transacts_itself",
    "writes",
]
