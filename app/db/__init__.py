"""The database: declarative base, column types, sealed values and the one place that commits."""

from app.db import stamps
from app.db.away import is_away
from app.db.base import Base, only, utc
from app.db.keyfile import KeyFault
from app.db.left_open import Open
from app.db.prepared import NotPreparable, Prepared
from app.db.session import Busy, Database, beside, outlive, rows_changed
from app.db.statements import count_up_to, counted, each_value, either, insert_if_absent, newest, rename_elements
from app.db.types import AwareDateTime, Json, Money
from app.db.vault import Vault

__all__ = [
    "AwareDateTime",
    "Base",
    "Busy",
    "Database",
    "Json",
    "KeyFault",
    "Money",
    "NotPreparable",
    "Open",
    "Prepared",
    "Vault",
    "beside",
    "count_up_to",
    "counted",
    "each_value",
    "either",
    "insert_if_absent",
    "is_away",
    "newest",
    "only",
    "outlive",
    "rename_elements",
    "rows_changed",
    "stamps",
    "utc",
]
