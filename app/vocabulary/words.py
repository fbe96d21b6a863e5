"""The words of one process: who gives each name, of which shape, and on which paths it has a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any

from app.definitions.bundle import Bundle
from app.effects import SCHEMAS
from app.engine import script
from app.engine.outline import Outline, Point
from app.feel import FeelError, Inferred, compile, infer, shapes
from app.feel.shapes import UNKNOWN, Shape, join, typed
from app.vocabulary.facts import World
from app.vocabulary.given import ITEM, ORIGINS
from app.vocabulary.graph import AFTER, Ways
from app.vocabulary.paths import Paths, Writes, script_of

HUMAN = ("userTask", "manualTask")
OWN_FIELD = "本表单"
_NOT_IN_FORMS = frozenset({"figure", "optional_figure", "notice", "today", "now", "programme", "actor"})
CATCHES = ("intermediateCatchEvent", "boundaryEvent", "receiveTask")


@dataclass(frozen=True, slots=True)
class Name:
    """A name that may be read at a point. type: as FEEL writes it. missing_on: a path on which it has no value.
    choices: the only values that it can have besides null, where they are known."""

    path: str
    type: str
    title: str
    origin: str
    missing_on: str = ""
    choices: tuple[Any, ...] = ()

    @property
    def certain(self) -> bool:
        return not self.missing_on


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be read at one point: shapes by first name, with origins; `missing` tells a path without a name."""

    shapes: Mapping[str, Shape]
    origins: Mapping[str, str]
    missing: Mapping[str, str]

    def names(self) -> Iterator[Name]:
        """All names with their members, each under its path; members of a list's items after `[]`."""
        for root, shape in sorted(self.shapes.items()):
            yield from self._under(root, shape, self.origins.get(root, ""))

    def _under(self, path: str, shape: Shape, origin: str) -> Iterator[Name]:
        root = path.partition(".")[0]
        missing = self.missing.get(path) or self.missing.get(root, "")
        yield Name(path, str(shape), shape.title, self.origins.get(path, origin), missing, shape.choices)
        inner, step = (shape.item, "[].") if shape.kind == "list" else (shape, ".")
        for name, member in (inner.members if inner is not None else {}).items():
            yield from self._under(f"{path}{step}{name}", member, self.origins.get(path, origin))


def own_fields(bundle: Bundle, form: str) -> Scope:
    """What a form asks for."""
    fields = bundle.form(form).shape.members
    return Scope(fields, dict.fromkeys(fields, OWN_FIELD), {})


def look(text: str, scope: Mapping[str, Shape]) -> Inferred | None:
    """What is known of a FEEL text that may carry Camunda's leading `=`; None where it cannot be read."""
    try:
        plain = script.plain(text)
        return infer(plain, compile(plain).tree, scope)
    except FeelError:
        return None


