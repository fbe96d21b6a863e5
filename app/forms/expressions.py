"""FEEL inside a form: conditions (`=text`) and texts with `{{ }}`; null wherever an expression has no answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from app import feel
from app.core.clock import SHANGHAI

_INSERT = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class Expression:
    """A compiled FEEL text. Raises feel.FeelError when the text is no expression."""

    def __init__(self, text: str) -> None:
        self.text = text.removeprefix("=").strip()
        self._compiled = feel.compile(self.text)

    def value(self, env: Mapping[str, Any]) -> Any:
        """The value over `env`; null where the values given do not fit, as form-js has it."""
        try:
            return self._compiled.evaluate(env)
        except feel.FeelError:
            return None

    def holds(self, env: Mapping[str, Any]) -> bool:
        return self.value(env) is True


class Template:
    """A text of form-js: plain, `=FEEL`, or plain with `{{FEEL}}` inserted."""

    def __init__(self, text: str) -> None:
        self.plain = text
        if text.startswith("="):
            self._parts: list[str | Expression] = [Expression(text)]
            self.fixed = False
            return
        pieces = _INSERT.split(text)
        self._parts = [Expression(p) if place % 2 else p for place, p in enumerate(pieces)]
        self.fixed = len(pieces) == 1

    def text(self, env: Mapping[str, Any]) -> str:
        return "".join(p if isinstance(p, str) else display(p.value(env)) for p in self._parts)

    def markup(self, env: Mapping[str, Any]) -> tuple[str, dict[str, Markup]]:
        """The text with a placeholder for each inserted value, and the escaped values: what a form's data says
        is never read as mark-up."""
        inserted: dict[str, Markup] = {}
        out = []
        for part in self._parts:
            if isinstance(part, Expression):
                token = f"\ue000{len(inserted)}\ue001"
                inserted[token] = escape(display(part.value(env)))
                part = token
            out.append(part)
        return "".join(out), inserted


def display(value: Any) -> str:
    """A value as people read it."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case datetime():
            local = value.astimezone(SHANGHAI) if value.tzinfo else value
            return f"{local:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case list() | tuple():
            return "、".join(display(each) for each in value)
    return str(value)
