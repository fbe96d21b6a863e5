"""`draw_sample`: the system draws who is verified; anybody can draw again and get the same (E7)."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from typing import Any

from app.cases.action import Action
from app.cases.effects import inputs
from app.cases.errors import EffectError
from app.engine import Effect

SCALE = Decimal(2) ** 64


def plan_sample(action: Action, effect: Effect) -> dict[str, Any]:
    """Whether this case is drawn at `rate` (0 never, 1 always), with what it was drawn from."""
    rate = inputs.required(effect, "rate")
    if isinstance(rate, bool) or not isinstance(rate, (int, Decimal)) or not 0 <= rate <= 1:
        raise EffectError(f"「{effect.element.label}」的 rate 应在 0 和 1 之间")
    seed = f"{action.case.number}:{effect.element.id}"
    drawn = draw(seed)
    action.note("sample", seed=seed, drawn=drawn, rate=Decimal(rate))
    return {"drawn": drawn < rate, "lot": drawn, "rate": Decimal(rate), "seed": seed}


def draw(seed: str) -> Decimal:
    """The lot of `seed`: uniform in [0, 1), the first 64 bits of its SHA-256."""
    return (Decimal(int.from_bytes(sha256(seed.encode()).digest()[:8], "big")) / SCALE).quantize(Decimal("0.000001"))
