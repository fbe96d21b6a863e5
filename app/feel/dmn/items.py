"""Item definitions: the types a model declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.feel.budget import Run
from app.feel.compiler.cells import INPUT
from app.feel.dmn.environment import Environment
from app.feel.dmn.xml import Element, child, children, text_of
from app.feel.frames import Frame
from app.feel.typecheck import ANY, FeelType

Check = Callable[[Run, Any], bool]


def declare(env: Environment, definitions: Element, prefix: str = "") -> None:
    """Read all item definitions of a model; those of an imported model under its prefix."""
    pending = {item.get("name", ""): item for item in children(definitions, "itemDefinition")}
    reader = _Reader(env, pending, prefix)
    for name, item in pending.items():
        reader.named(name)
        text = text_of(child(item, "allowedValues"))
        if text:
            env.allowed[prefix + name] = text


class _Reader:
    def __init__(self, env: Environment, pending: dict[str, Element], prefix: str) -> None:
        self.env, self.pending, self.prefix = env, pending, prefix
        self.open: set[str] = set()

    def named(self, name: str) -> FeelType:
        full = self.prefix + name
        if full in self.env.types:
            return self.env.types[full]
        if name not in self.pending:
            return self.named(name.rpartition(":")[2]) if ":" in name else self.env.type(name)
        if name in self.open:  # a type that contains itself is checked one level deep
            return ANY
        self.open.add(name)
        made = self.item(self.pending[name])
        self.open.discard(name)
        self.env.types[full] = made
        return made

    def item(self, element: Element) -> FeelType:
        made = self.base(element)
        allowed = self.allowed(child(element, "allowedValues"))
        if allowed is not None:
            made = _narrowed(made, allowed)
        if element.get("isCollection") == "true":
            made = FeelType("list", (made,))
        constraint = self.allowed(child(element, "typeConstraint"))
        return made if constraint is None else _narrowed(made, constraint)

    def base(self, element: Element) -> FeelType:
        components = children(element, "itemComponent")
        if components:
            return FeelType("context", entries={c.get("name", ""): self.item(c) for c in components})
        function = child(element, "functionItem")
        if function is not None:
            params = [self.reference(p.get("typeRef")) for p in children(function, "parameters")]
            return FeelType("function", tuple(params), {}, self.reference(function.get("outputTypeRef")))
        return self.reference(text_of(element, "typeRef"))

    def reference(self, name: str | None) -> FeelType:
        return self.named(name.strip()) if name and name.strip() else ANY

    def allowed(self, element: Element | None) -> Check | None:
        text = text_of(element)
        if not text or not text.strip():
            return None
        test = self.env.tests(text, self.env.scope(frozenset((INPUT,))), "allowedValues")

        def check(run: Run, value: Any) -> bool:
            return test(Frame({INPUT: value}, None, {}, run), value) is True

        return check


def _narrowed(wide: FeelType, check: Check) -> FeelType:
    before = wide.test
    both = check if before is None else (lambda run, value: before(run, value) and check(run, value))
    return FeelType(wide.kind, wide.args, wide.entries, wide.result, both)
