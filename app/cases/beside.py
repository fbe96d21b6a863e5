"""What stands beside each field of a task: what was declared before, and what its rules say of it now.

Everything follows from the diagram, its tables and forms: a guard speaks of the fields that its rows name (`field`), or
else of those that it reads; it shows the figures that it may read, and what else it saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from app import engine
from app.cases import decisions, guards
from app.cases.action import Action
from app.feel.dmn import Table
from app.forms import Form
from app.forms.model import Component

if TYPE_CHECKING:
    from app.cases.pages import Submitted

WORDY = frozenset({"textarea", "filepicker", "dynamiclist", "expression"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the task: `hits` are the rows that refuse what is typed, None where they speak of other fields alone
    or while nothing is typed of what it asks for.

    saw: what it read besides this form, by label. figures: as `FigureReader.entries` gives them.
    """

    title: str
    hits: list[guards.Hit] | None
    saw: Mapping[str, Any]
    figures: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same field as it stood in the application or in an earlier step."""

    title: str
    field: Component
    value: Any


@dataclass(frozen=True, slots=True)
class Beside:
    """By the path of a field of the task's form."""

    rules: Mapping[str, list[Rule]]
    earlier: Mapping[str, list[Earlier]]


def of(
    action: Action, element: engine.Element, item: Any, submitted: Iterable[Submitted], data: Mapping[str, Any]
) -> Beside:
    """`data`: what is typed, parsed only; `submitted`: the application and the steps before."""
    form = action.bundle.form(element.attributes["formKey"])
    cleaned, _ = form.judged(data, context=action.form_context(), today=action.today)
    return Beside(_rules(action, element, form, cleaned.known, item), _earlier(form, submitted))


def figures_of(action: Action, element: engine.Element) -> list[dict[str, Any]]:
    """The figures in force that any table of the programme may read."""
    bundle = action.bundle
    reads = {name for decision, model in bundle.decisions.items() for name in model.reads(decision)}
    return action.figures_at(element).entries(_figure_keys(reads))


def _figure_keys(reads: Iterable[str]) -> list[str]:
    return sorted({name.split(".")[1] for name in reads if name.split(".")[0] in decisions.FIGURES and "." in name})


def _rules(
    action: Action, element: engine.Element, form: Form, values: Mapping[str, Any], item: Any
) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for decision in element.guards:
        paths = _paths(action, element, decision, form)
        rule = _rule(action, element, decision, values, item) if paths else None
        for path in paths if rule else ():
            found.setdefault(path, []).append(_said_of(rule, path))  # type: ignore[arg-type]
    return found


def _paths(action: Action, element: engine.Element, decision: str, form: Form) -> list[str]:
    """The fields that a guard speaks of."""
    model, fields = action.bundle.decisions[decision], _fields(form)
    table, own = model.table(decision), f"{element.id}."
    named = [path for path in _named(table) if path in fields] if table else []
    asked = (name.removeprefix(own) for name in sorted(model.reads(decision)) if name.startswith(own))
    return named or [path for path in asked if path in fields]


def _named(table: Table) -> list[str]:
    """What the column `field` of a table says, as plain texts."""
    at = next((place for place, output in enumerate(table.outputs) if output.name == "field"), None)
    texts = [] if at is None else [rule.outputs[at].strip() for rule in table.rules]
    return list(dict.fromkeys(text[1:-1] for text in texts if len(text) > 2 and text[0] == text[-1] == '"'))


def _rule(action: Action, element: engine.Element, decision: str, values: Mapping[str, Any], item: Any) -> Rule | None:
    """None where it cannot be evaluated: what follows from that is told when the task is completed."""
    model, own = action.bundle.decisions[decision], f"{element.id}."
    names = action.names(element, {element.id: values, "item": item})
    try:
        outcome = decisions.decide(action.bundle, decision, names, action.now)
        hits = guards.rows(element, decision, outcome.result)
    except SQLAlchemyError:
        raise
    except Exception:
        return None
    reads = model.reads(decision)
    asked = [name.removeprefix(own) for name in reads if name.startswith(own)]
    table = model.table(decision)
    mine = {column.label for column in table.inputs if own in column.expression} if table else set()
    saw = {label: value for label, value in outcome.inputs.items() if label not in mine and _told(value)}
    figures = action.figures_at(element).entries(_figure_keys(reads))
    return Rule(model.label(decision), hits if _typed(values, asked) else None, saw, figures)


def _said_of(rule: Rule, path: str) -> Rule:
    if rule.hits is None:
        return rule
    mine = [hit for hit in rule.hits if hit["field"] in (path, None, "")]
    return replace(rule, hits=mine) if mine or not rule.hits else replace(rule, hits=None)


def _told(value: Any) -> bool:
    """Whether people can read it: codes stand for what a form or a table calls otherwise."""
    return value is not None and not (isinstance(value, str) and value.isascii()) and not isinstance(value, Mapping)


def _typed(values: Mapping[str, Any], paths: Iterable[str]) -> bool:
    """Whether something is typed of what a rule asks for."""
    return any(_is_typed(_at(values, path)) for path in paths)


def _is_typed(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_is_typed, value.values()))
    return value not in (None, "", [], False)


def _earlier(form: Form, submitted: Iterable[Submitted]) -> dict[str, list[Earlier]]:
    mine = _fields(form)
    found: dict[str, list[Earlier]] = {}
    for each in submitted:
        theirs = _fields(each.form)
        for path in mine.keys() & theirs.keys():
            value = _at(each.values, path)
            if value not in (None, "", []) and not theirs[path].sensitive:
                found.setdefault(path, []).append(Earlier(each.title, theirs[path], value))
    return found


def _fields(form: Form) -> dict[str, Component]:
    """Inputs outside lists by their path, without those that hold whole texts."""
    found: dict[str, Component] = {}

    def walk(component: Component) -> None:
        for child in component.children:
            if child.is_input and child.kind not in WORDY:
                found[".".join(child.path)] = child
            elif child.kind != "dynamiclist":
                walk(child)

    walk(form.root)
    return found


def _at(values: Any, path: str) -> Any:
    for key in path.split("."):
        values = values.get(key) if isinstance(values, Mapping) else None
    return values
