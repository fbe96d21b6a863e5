"""FEEL inside a form: conditions (`=text`) and texts with `{{ }}`; null wherever an expression has no answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from app import feel
from app.core.clock import SHANGHAI

_MARK = re.compile("\ue000([0-9]+)\ue001")
_INSERT = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class Expression:
    """A compiled FEEL text. `names`: what it reads, first parts only. Raises feel.FeelError for no expression."""

    def __init__(self, text: str) -> None:
        self.text = text.removeprefix("=").strip()
        self._compiled = feel.compile(self.text)
        self.names = frozenset(name.split(".")[0] for name in self._compiled.names)

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

    @property
    def expressions(self) -> Iterator[Expression]:
        return (part for part in self._parts if isinstance(part, Expression))

    def text(self, env: Mapping[str, Any]) -> str:
        return "".join(p if isinstance(p, str) else display(p.value(env)) for p in self._parts)

    def markup(self, env: Mapping[str, Any], render: Callable[[str], Markup]) -> Markup:
        """The text rendered as mark-up, then the values inserted as text: data is never read as mark-up."""
        inserted: list[str] = []
        out = []
        for part in self._parts:
            if isinstance(part, Expression):
                inserted.append(str(escape(display(part.value(env)))))
                out.append(f"\ue000{len(inserted) - 1}\ue001")
            else:
                out.append(part)
        html = str(render("".join(out)))
        return Markup(_MARK.sub(lambda found: "".join(inserted[int(found[1]) : int(found[1]) + 1]), html))


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
