"""The whole gate in a child process with limits of memory and time, stories included: drafts are strangers' files."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core import forking
from app.core.forking import Exceeded, Limits
from app.figures.items import Item
from app.gate.reach import Reached, union

_WORK, _INTEND = "app.gate.child:check", "app.gate.child:intend"
Placed = tuple[str, Mapping[str, bytes]]
"""A release of the installation: the code of its region ("" for everywhere) and its files."""


@dataclass(frozen=True, slots=True)
class World:
    """The installation as a draft meets it.

    `releases` are those of owners; `letters` the files of the library that holds at the draft's place; `catalogue` its
    entries. None stands for what the product ships.
    """

    releases: Sequence[Placed] = ()
    letters: Mapping[str, bytes] | None = None
    catalogue: Sequence[Item] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found; `stories`: `{file, title, holds, problems, differences}` each; `reached`: see `gate.reached`.

    `differences`: see `outcomes.of_story`.
    """

    findings: list[dict[str, Any]]
    stories: list[dict[str, Any]] = field(default_factory=list)
    reached: Reached = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return all(each["severity"] != "error" for each in self.findings) and all(
            each["holds"] for each in self.stories
        )

    @classmethod
    def of_all(cls, outcomes: Iterable[Outcome]) -> Outcome:
        """What was found at several places, each finding once."""
        found = list(outcomes)
        told = [each for outcome in found for each in outcome.findings]
        return cls(
            list({json.dumps(each, sort_keys=True): each for each in told}.values()),
            [story for outcome in found for story in outcome.stories],
            union(outcome.reached for outcome in found),
        )


def check_isolated(
    draft: Placed, world: World | None = None, limits: Limits | None = None, *, stories: bool = True
) -> Outcome:
    """Check a draft and play its stories in a scratch world that holds what `world` holds, and the draft."""
    return _asked(draft, world or World(), limits or Limits(), check=True, stories=None if stories else [])


def play_isolated(draft: Placed, world: World, stories: Sequence[str]) -> Outcome:
    """Play these stories alone of a draft that passed the rest of the gate; what is found are theirs."""
    outcome = _asked(draft, world, Limits(), check=False, stories=stories)
    told = "；".join(each["message"] for each in outcome.findings)
    lost = [
        {"file": path, "title": path, "holds": False, "problems": [[0, told]], "differences": []}
        for path in stories
        if told
    ]
    return Outcome([], outcome.stories or lost, outcome.reached)


def intend_isolated(
    trials: Sequence[tuple[Placed, World]], marks: Mapping[str, Sequence[str] | None], limits: Limits
) -> dict[str, dict[str, Any]]:
    """By path, stories rewritten for what is intended of them (`marks`; None: all): see `outcomes.accepted`.

    Raises Exceeded.
    """
    asked = {"trials": [request_of(draft, world, None) for draft, world in trials], "marks": marks}
    answer: dict[str, dict[str, Any]] = json.loads(forking.ask(_INTEND, json.dumps(asked).encode(), limits))
    return answer


def _asked(draft: Placed, world: World, limits: Limits, *, check: bool, stories: Sequence[str] | None) -> Outcome:
    """stories: which are played; None for all."""
    request = request_of(draft, world, stories) | {"check": check}
    try:
        answer = forking.ask(_WORK, json.dumps(request).encode(), limits)
    except Exceeded as exceeded:
        return _refused(f"检查{exceeded}")
    return Outcome(**json.loads(answer))


def _refused(reason: str) -> Outcome:
    told = f"{reason}，这个方案不能使用。请简化文件或减少故事后重试"
    return Outcome([{"severity": "error", "file": "", "place": "", "message": told}])


def request_of(draft: Placed, world: World, stories: Sequence[str] | None) -> dict[str, Any]:
    """What the child is asked, but for `check`: see `child.check`."""
    others = () if stories == [] else world.releases  # only stories read them
    placed = [(code, _encoded(files)) for code, files in (*others, draft)]
    letters = None if world.letters is None else _encoded(world.letters)
    return {"placed": placed, "letters": letters, "catalogue": world.catalogue, "stories": stories}


def _encoded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: base64.b64encode(content).decode() for path, content in files.items()}
