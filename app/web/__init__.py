"""What all pages share: access, transactions per request, headers, errors, layout."""

from app.web.access import (
    ANYONE,
    ARRIVING,
    BEARER,
    STAFF,
    Afterwards,
    Call,
    Record,
    hands_out,
    reads,
    transaction,
    transacts_itself,
    writes,
)
from app.web.errors import Owing, Unauthorized, Unavailable
from app.web.services import Door, Services, services

__all__ = [
    "ANYONE",
    "ARRIVING",
    "BEARER",
    "STAFF",
    "Afterwards",
    "Owing",
    "Call",
    "Record",
    "Door",
    "Services",
    "Unauthorized",
    "Unavailable",
    "hands_out",
    "reads",
    "services",
    "transaction",
    "transacts_itself",
    "writes",
]
