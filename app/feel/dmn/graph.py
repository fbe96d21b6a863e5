"""The requirement graph: decisions, inputs, business knowledge models and decision services, and who needs whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.feel.boundary import FINDERS, MISSING, READY, Lifted, lift_read, look_up, read_context, read_entry
from app.feel.budget import Run
from app.feel.compiler import constant
from app.feel.dmn.boxed import compile_boxed, function_code, logic
from app.feel.dmn.environment import Environment, Problem
from app.feel.dmn.tables import Table, table_of
from app.feel.dmn.xml import Element, child, children, cost, local, text_of
from app.feel.errors import DmnError, FeelSyntaxError
from app.feel.frames import Code, Frame, Scope
from app.feel.typecheck import ANY, FeelType
from app.feel.values import Function, kind

ELEMENTS = ("decision", "inputData", "businessKnowledgeModel", "decisionService")
_REQUIREMENTS = ("informationRequirement", "knowledgeRequirement")


@dataclass(eq=False)
class Item:
    """One element of the graph. `needs` maps the name it is read by to the element; imported ones under a prefix."""

    model: Model
    element: Element
    kind: str
    id: str
    name: str
    type: FeelType = ANY
    needs: dict[str, Item] = field(default_factory=dict)
    imported: dict[str, dict[str, Item]] = field(default_factory=dict)
    outputs: list[Item] = field(default_factory=list)
    params: list[Item] = field(default_factory=list)
    code: Code = constant(None)
    cost: int = 0
    scope: Scope | None = None
    table: Table | None = None

    @property
    def weight(self) -> int:
        """Steps that one evaluation is charged at the least."""
        return self.cost + (len(self.table.rules) if self.table else 0)


@dataclass(eq=False)
class Model:
    """One DMN file. `imports` are the models it imports, by the name it gives them; `path` is how it was reached."""

    namespace: str
    name: str
    env: Environment
    path: tuple[str, ...] = ()
    items: dict[str, Item] = field(default_factory=dict)
    imports: dict[str, Model] = field(default_factory=dict)

    @cached_property
    def declared(self) -> Mapping[str, Item]:
        """Its input data by name; asked for when everything is read."""
        return {item.name: item for item in self.items.values() if item.kind == "inputData"}

    def named(self, name: str, kinds: tuple[str, ...] = ELEMENTS) -> Item | None:
        for item in self.items.values():
            if item.kind in kinds and name in (item.name, item.id):
                return item
        return None


def build(model: Model, definitions: Element) -> None:
    """Fill a model from its XML, its imports being there already."""
    for element in children(definitions, *ELEMENTS):
        key = element.get("id") or element.get("name") or ""
        variable = child(element, "variable")
        type_name = None if variable is None else variable.get("typeRef")
        name = (element.get("name") or "").strip()
        type_ = model.env.type(type_name)
        if local(element) == "inputData":
            type_ = type_.opened()
        model.items[key] = Item(model, element, local(element), key, name, type_)
    for item in model.items.values():
        _connect(item)
    _refuse_cycles(model)
    for item in model.items.values():
        model.env.owner = item.name
        _refuse_languages(item)
        _compile(item)


def _refuse_languages(item: Item) -> None:
    """Keep among the problems what is written in another language: dmn-js offers JavaScript and others."""
    for element in item.element.xpath("descendant-or-self::*[@expressionLanguage]"):
        language = element.get("expressionLanguage")
        if language and "feel" not in language.lower():
            error = FeelSyntaxError(f"只能使用 FEEL，不能使用 {language}", f"{language} is not FEEL", suggestion="FEEL")
            item.model.env.problems.append(Problem(item.name, "表达式语言", text_of(element) or "", error))


def _connect(item: Item) -> None:
    for requirement in children(item.element, *_REQUIREMENTS):
        for target in children(requirement, "requiredInput", "requiredDecision", "requiredKnowledge"):
            _need(item, target.get("href", ""))
    logic_element = child(item.element, "encapsulatedLogic")
    if item.kind == "decisionService":
        item.outputs = _references(item, "outputDecision")
        item.params = _references(item, "inputData") + _references(item, "inputDecision")
    elif logic_element is not None:
        for requirement in children(logic_element, *_REQUIREMENTS):
            for target in children(requirement, "requiredKnowledge"):
                _need(item, target.get("href", ""))


def _references(item: Item, name: str) -> list[Item]:
    found = [_find(item.model, each.get("href", "")) for each in children(item.element, name)]
    return [target for _, target in filter(None, found)]


def _need(item: Item, href: str) -> None:
    found = _find(item.model, href)
    if found is None:
        return
    prefix, target = found
    if prefix:
        item.imported.setdefault(prefix, {})[target.name] = target
    else:
        item.needs[target.name] = target


def _find(model: Model, href: str) -> tuple[str, Item] | None:
    namespace, _, key = href.rpartition("#")
    if key in model.items and namespace in ("", model.namespace):
        return "", model.items[key]
    for prefix, other in model.imports.items():
        if key in other.items and namespace in ("", other.namespace):
            return prefix, other.items[key]
    return None


def _refuse_cycles(model: Model) -> None:
    done: set[Item] = set()
    for start in model.items.values():
        path: list[tuple[Item, list[Item]]] = [(start, _decisions_before(start))]
        on_path = {start}
        while path:
            item, rest = path[-1]
            if not rest:
                path.pop()
                on_path.discard(item)
                done.add(item)
                continue
            following = rest.pop()
            if following in on_path:
                raise DmnError(
                    f"决策“{following.name}”经由“{item.name}”又依赖它自己",
                    f"decision {following.name} depends on itself by way of {item.name}",
                )
            if following not in done:
                on_path.add(following)
                path.append((following, _decisions_before(following)))


def _decisions_before(item: Item) -> list[Item]:
    return [need for need in item.needs.values() if need.kind == "decision"]


def _compile(item: Item) -> None:
    env, element = item.model.env, item.element
    item.cost = cost(element)
    visible = {name for name, need in item.needs.items() if need.kind != "inputData"} | set(item.imported)
    scope = item.scope = env.scope(frozenset(visible))
    if item.kind == "decision":
        box = logic(element)
        if box is not None and local(box) == "decisionTable":
            item.table = table_of(env, box, item.name, (text_of(element, "description") or "").strip())
        item.code = compile_boxed(env, box, scope, item.name)
    elif item.kind == "businessKnowledgeModel":
        body = child(element, "encapsulatedLogic")
        if body is not None:
            box = logic(body)
            if box is not None and local(box) == "decisionTable":
                item.table = table_of(env, box, item.name, (text_of(element, "description") or "").strip())
            item.code = function_code(env, body, scope, item.name)


# Evaluation --------------------------------------------------------------------------------------------------------


class Session:
    """One evaluation of the graph: every decision at most once, and only those that are read."""

    def __init__(
        self, run: Run, model: Model, context: Mapping[str, Any], given: Mapping[Item, Any] | None = None
    ) -> None:
        self.run, self.model, self.context = run, model, context
        self.values: dict[Item, Any] = {} if given is None else dict(given)
        self.inputs: dict[Model, Inputs] = {}

    def value(self, item: Item) -> Any:
        value = self.values.get(item, self)
        if value is self:
            value = self.values[item] = _SUPPLIERS[item.kind](self, item)
        return value

    def inputs_of(self, model: Model) -> Inputs:
        if model not in self.inputs:
            self.inputs[model] = Inputs(self, model)
        return self.inputs[model]


class Inputs(Lifted):
    """The caller's context as one model sees it: declared inputs take their declared types."""

    def __init__(self, session: Session, model: Model) -> None:
        self.session = session
        self.declared = model.declared
        self.find = FINDERS.get(type(session.context), look_up)
        self.lifts = not isinstance(session.context, Lifted)

    def __missing__(self, name: str) -> Any:
        if name in self.declared:
            value = self.session.value(self.declared[name])
        else:
            value = self.find(self.session.context, name)
            if self.lifts and type(value) not in READY and value is not MISSING:
                value = lift_read(self.session.run, value)
        self[name] = value
        return value


