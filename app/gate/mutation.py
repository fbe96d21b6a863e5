"""Switching rules off, one by one: a story proves a clause when it breaks without the rule that carries it.

A mutant is a bundle that lacks one row of a table, one figure of a decision, one property of an element (a guard,
competence, clock, separation of duties), one way out of a gateway, or what one service or script task does. A mutant
that cannot be read proves nothing.

What a mutant cites is written at the rule itself, not at what it hangs on: a task may cite five clauses and its clock
one. And what a story shows of a clause is said by the step that cites it: a story that breaks elsewhere noticed
something, but not that.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.core.actor import SYSTEM
from app.core.clock import MovableClock
from app.core.paths import BUNDLES, TEMPLATES
from app.definitions import publishing
from app.definitions.bundle import Bundle
from app.definitions.errors import BundleError
from app.definitions.folder import read_folder
from app.definitions.names import EVERYWHERE
from app.engine import DiagramError
from app.feel import FeelError
from app.figures.content import seeded
from app.identity import operations as identity
from app.scenarios.play import play
from app.scenarios.story import Story, load_story
from app.scenarios.world import LONG_AGO, World, WorldTemplate

_RULE = re.compile(r"[ \t]*<rule\b.*?</rule>\n?", re.S)
_TASK = re.compile(r"<bpmn:(?:userTask|startEvent)\b[^>]*?\bid=\"([^\"]+)\".*?</bpmn:(?:userTask|startEvent)>", re.S)
_SERVICE = re.compile(r"<bpmn:serviceTask id=\"([^\"]+)\" name=\"([^\"]+)\"[^>]*>(.*?)</bpmn:serviceTask>", re.S)
_SCRIPT = re.compile(r"<bpmn:scriptTask id=\"([^\"]+)\"[^>]*>.*?<bpmn:script>(.*?)</bpmn:script>", re.S)
_FLOW = re.compile(
    r"<bpmn:sequenceFlow id=\"[^\"]+\"[^>]*? sourceRef=\"([^\"]+)\" targetRef=\"([^\"]+)\">\s*"
    r"<bpmn:conditionExpression[^>]*>(.*?)</bpmn:conditionExpression>",
    re.S,
)
_DECISION = re.compile(r"<decision id=\"([^\"]+)\".*?</decision>", re.S)
_FIGURE = re.compile(r"\b(?:optional_)?figure\.(\w+)")
_DESCRIPTION = re.compile(r"<description>.*?</description>", re.S)
_EXTENSION = re.compile(r"<bpmn:extensionElements>.*?</bpmn:extensionElements>", re.S)
_PROPERTY = re.compile(
    r"[ \t]*<camunda:property name=\"(guards|competence|clock|separateFrom|identity)\" value=\"([^\"]*)\" />\n?"
)


_IDLE = "case.switched_off = true"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bundle (by the name of its folder) with one rule less; `what` names it, `clauses` are those it cites."""

    bundle: str
    what: str
    clauses: frozenset[str]
    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """A story that breaks, without a rule (the mutant's `what`), at the step that cites the clause (0: its end)."""

    bundle: str
    rule: str
    story: str
    step: int


def mutants(folder: Path) -> Iterator[Mutant]:
    """Every way to switch one rule of a bundle off."""
    bundle = Bundle.from_folder(folder)
    for path, content in read_folder(folder).items():
        text = content.decode() if path.endswith((".dmn", ".bpmn")) else ""
        if path.endswith(".dmn"):
            yield from _without_rows(folder.name, path, text)
            yield from _without_figures(folder.name, path, text)
        elif path.endswith(".bpmn"):
            yield from _without_properties(folder.name, path, text, bundle)
            yield from _without_services(folder.name, path, text, _elements(bundle))
            yield from _without_scripts(folder.name, path, text, _elements(bundle))
            yield from _without_ways(folder.name, path, text, _elements(bundle))


