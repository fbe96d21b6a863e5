"""Conditions that a browser can follow: a small part of FEEL as JSON for `data-hide-when`.

The server decides when the form is submitted; this only spares people fields that do not concern them. A predicate is
`["=" | "!=", name of the control, text or null]`, `["and" | "or", predicate, …]` or `["not", predicate]`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app import feel
from app.feel import nodes
from app.forms.model import token

ControlOf = Callable[[tuple[str, ...]], str | None]


def predicate(text: str, control: ControlOf) -> list[Any] | None:
    """The condition as JSON, or None when it says more than a browser can check.

    control: the name of the control for a path of names; None where the page has none.
    """
    return _predicate(feel.parse(text), control)


def _predicate(node: nodes.Node, control: ControlOf) -> list[Any] | None:
    match node:
        case nodes.And(items=items) | nodes.Or(items=items):
            parts = [_predicate(item, control) for item in items]
            word = "and" if isinstance(node, nodes.And) else "or"
            return None if None in parts else [word, *parts]
        case nodes.Compare(op="=" | "!=" as op, left=left, right=nodes.Literal(value=value)):
            name = control(_path(left))
            return None if name is None else [op, name, None if value is None else token(value)]
        case nodes.Name() | nodes.Path():
            name = control(_path(node))
            return None if name is None else ["=", name, "true"]
    return None


def _path(node: nodes.Node) -> tuple[str, ...]:
    match node:
        case nodes.Name(name=name):
            return (name,)
        case nodes.Path(base=base, name=name) if inner := _path(base):
            return (*inner, name)
    return ()