class Needs(dict[str, Any]):
    """What an element requires, evaluated when it is read."""

    def __init__(self, session: Session, items: Mapping[str, Item], imported: Mapping[str, Mapping[str, Item]]) -> None:
        self.session, self.items_by_name, self.imported = session, items, imported

    def __missing__(self, name: str) -> Any:
        if name in self.items_by_name:
            value = self.session.value(self.items_by_name[name])
        else:
            value = Needs(self.session, self.imported[name], {})
        self[name] = value
        return value


def _input(session: Session, item: Item) -> Any:
    value = read_context(session.run, session.context, item.name, MISSING)
    if value is MISSING:
        value = _imported_input(session, item)
    return item.type.coerce(session.run, value)


def _imported_input(session: Session, item: Item) -> Any:
    """An input of an imported model, given under the names of the imports: nested, or dotted."""
    path = item.model.path
    dotted = read_context(session.run, session.context, ".".join((*path, item.name)), MISSING)
    if dotted is not MISSING or not path:
        return None if dotted is MISSING else dotted
    value = read_context(session.run, session.context, path[0])
    for name in (*path[1:], item.name):
        value = read_entry(value, name) if kind(value) == "context" else None
    return value


def _decision(session: Session, item: Item) -> Any:
    session.run.charge(item.cost)
    needs = Needs(session, item.needs, item.imported) if item.needs or item.imported else {}
    value = item.code(Frame(needs, None, session.inputs_of(item.model), session.run))
    return value if item.type is ANY else item.type.coerce(session.run, value)


def _knowledge(session: Session, item: Item) -> Any:
    """The function of a business knowledge model; it sees its parameters and what it requires, nothing else."""
    made = item.code(Frame(Needs(session, item.needs, item.imported), None, {}, session.run))
    if not isinstance(made, Function):
        return None
    call, wanted = made.call, _result_type(item.type)
    return Function(made.params, lambda run, args: wanted.coerce(run, call(run, args)), made.types, made.name)


def _result_type(declared: FeelType) -> FeelType:
    """What an invocable gives: models declare it as a function type, or as the type of its result."""
    return (declared.result or ANY) if declared.kind == "function" else declared


def _service(session: Session, item: Item) -> Function:
    """A decision service as a function of its input data and input decisions, in that order."""
    params = tuple(param.name for param in item.params)
    wanted = _result_type(item.type)

    def call(run: Run, args: list[Any]) -> Any:
        run.charge(item.cost)
        if not all(param.type.accepts(run, args, i) for i, param in enumerate(item.params)):
            return None
        inner = Session(
            run, item.model, Lifted(zip(params, args, strict=True)), dict(zip(item.params, args, strict=True))
        )
        return wanted.coerce(run, run.deeper(lambda session: _service_result(session, item), inner))

    return Function(params, call, tuple(param.type for param in item.params), item.name)


def _service_result(session: Session, item: Item) -> Any:
    if len(item.outputs) == 1:
        return session.value(item.outputs[0])
    return {output.name: session.value(output) for output in item.outputs}


_SUPPLIERS: dict[str, Callable[[Session, Item], Any]] = {
    "inputData": _input,
    "decision": _decision,
    "businessKnowledgeModel": _knowledge,
    "decisionService": _service,
}
