"""JSON text that keeps decimals, dates and times exact."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson


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


_AS_OURS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def dump_bytes(value: Any) -> bytes:
    """What `load_json` reads as it reads `dump_json`, in a fifth of the time: for what is stored, not hashed.

    A float must be a finite number: others would come back as nothing. Forms make text of them (`app.forms.text`).
    """
    try:
        return orjson.dumps(value, _encode, _AS_OURS)
    except TypeError:  # whole numbers beyond 64 bits, keys that are no text, depth: rare, and written the long way
        return dump_json(value).encode()


def load_json(text: str | bytes) -> Any:
    """The inverse of `dump_json`."""
    return _decoder.decode(text if isinstance(text, str) else str(text, "utf-8"))