def _without_rows(bundle: str, path: str, text: str) -> Iterator[Mutant]:
    for rule in _RULE.finditer(text):
        decision = re.findall(r"<decision id=\"([^\"]+)\"", text[: rule.start()])[-1]
        number = text[text.rfind("<decision id=", 0, rule.start()) : rule.start()].count("<rule") + 1
        content = text[: rule.start()] + text[rule.end() :]
        yield Mutant(bundle, f"{decision}, row {number}", _cited(rule[0]), path, content.encode())


def _without_figures(bundle: str, path: str, text: str) -> Iterator[Mutant]:
    """A decision that counts a figure as nothing; cited is what sets the figure, and where it is used."""
    for decision in _DECISION.finditer(text):
        for key in dict.fromkeys(_FIGURE.findall(decision[0])):
            used = re.compile(rf"\b(?:optional_)?figure\.{key}\b")
            rows = [rule for rule in _RULE.findall(decision[0]) if used.search(rule)]
            entry = seeded().figures.get(key)
            cited = " ".join([_description(decision[0]), *rows, entry.clause if entry else ""])
            content = text[: decision.start()] + used.sub("0", decision[0]) + text[decision.end() :]
            yield Mutant(bundle, f"{decision[1]} without figure.{key}", _cited(cited), path, content.encode())


def _without_properties(bundle: str, path: str, text: str, read: Bundle) -> Iterator[Mutant]:
    """Guards one by one; a guard and a competence cite what their table is about, a clock its clause."""
    elements = _elements(read)
    for task in _TASK.finditer(text):
        for found in _PROPERTY.finditer(task[0]):
            kind, value = found.groups()
            for each in value.split(",") if kind == "guards" else [value]:
                rest = [other for other in value.split(",") if kind == "guards" and other != each]
                kept = found[0].replace(value, ",".join(rest)) if rest else ""
                at = task.start() + found.start()
                content = text[:at] + kept + text[at + len(found[0]) :]
                what = f"{path}: {task[1]} without {kind}{f' {each}' if kind == 'guards' else ''}"
                cited = _cited(_of_property(read, kind, each, elements.get(task[1], "")))
                yield Mutant(bundle, what, cited, path, content.encode())


def _of_property(bundle: Bundle, kind: str, value: str, documentation: str) -> str:
    """Where a property names a rule, what that cites; the element's own words otherwise."""
    if kind == "clock":
        return bundle.clocks[value].clause
    if kind not in ("guards", "competence"):
        return documentation
    text = bundle.files[bundle.file_of(value)].decode()
    return next(_description(found[0]) for found in _DECISION.finditer(text) if found[1] == value)


def _description(decision: str) -> str:
    """What a decision says of itself, before its rows."""
    found = _DESCRIPTION.search(decision.partition("<rule")[0])
    return found[0] if found else ""


def _without_services(bundle: str, path: str, text: str, cited: Mapping[str, str]) -> Iterator[Mutant]:
    """What waits at a boundary event stays: without it the diagram is none."""
    for task in _SERVICE.finditer(text):
        id, name, inside = task.groups()
        if f'attachedToRef="{id}"' in text:
            continue
        script = f"<bpmn:script>{_IDLE}</bpmn:script>"
        idle = f'<bpmn:scriptTask id="{id}" name="{name}" scriptFormat="feel">{_EXTENSION.sub("", inside)}{script}'
        content = f"{text[: task.start()]}{idle}</bpmn:scriptTask>{text[task.end() :]}"
        yield Mutant(bundle, f"{path}: {id} does nothing", _cited(cited.get(id, "")), path, content.encode())


def _without_scripts(bundle: str, path: str, text: str, cited: Mapping[str, str]) -> Iterator[Mutant]:
    for task in _SCRIPT.finditer(text):
        content = text[: task.start(2)] + _IDLE + text[task.end(2) :]
        clauses = _cited(cited.get(task[1], ""))
        yield Mutant(bundle, f"{path}: {task[1]} records nothing", clauses, path, content.encode())


def _without_ways(bundle: str, path: str, text: str, cited: Mapping[str, str]) -> Iterator[Mutant]:
    """A gateway that never takes one of its ways; the default has no condition and stays."""
    for flow in _FLOW.finditer(text):
        content = text[: flow.start(3)] + "=false" + text[flow.end(3) :]
        clauses = _cited(cited.get(flow[1], ""))
        yield Mutant(bundle, f"{path}: {flow[1]} never leads to {flow[2]}", clauses, path, content.encode())


