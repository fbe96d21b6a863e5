"""Column types: money without floats, aware times, JSON with decimals and dates."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from app.core.clock import require_aware


class Money(TypeDecorator[Decimal]):
    """Decimal yuan outside, whole fen inside: exact on every database, also in SUM and CHECK."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        fen = Decimal(value) * 100
        if fen != fen.to_integral_value():
            raise ValueError(f"{value} is not a whole number of fen")
        return int(fen)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else (Decimal(int(value)) / 100).quantize(Decimal("0.01"))


class AwareDateTime(TypeDecorator[datetime]):
    """Stored in UTC; naive values are refused at the door."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = require_aware(value).astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _encode(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"$dec": str(value)}
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be stored as JSON")


_DECODERS: dict[str, Callable[[str], Any]] = {
    "$dec": Decimal,
    "$time": datetime.fromisoformat,
    "$date": date.fromisoformat,
}


def _decode(value: dict[str, Any]) -> Any:
    if len(value) != 1:
        return value
    ((key, inner),) = value.items()
    decoder = _DECODERS.get(key)
    if decoder is None or not isinstance(inner, str):
        return value
    try:
        return decoder(inner)
    except (ValueError, ArithmeticError):
        return value  # somebody typed what only looks like ours


# Built once: the module's own functions build theirs at every call.
_encoder = json.JSONEncoder(default=_encode, ensure_ascii=False, separators=(",", ":"))
_decoder = json.JSONDecoder(object_hook=_decode)


def dump_json(value: Any) -> str:
    """JSON text that keeps decimals, dates and times exact."""
    return _encoder.encode(value)


def load_json(text: str | bytes) -> Any:
    """The inverse of `dump_json`."""
    return _decoder.decode(text if isinstance(text, str) else str(text, "utf-8"))


class Json(TypeDecorator[Any]):
    """JSON text with exact decimals, dates and times."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else dump_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else load_json(value)
