"""The shape of a form's data: kinds and titles of its fields, as everything that reads an answer knows them."""

from __future__ import annotations

from collections.abc import Iterator

from app.feel import shapes
from app.feel.shapes import UNKNOWN, Shape
from app.forms.expressions import Expression
from app.forms.model import Component, Rows, Scope

_KINDS = {"number": "number", "checkbox": "boolean", "textfield": "string", "textarea": "string"}
_DATES = {"date": "date", "datetime": "date and time", "time": "string"}


def shape_of(root: Component, scope: Scope) -> Shape:
    """A context with every field that the form can give."""
    hidden = set(_may_hide(root, False))
    return _context(scope, hidden)


def texts_of(component: Component, row: Shape, inside: bool = False) -> Iterator[tuple[Component, Shape, str]]:
    """Every FEEL text below a component: whose it is, the shape of its row (empty outside lists), the text."""
    given = (component.hide, component.required_when, component.readonly, component.expression, component.first)
    others = (component.options_from, *component.bounds.values(), *component.expressions.values())
    for each in (*given, *others):
        if isinstance(each, Expression):
            yield component, row if inside else Shape("context"), each.text
    for template in component.templates.values():
        for expression in template.expressions:
            yield component, row if inside else Shape("context"), expression.text
    if component.kind == "dynamiclist":
        rows = row.at(component.path) or UNKNOWN
        row, inside = rows.item or UNKNOWN, True
    for child in component.children:
        yield from texts_of(child, row, inside)


def _may_hide(component: Component, inherited: bool) -> Iterator[int]:
    """Ids of the components that are not always shown."""
    hidden = inherited or component.hide is not None
    if hidden:
        yield id(component)
    for child in component.children:
        yield from _may_hide(child, hidden)


def _context(scope: Scope, hidden: set[int]) -> Shape:
    members = {key: _entry(entry, hidden) for key, entry in scope.entries.items()}
    certain = any(member.certain for member in members.values())
    return Shape("context", scope.label, members, certain=certain)


def _entry(entry: Component | Scope | Rows, hidden: set[int]) -> Shape:
    if isinstance(entry, Scope):
        return _context(entry, hidden)
    if isinstance(entry, Rows):
        component = entry.component
        return shapes.listing(_context(entry.scope, hidden), _title(component), certain=id(component) not in hidden)
    return _input(entry, id(entry) not in hidden)


def _input(component: Component, shown: bool) -> Shape:
    title, certain = _title(component), shown and component.required
    match component.kind:
        case "datetime":
            return Shape(_DATES[component.spec.get("subtype") or "date"], title, certain=certain)
        case "radio" | "select":
            return _choice(component, title, certain)
        case "checklist" | "taglist":
            return shapes.listing(_choice(component, "", False), title, certain=shown)
        case "filepicker":
            return shapes.listing(Shape("string"), title, certain=shown)
        case "expression":
            return UNKNOWN.titled(title)
    return Shape(_KINDS[component.kind], title, certain=certain)


def _choice(component: Component, title: str, certain: bool) -> Shape:
    tokens = {option.token for option in component.options}
    if tokens and tokens <= {"true", "false"}:
        return Shape("boolean", title, certain=certain)
    texts = tuple(option.value for option in component.options)
    if texts and all(isinstance(value, str) for value in texts):
        return Shape("string", title, choices=texts, certain=certain)
    return UNKNOWN.titled(title)


def _title(component: Component) -> str:
    return component.label.plain if component.label.fixed else ""