def _elements(bundle: Bundle) -> dict[str, str]:
    diagrams = [bundle.process(key) for key in bundle.manifest["processes"]]
    return {id: element.documentation for each in diagrams for id, element in each.elements.items()}


def _cited(text: str) -> frozenset[str]:
    return frozenset(seeded().ids_in(text))


class Judge:
    """Plays stories on mutants; the scratch database is built once."""

    def __init__(self, bundles: Path = BUNDLES) -> None:
        self._bundles = bundles
        self._files: dict[str, dict[str, bytes]] = {}
        self._template = WorldTemplate(bundles, TEMPLATES)

    def close(self) -> None:
        self._template.close()

    def breaks_at(self, mutant: Mutant, story: Story) -> int | None:
        """The step at which a story breaks without the rule (0: its end); None where it holds."""
        if mutant.bundle not in self._files:
            self._files[mutant.bundle] = read_folder(self._bundles / mutant.bundle)
        files = {**self._files[mutant.bundle], mutant.path: mutant.content}
        try:
            _read(Bundle(files))
        except (BundleError, DiagramError, FeelError):
            return None
        problems = play(_Mutated(self._template, files), story).problems
        return problems[0][0] if problems else None


def _read(bundle: Bundle) -> None:
    """Raises what a diagram or a table that is none raises."""
    for key in bundle.manifest["processes"]:
        bundle.process(key)
    if not bundle.decisions:
        raise BundleError(["没有决策表"])


@dataclass(frozen=True, slots=True)
class _Mutated:
    """Worlds in which a bundle is replaced."""

    template: WorldTemplate
    files: Mapping[str, bytes]

    def open(self, clock: MovableClock) -> World:
        world = self.template.open(clock)
        region = Bundle(self.files).region_code
        with world.database.write() as session:
            scope = identity.ensure_region(session, str(region)).id if region else EVERYWHERE
            day = publishing.first_day(self.files)
            publishing.put_in_force(session, SYSTEM, self.files, LONG_AGO, scopes=[scope], in_force_from=day)
        return world


def stories_of(bundles: Path, bundle: str) -> dict[str, Story]:
    """The stories beside a bundle, by file name."""
    return {path.name: load_story(path) for path in sorted((bundles / bundle / "scenarios").glob("*.yaml"))}


def prove(
    judge: Judge, clause: str, until: float, taken: Collection[tuple[str, str]] = (), bundles: Path = BUNDLES
) -> Proof | None:
    """The first story that breaks, without a rule that cites a clause, at a step that cites it too.

    Rules that cite the fewest clauses are tried first; those `taken` (bundle, rule) prove another clause already.
    `until` is a moment of `time.monotonic` that bounds the search.
    """
    for folder in sorted(path.parent for path in bundles.glob("*/bundle.yaml")):
        stories = stories_of(bundles, folder.name)
        showing = {name: steps for name, story in stories.items() if (steps := story.shows(clause))}
        carrying = [mutant for mutant in mutants(folder) if clause in mutant.clauses] if showing else []
        for mutant in sorted(carrying, key=lambda each: len(each.clauses)):
            for name, steps in showing.items():
                if (folder.name, mutant.what) in taken:
                    continue
                if time.monotonic() > until:
                    return None
                at = judge.breaks_at(mutant, stories[name])
                if at in steps:
                    return Proof(folder.name, mutant.what, name, at)
    return None


def still_holds(judge: Judge, proof: Proof, clause: str, bundles: Path = BUNDLES) -> bool:
    """Whether a proof that was found before is one today."""
    folder = bundles / proof.bundle
    story = stories_of(bundles, proof.bundle).get(proof.story) if folder.exists() else None
    if story is None or proof.step not in story.shows(clause):
        return False
    mutant = next((each for each in mutants(folder) if each.what == proof.rule and clause in each.clauses), None)
    return mutant is not None and judge.breaks_at(mutant, story) == proof.step
