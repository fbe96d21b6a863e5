"""A trial is a story being written: what is kept of it are its steps, as stories have them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.core.errors import Invalid
from app.scenarios.story import Story, parse_story

MOST_STEPS, MOST_CHARACTERS = 100, 100_000
Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """`region` is the code of the village, `clock` the local time at the start (YYYY-MM-DD HH:MM).

    Of `steps` the first `position` are done; the rest can be done again. `parameters`: region code → figures, as in a
    story. `deaths`: who dies when, `{name, id_number, died_on}` each, as `registry.people` of a story.
    """

    region: str
    clock: str
    steps: tuple[Step, ...] = ()
    position: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    deaths: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Trial:
        deaths = tuple(kept.get("deaths") or ())
        return cls(kept["region"], kept["clock"], tuple(kept["steps"]), kept["position"], kept["parameters"], deaths)

    def as_json(self) -> dict[str, Any]:
        return {
            "region": self.region, "clock": self.clock, "steps": list(self.steps), "position": self.position,
            "parameters": dict(self.parameters), "deaths": [dict(each) for each in self.deaths],
        }  # fmt: skip

    @property
    def done(self) -> tuple[Step, ...]:
        return self.steps[: self.position]

    def moved(self, by: int) -> Trial:
        """Some steps back or forward again."""
        return replace(self, position=min(max(self.position + by, 0), len(self.steps)))

    def followed(self, step: Step, kept: Sequence[Step] = (), at: int | None = None) -> Trial:
        """With a step behind the first `at` (default: all that are done), then what is kept. Raises Invalid."""
        steps = (*self.steps[: self.position if at is None else at], step, *kept)
        if len(steps) > MOST_STEPS or len(json.dumps(steps, ensure_ascii=False)) > MOST_CHARACTERS:
            raise Invalid(
                {"_": f"一次试办最多 {MOST_STEPS} 步、{MOST_CHARACTERS // 10_000} 万字，请重新开始，或减少内容"}
            )
        return replace(self, steps=steps, position=len(steps))

    def with_death(self, id_number: str, death: Mapping[str, str] | None) -> Trial:
        """With this death of somebody, and no other; None: he lives."""
        others = tuple(each for each in self.deaths if each["id_number"] != id_number)
        return replace(self, deaths=others if death is None else (*others, death))

    def without(self, number: int) -> Trial:
        """Without the step of this number (from 1)."""
        steps = (*self.steps[: number - 1], *self.steps[number : self.position])
        return replace(self, steps=steps, position=len(steps))

    def story(self, programme: str, title: str = "试办") -> Story:
        """The steps that are done as a story. Raises StoryError."""
        return parse_story(json.dumps(self.as_story(programme, title), ensure_ascii=False).encode())

    def as_story(self, programme: str, title: str) -> dict[str, Any]:
        """The same as the content of a story file."""
        head = {"title": title, "programme": programme, "region": self.region, "clock": self.clock}
        parameters = {"parameters": dict(self.parameters)} if self.parameters else {}
        registry = {"registry": {"people": [dict(each) for each in self.deaths]}} if self.deaths else {}
        return {**head, **parameters, **registry, "steps": [dict(step) for step in self.done]}


def trimmed(value: Any) -> Any:
    """What somebody filled in, without what was left empty."""
    if isinstance(value, Mapping):
        kept = {name: trimmed(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each not in (None, "", [], {})}
    if isinstance(value, (list, tuple)):
        return [trimmed(each) for each in value]
    return value
