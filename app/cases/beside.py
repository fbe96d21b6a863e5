"""What stands beside each field of a task: what was declared before, and what its rules say of it now.

Everything follows from the diagram, its tables and forms: a guard speaks of the fields that its rows name (`field`), or
else of those that it reads; it shows the figures that it may read, and what else it saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from app import engine
from app.cases import decisions, guards
from app.cases.action import Action
from app.cases.prefilling import Prefilled
from app.feel.dmn import Table
from app.forms import Form
from app.forms.model import Component

if TYPE_CHECKING:
    from app.cases.pages import Submitted

WORDY = frozenset({"textarea", "filepicker", "dynamiclist", "expression"})
"""What is not repeated beside itself: whole texts, files, lists, and what is only computed."""


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
    """By the path of a field. filled: what it was filled in from, empty once something else is typed."""

    rules: Mapping[str, list[Rule]]
    earlier: Mapping[str, list[Earlier]]
    filled: Mapping[str, str]


def of(
    action: Action,
    element: engine.Element,
    item: Any,
    submitted: Iterable[Submitted],
    known: Iterable[Prefilled],
    data: Mapping[str, Any],
) -> Beside:
    """`data`: what is typed, parsed only; `submitted`: the application and the steps before; `known`: what the form was
    filled in with."""
    form = action.bundle.form(element.attributes["formKey"])
    cleaned, _ = form.judged(data, context=action.form_context(), today=action.today)
    typed = cleaned.known
    at = {".".join(each.path): each for each in known}
    filled = {path: each.source if _at(typed, path) == each.value else "" for path, each in at.items()}
    return Beside(_rules(action, element, form, typed, item), _earlier(form, submitted), filled)


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
    """The fields that a guard speaks of; a list for those in its rows."""
    model, own = action.bundle.decisions[decision], f"{element.id}."
    table, fields = model.table(decision), _fields(form)
    asked = (name.removeprefix(own) for name in sorted(model.reads(decision)) if name.startswith(own))
    named = _places(_named(table), fields) if table else []
    return named or _places(asked, fields)


def _places(names: Iterable[str], fields: Mapping[str, Component]) -> list[str]:
    """The fields and lists that the names are of, or lie in."""
    found = (path for name in names for path in accumulate(name.split("."), "{}.{}".format) if path in fields)
    return list(dict.fromkeys(found))


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
    mine = [hit for hit in rule.hits if not hit["field"] or f"{hit['field']}.".startswith(f"{path}.")]
    return replace(rule, hits=mine) if mine or not rule.hits else replace(rule, hits=None)


def _told(value: Any) -> bool:
    """Whether people can read it: codes stand for what a form or a table calls otherwise."""
    return value is not None and not (isinstance(value, str) and value.isascii()) and not isinstance(value, Mapping)


def _typed(values: Mapping[str, Any], paths: Iterable[str]) -> bool:
    """Whether something is typed of what a rule asks for."""
    return any(_is_typed(_at(values, path)) for path in paths)


def _is_typed(value: Any) -> bool:
    if isinstance(value, (Mapping, list)):
        return any(map(_is_typed, value.values() if isinstance(value, Mapping) else value))
    return value not in (None, "", [], False)


def _earlier(form: Form, submitted: Iterable[Submitted]) -> dict[str, list[Earlier]]:
    mine = _fields(form)
    found: dict[str, list[Earlier]] = {}
    for each in submitted:
        theirs = _fields(each.form)
        for path, field in mine.items():
            at = path if path in theirs else _namesake(path, field, theirs)
            if at is None or WORDY & {field.kind, theirs[at].kind}:
                continue
            value = _at(each.values, at)
            if value not in (None, "", []) and not theirs[at].sensitive:
                found.setdefault(path, []).append(Earlier(each.title, theirs[at], value))
    return found


def _namesake(path: str, field: Component, theirs: Mapping[str, Component]) -> str | None:
    """Where a form asks for the same in another group: the one field of this key, label and kind."""
    mine = (path.rpartition(".")[2], field.label.plain, field.kind)
    found = [at for at, each in theirs.items() if (at.rpartition(".")[2], each.label.plain, each.kind) == mine]
    return found[0] if len(found) == 1 else None


def _fields(form: Form) -> dict[str, Component]:
    """Inputs outside lists, and lists, by their path."""
    found: dict[str, Component] = {}

    def walk(component: Component) -> None:
        for child in component.children:
            if child.holds_data:
                found[".".join(child.path)] = child
            else:
                walk(child)

    walk(form.root)
    return found


def _at(values: Any, path: str) -> Any:
    """What stands at a path; of a list what stands there in each row."""
    for key in path.split("."):
        if isinstance(values, list):
            values = [row.get(key) for row in values]
        else:
            values = values.get(key) if isinstance(values, Mapping) else None
    return values
