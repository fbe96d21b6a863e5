"""`draw_sample`: the system draws who is verified; anybody can draw again and get the same (E7)."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from typing import Any

from app.cases.action import Action
from app.cases.effects.base import EffectObject
from app.effects import SCHEMAS
from app.engine import Effect

SCALE = Decimal(2) ** 64


class DrawSample(EffectObject):
    """Whether this case is drawn at `rate` (0 never, 1 always), with what it was drawn from.

    Nothing is left to undo: who draws again for the same step of the same case gets the same lot.
    """

    schema = SCHEMAS["draw_sample"]

    def plan(self, action: Action, effect: Effect, *, rate: Decimal) -> dict[str, Any]:
        seed = f"{action.case.number}:{effect.element.id}"
        lot = draw(seed)
        self.note(action, rate=rate, drawn=lot < rate)
        return {"drawn": lot < rate, "lot": lot, "rate": rate, "seed": seed}


def draw(seed: str) -> Decimal:
    """The lot of `seed`: uniform in [0, 1), the first 64 bits of its SHA-256."""
    return (Decimal(int.from_bytes(sha256(seed.encode()).digest()[:8], "big")) / SCALE).quantize(Decimal("0.000001"))
