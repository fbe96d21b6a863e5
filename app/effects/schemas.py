"""All effects that a service task can ask for, by topic."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.effects import consents, goods, letters, money, waiting, work
from app.effects.model import Schema

SCHEMAS: Mapping[str, Schema] = MappingProxyType(
    {
        each.topic: each
        for each in (
            *money.SCHEMAS,
            *goods.SCHEMAS,
            *letters.SCHEMAS,
            *work.SCHEMAS,
            *waiting.SCHEMAS,
            *consents.SCHEMAS,
        )
    }
)
