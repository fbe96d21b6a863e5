"""The door of DMN: load a model, decide, and hear which rows fired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from app.feel.boundary import SAME_OUTSIDE, export, read_context
from app.feel.budget import Budget, Run, too_deep
from app.feel.dmn.analyse import Finding, analyse
from app.feel.dmn.collecting import put_off
from app.feel.dmn.environment import Environment, Problem
from app.feel.dmn.graph import Item, Model, Session, build
from app.feel.dmn.items import declare
from app.feel.dmn.survey import Survey, survey
from app.feel.dmn.tables import Fired, Row, Table
from app.feel.dmn.xml import Element, children, read
from app.feel.errors import DmnError
from app.feel.shapes import Shape

_NAMED = frozenset(
    ("variable", "inputData", "decision", "businessKnowledgeModel", "decisionService", "itemComponent")
    + ("formalParameter", "column", "output", "import", "parameter", "parameters")
)


class Outcome(NamedTuple):
    """What a decision gave.

    rows: the rows of its own table that fired (index from 1), in the order of the result. inputs: what its input
    columns saw, by label. trace: the same for every table evaluated on the way, in order. asked_clock: `now()` or
    `today()` was called, so that the names that were read do not tell all that it depends on.
    """

    result: Any
    rows: tuple[Row, ...] = ()
    inputs: Mapping[str, Any] = MappingProxyType({})
    trace: tuple[Fired, ...] = ()
    asked_clock: bool = False


class Decisions:
    """A loaded model. Immutable, so that threads may share it."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._found: dict[str, Item] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the decisions, in the order of the file."""
        return tuple(item.name for item in self.model.items.values() if item.kind == "decision")

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the decisions, in the order of the file: what a diagram refers to."""
        return tuple(item.id for item in self.model.items.values() if item.kind == "decision")

    def label(self, decision_id: str) -> str:
        """What its author called a decision; the id where there is no such decision or it has no name."""
        item = self.model.items.get(decision_id)
        return item.name if item is not None and item.name else decision_id

    def id_of(self, name: str) -> str:
        """The id of an element by its name or id; the name itself where there is none."""
        item = self.model.named(name)
        return item.id if item is not None else name

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Pieces of FEEL that cannot be read; they count as null."""
        return tuple(self.model.env.problems)

    def decide(
        self, name: str, context: Mapping[str, Any], budget: Budget | None = None, *,
        explain: bool = False, given: Sequence[Any] | None = None,
    ) -> Outcome:  # fmt: skip
        """Evaluate a decision, a decision service or a business knowledge model, by name or id.

        explain: the trace tells of every row which cells hold. given: what the columns of its own table see instead of
        what they ask for.

        DmnError where there is none. Whatever else the context raises passes through untouched; BudgetError past the
        limits.
        """
        item = self._find(name)
        run = Run(budget)
        run.trace, run.explains = [], explain
        if given is not None:
            run.given = {item.name: given}
        try:
            session = Session(run, self.model, context)
            result = _result(item, session, run)
            if type(result) not in SAME_OUTSIDE:
                result = export(result, run.size)
            trace = tuple([Fired(owner, rows, export(seen, run.size), held) for owner, rows, seen, held in run.trace])
        except RecursionError:
            raise too_deep() from None
        session.inputs.clear()  # they know the session: a circle would wait for the collector
        own = next((fired for fired in reversed(trace) if fired.owner == item.name), None)
        if own is None:
            own = trace[-1] if trace and item.table is None else Fired(item.name, (), {})
        return Outcome(result, own.rows, own.inputs, trace, run.asked_clock)

    def table(self, name: str) -> Table | None:
        """The decision table of a decision or a business knowledge model; None where it is another expression."""
        return self._find(name).table

    def reads(self, name: str) -> frozenset[str]:
        """Dotted names that a decision, with all it requires, may ask of the context.

        A name inside a filter is among them, though it may turn out to be an entry of the items.
        """
        found: set[str] = set()
        seen: set[Item] = set()
        stack = [self._find(name)]
        while stack:
            item = stack.pop()
            if item in seen:
                continue
            seen.add(item)
            if item.scope is not None and item.kind == "decision":
                found.update(item.scope.reads)
            stack += [*item.needs.values(), *item.outputs]
            stack += [each for needs in item.imported.values() for each in needs.values()]
        return frozenset(found)

    def survey(self, name: str, scope: Mapping[str, Shape]) -> Survey:
        """What a decision gives where it reads `scope`, and every piece of FEEL in it and in what it requires."""
        return survey(self._find(name), scope)

    def analyse(self, names: Iterable[str] | None = None) -> list[Finding]:
        """What to tell the owner of the model: FEEL that cannot be read, overlaps, gaps, rows that never fire.

        names: the dotted paths the context will have; with them, names that nobody declares are found too.
        """
        return analyse(self.model, names)

    def _find(self, name: str) -> Item:
        found = self._found.get(name)
        if found is not None:
            return found
        for kinds in (("decision",), ("decisionService", "businessKnowledgeModel")):
            item = self.model.named(name, kinds)
            if item is not None:
                return self._found.setdefault(name, item)
        known = "、".join(self.names) or "无"
        raise DmnError(f"没有名为“{name}”的决策（现有：{known}）", f"there is no decision {name!r}")


def _result(item: Item, session: Session, run: Run) -> Any:
    if item.kind == "decision":
        return session.value(item)
    function = session.value(item)
    if function is None:
        return None
    inputs = session.context
    if any(param not in inputs for param in function.params):
        return None
    return function.apply(run, [read_context(run, inputs, param) for param in function.params])


@put_off()
def load(xml: str | bytes, imports: Iterable[str | bytes] = ()) -> Decisions:
    """Read a DMN file (1.1 to 1.5). `imports` are the files it imports, found by their namespaces.

    DmnError where it is no DMN, or its decisions go in a circle. FEEL that cannot be read is kept in `problems`.
    """
    roots = {root.get("namespace", ""): root for root in map(read, imports)}
    try:
        return Decisions(_load(read(xml), roots, ()))
    except RecursionError:
        raise DmnError("DMN 文件里的类型或表达式嵌套过深", "types or expressions are nested too deeply") from None


def _load(root: Element, others: Mapping[str, Element], above: tuple[str, ...], path: tuple[str, ...] = ()) -> Model:
    """`above` are the namespaces of the models that import this one, `path` the names they give it."""
    namespace = root.get("namespace", "")
    if namespace in above:
        raise DmnError("DMN 文件相互导入，形成了循环", "DMN files import each other in a circle")
    env = Environment()
    model = Model(namespace, root.get("name", ""), env, path)
    names = set(_names(root))
    for element in children(root, "import"):
        other = others.get(element.get("namespace", ""))
        if other is None or "DMN" not in (element.get("importType") or "DMN"):
            continue
        prefix = element.get("name", "")
        inner = (*path, prefix) if prefix else path
        model.imports[prefix] = imported = _load(other, others, (*above, namespace), inner)
        names |= imported.env.names
        env.types |= {f"{prefix}.{name}" if prefix else name: t for name, t in imported.env.types.items()}
    env.names = frozenset(names)
    declare(env, root)
    build(model, root)
    return model


def _names(root: Element) -> Iterable[str]:
    for element in root.iter(*(f"{{*}}{kind}" for kind in _NAMED)):
        yield (element.get("name") or "").strip()
    yield from filter(None, root.xpath("descendant-or-self::*/@iteratorVariable"))
