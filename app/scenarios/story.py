"""A story (YAML or JSON) as the runner plays it: see docs/scenarios.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from app.core import marked_yaml
from app.core.strict_yaml import NotYaml
from app.identity.positions import trimmed
from app.scenarios import format as form

APPLICANTS_ACTS = frozenset({"apply", "object", "withdraw"})


class StoryError(Exception):
    """The file is no story; the message is Chinese and names line and key. `problems` are its parts."""

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = problems or [message]


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `actor` is `applicant`, `system` or a position: `position`, `position@region`, `position#2`.

    `case` is the label of the case that it is about, or of what it opens. `cites` are the clauses that its
    expectations show.
    """

    do: str
    actor: str
    at: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)
    expect: dict[str, Any] = field(default_factory=dict)
    case: str | None = None
    programme: str | None = None
    region: str | None = None
    cites: tuple[str, ...] = ()

    @property
    def position(self) -> str:
        return self.actor.partition("#")[0].partition("@")[0]

    @property
    def office_region(self) -> str | None:
        """The region of somebody of another office."""
        return trimmed(self.actor.partition("#")[0].partition("@")[2]) or None

    @property
    def holder(self) -> int | None:
        """Which of the holders acts (from 1), where the story names one: nobody else acts for them."""
        number = self.actor.partition("#")[2]
        return int(number) if number else None


@dataclass(frozen=True, slots=True)
class Story:
    """A story as loaded; `region` is the code of the place where the case is handled.

    `parameters` has for each region the sets of figures that come into force, each with its own `from`. `cites` are
    the clauses of the story and of its steps.
    """

    title: str
    cites: list[str]
    programme: str
    region: str
    clock: datetime
    steps: list[Step]
    end: dict[str, Any]
    parameters: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    registry: dict[str, Any] = field(default_factory=dict)

    def shows(self, clause: str) -> frozenset[int]:
        """The steps (from 1; 0 is the end) whose expectations show what a clause demands."""
        steps = {number for number, step in enumerate(self.steps, 1) if clause in step.cites}
        return frozenset(steps | {0} if clause in self.end.get("cites", ()) else steps)


def load_story(path: Path) -> Story:
    """Read a story file. Raises StoryError."""
    try:
        return parse_story(path.read_bytes(), path.stem)
    except OSError as error:
        raise StoryError(f"读不到文件：{error.strerror}") from error


def parse_story(text: bytes, name: str = "") -> Story:
    """A story from its text. Raises StoryError."""
    try:
        marked = marked_yaml.load(text, name or "故事")
    except NotYaml as error:
        raise StoryError(str(error)) from error
    faults: list[form.Fault] = []
    data = form.read(form.STORY, marked.content, (), faults)
    steps = [_step(step, ("steps", place), faults) for place, step in enumerate(data.get("steps", ()))]
    end = data.get("end") or {}
    _check_labels(steps, end, faults)
    if faults:
        problems = list(form.told(faults, marked.line))
        raise StoryError(f"故事格式不正确：{'；'.join(problems)}", problems)
    named = [*data.get("cites", ()), *(clause for step in steps for clause in step.cites), *end.get("cites", ())]
    return Story(
        title=data.get("title") or name,
        cites=list(dict.fromkeys(named)),
        programme=data["programme"],
        region=data["region"],
        clock=data["clock"],
        steps=steps,
        end=end,
        parameters=data.get("parameters") or {},
        registry=data.get("registry") or {},
    )


def _step(given: dict[str, Any], path: tuple[str | int, ...], faults: list[form.Fault]) -> Step:
    """Who acts, where a step names nobody: the applicant applies and withdraws, nobody is needed to wait."""
    do = given.get("do") or ""
    actor = given.get("as") or ("applicant" if do in APPLICANTS_ACTS else "system")
    step = Step(
        do=do,
        actor=actor.replace(" ", ""),
        at=given.get("at"),
        data=given.get("with") or {},
        expect=given.get("expect") or {},
        case=given.get("case"),
        programme=given.get("programme"),
        region=given.get("region"),
        cites=tuple(given.get("cites") or ()),
    )
    number, place = step.actor.partition("#")[2], step.office_region
    if "#" in step.actor and not (number.isascii() and number.isdigit() and int(number)):
        faults.append(((*path, "as"), "# 后面应为第几位任职人员，例如 township_head#2"))
        return replace(step, actor=step.actor.partition("#")[0])
    if place is not None and not (place.isascii() and place.isdigit()):
        faults.append(((*path, "as"), "@ 后面应为区划代码，例如 county_head@220122"))
    if step.programme and do != "apply":
        faults.append(((*path, "programme"), "只有 apply 可以另写 programme"))
    return step


FIRST = "main"
OPENS = frozenset({"apply", "start"})


def _check_labels(steps: list[Step], end: dict[str, Any], faults: list[form.Fault]) -> None:
    """A step speaks of a case that one before it opens."""
    known: set[str] = set()
    for place, step in enumerate(steps):
        if step.do in OPENS:
            known.add(step.case or FIRST)
        elif step.case is not None and step.case not in known:
            faults.append((("steps", place, "case"), _no_case(step.case, known)))
    for label in end.get("cases") or {}:
        if label not in known:
            faults.append((("end", "cases", label), _no_case(label, known)))


def _no_case(label: str, known: set[str]) -> str:
    return f"前面没有开启标签为 {label} 的案件，已有：{'、'.join(sorted(known)) or '无'}"