class Words:
    """All names of one process. host: what the engine's host gives; application and case: what the case begins with."""

    def __init__(
        self, bundle: Bundle, key: str, outline: Outline, host: Mapping[str, Shape], application: Shape, case: Shape
    ) -> None:
        self.bundle, self.key, self.outline = bundle, key, outline
        self.file: str = bundle.manifest["processes"][key]
        self.ways = Ways(outline, outline.main)
        self.given = {**host, "application": application, "case": case}
        self.origins: dict[str, str] = dict(ORIGINS)
        self.answers: set[str] = set()
        self.roots: dict[str, Shape] = dict(self.given)
        self._gather()

    # Who gives which name ----------------------------------------------------------------------------------------

    def _gather(self) -> None:
        """Two rounds, since what a table or script gives depends on names that may stand behind it on the page."""
        for _ in range(2):
            made: dict[str, Shape] = {}
            for point in self.points():
                for path, shape in self.gives(point):
                    made[path] = shape if path not in made else join(made[path], shape)
            self.roots = {**self.given, **{path: shape for path, shape in made.items() if "." not in path}}
            for path, shape in made.items():
                if "." in path:
                    self._add(path.split("."), shape)

    def _add(self, path: list[str], shape: Shape) -> None:
        root, *steps = path

        def put(here: Shape, steps: list[str]) -> Shape:
            if not steps:
                return shape
            inner = put(here.members.get(steps[0], shapes.context()), steps[1:])
            return here.with_members({steps[0]: inner})

        self.roots[root] = put(self.roots.get(root, shapes.context()), steps)

    def points(self) -> Iterator[Point]:
        """The elements that a case can come to."""
        reached = self.ways.reach([self.ways.start])
        return (point for point in self.outline.points.values() if point.id in reached)

    def gives(self, point: Point) -> Iterator[tuple[str, Shape]]:
        """The names that an element leaves, as dotted paths."""
        element = point.element
        result = element.attributes.get("resultVariable", "")
        if element.type in HUMAN:
            self.answers.add(element.id)
            yield self._given(point, element.id, self.answer(point), f"环节“{element.label}”的填写")
        elif element.type == "businessRuleTask" and (decision := element.attributes.get("decisionRef", "")):
            shape = self.decided(decision, self.own(point))
            yield self._given(point, result or element.id, shape, f"“{element.label}”的决策结果")
        elif element.type == "serviceTask" and result:
            yield self._given(point, result, self.effected(point), f"步骤“{element.label}”的结果")
        elif element.type == "scriptTask":
            for path, inferred in self.assigned(point):
                self.origins[".".join(path)] = f"脚本“{element.label}”"
                yield ".".join(path), inferred.shape.titled(f"“{element.label}”记录")
        elif element.type in CATCHES and point.message:
            self.origins[point.message] = f"消息“{point.message}”"
            yield point.message, shapes.context(f"消息“{point.message}”", open=True)
        scope = {**self.roots, **self.own(point), **self.left(point)}
        for name, text in element.outputs.items():
            found = look(text, scope)
            yield self._given(point, name, found.shape if found else UNKNOWN, f"“{element.label}”的输出")

    def _given(self, point: Point, name: str, shape: Shape, origin: str) -> tuple[str, Shape]:
        self.origins[name] = origin
        titled = replace(shape, title=point.element.label)
        return name, shapes.listing(titled, point.element.label) if self.repeated(point) else titled

    def repeated(self, point: Point) -> bool:
        around = (point, *self.ways.around(point))
        return any(outer.many for outer in around) or any(map(self.repeated, self.ways.callers(around[-1])))

    def answer(self, point: Point) -> Shape:
        """What the form of a human task gives."""
        key = point.element.attributes.get("formKey", "")
        return self.bundle.form(key).shape if key in self.bundle.files else UNKNOWN

    def filled(self, key: str) -> Scope:
        """What conditions of a form may read: its own fields, and what was known before it."""
        own = own_fields(self.bundle, key)
        return Scope({**self.before_form(), **own.shapes}, {**self.origins, **own.origins}, {})

    def before_form(self) -> dict[str, Shape]:
        """What a form may read besides its own fields."""
        return {name: shape for name, shape in self.roots.items() if name not in _NOT_IN_FORMS}

    def effected(self, point: Point) -> Shape:
        schema = SCHEMAS.get(point.element.attributes.get("topic", ""))
        if schema is None:
            return UNKNOWN
        members = {name: typed(text) for name, text in (schema.result or {}).items()}
        return Shape("context", schema.title, members)

    def decided(self, decision: str, own: Mapping[str, Shape]) -> Shape:
        model = self.bundle.decisions.get(decision)
        return UNKNOWN if model is None else model.survey(decision, {**self.roots, **own}).shape

    def assigned(self, point: Point) -> Iterator[tuple[tuple[str, ...], Inferred]]:
        """The assignments of a script with what is known of their values."""
        for path, tree, text in script_of(point):
            yield path, infer(text, tree, {**self.roots, **self.own(point)})

    # What only a point has ---------------------------------------------------------------------------------------

    def left(self, point: Point) -> dict[str, Shape]:
        """What only the outputs of an element read: the answer that is given to it, what went into a called process."""
        if point.element.type in HUMAN:
            return {point.id: self.answer(point)}
        return self._passed(point) if point.called else {}

    def own(self, point: Point, *, passed: bool = True) -> dict[str, Shape]:
        """The item of the multi-instance activity that the element is, or stands in, and what was passed to the called
        process that it stands in; nearest wins. What every caller passes is there, `passed`, unless people read it."""
        around = (point, *self.ways.around(point))
        outside = [{**self.own(each), **self._passed(each)} for each in self.ways.callers(around[-1])]
        common = frozenset.intersection(*map(frozenset, outside)) if outside and passed else frozenset[str]()
        names = {name: reduce(join, (each[name] for each in outside)) for name in common}
        return {**names, **self._items(around)}

    def _passed(self, point: Point) -> dict[str, Shape]:
        """What a call activity passes in."""
        scope = {**self.roots, **self.own(point)}
        found = {name: look(text, scope) for name, text in point.element.inputs.items()}
        return {name: each.shape.titled("传入") if each else UNKNOWN for name, each in found.items()}

    def _items(self, around: Iterable[Point]) -> dict[str, Shape]:
        names: dict[str, Shape] = {}
        for outer in around:
            if outer.many:
                item = self._item(outer).titled(ITEM)
                mine = {"item": item, "loopCounter": typed("number", "第几项", certain=True)}
                names = {**mine, **({outer.element.item_name: item} if outer.element.item_name else {}), **names}
                inside = (inner for inner in self.ways.within(outer.id) if inner.element.type in HUMAN)
                names |= {inner.id: UNKNOWN for inner in inside}
        return names

    def _item(self, point: Point) -> Shape:
        collection = next((text.expression for text in point.texts if text.role == "collection"), "")
        found = look(collection, self.roots)
        return (found.shape.item or UNKNOWN) if found and found.shape.kind == "list" else UNKNOWN

    # On which paths ----------------------------------------------------------------------------------------------

    @cached_property
    def paths(self) -> Paths:
        writes = {point.id: self._writes(point) for point in self.points()}
        return Paths(self.ways, writes, World(self.roots), frozenset(self.given))

    def _writes(self, point: Point) -> Writes:
        names = frozenset(path for path, _ in self.gives(point) if not self.begins_with(path))
        cleared = frozenset(".".join(path) for path, _, text in script_of(point) if text.strip() == "null")
        cleared |= {name for name, text in point.element.outputs.items() if script.plain(text) in ("", "null")}
        entry: set[str] = set(names if point.many else ())
        if point.many:
            for inner in self.ways.within(point.id):
                entry |= {path for path, _ in self.gives(inner)} if inner.element.type != "scriptTask" else set()
        answers = names & self.answers | ({point.message} if point.message else set())
        return Writes(names - cleared, frozenset(entry), cleared, frozenset(answers))

    def begins_with(self, path: str) -> bool:
        """Whether the case has a name from its start, though a script may set it anew."""
        root, *rest = path.split(".")
        here: Shape | None = self.given.get(root)
        for name in rest:
            here = here.members.get(name) if here is not None else None
        return here is not None

    def scope(self, point: Point, *, after: bool = False, own: Mapping[str, Shape] | None = None) -> Scope:
        """What may be read at an element: before it, or `after` it. `own`: further names that only this place has."""
        key = point.id + AFTER if after else point.id
        paths = self.paths
        possible = paths.possible(key) | frozenset(self.given)
        mine = {**self.own(point), **(own or {})}
        shown = {root: self._without(root, shape, possible) for root, shape in self.roots.items() if root in possible}
        missing = {}
        for name in paths.tracked & possible:
            if name.partition(".")[0] not in mine and (state := paths.missing(key, [name])):
                missing[name] = paths.tell(state)
        origins = {**self.origins, **dict.fromkeys(mine, ITEM)}
        return Scope({**shown, **mine}, origins, missing)

    def _without(self, root: str, shape: Shape, possible: Iterable[str]) -> Shape:
        """A shape without the members that scripts add elsewhere."""
        later = {
            name.split(".")[1]
            for name in self.paths.tracked - frozenset(possible)
            if name.startswith(f"{root}.") and name.count(".") == 1
        }
        if not later or shape.kind != "context":
            return shape
        original = self.given.get(root, UNKNOWN).members
        return replace(shape, members={k: v for k, v in shape.members.items() if k not in later or k in original})
