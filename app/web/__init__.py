"""What all pages share: access, transactions per request, headers, errors, layout."""

from app.web.access import ANYONE, ARRIVING, BEARER, STAFF, Call, reads, transaction, transacts_itself, writes
from app.web.errors import Owing, Unauthorized, Unavailable
from app.web.services import Door, Services, services

__all__ = [
    "ANYONE",
    "ARRIVING",
    "BEARER",
    "STAFF",
    "Owing",
    "Call",
    "Door",
    "Services",
    "Unauthorized",
    "Unavailable",
    "reads",
    "services",
    "transaction",
    "transacts_itself",
    "writes",
]
