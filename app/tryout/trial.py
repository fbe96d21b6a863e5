"""A trial is a story being written: what is kept of it are its steps, as stories have them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.core.errors import Invalid
from app.scenarios.story import Step as StoryStep
from app.scenarios.story import Story, parse_story

MOST_STEPS, MOST_CHARACTERS = 100, 100_000
MOST_FILES, MOST_FILE_BYTES = 5, 200 * 1024
"""Files that a trial carries, and the bytes of each: a story that is kept of it holds them."""
Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """`region` is the code of the village, `clock` the local time at the start (YYYY-MM-DD HH:MM).

    Of `steps` the first `position` are done; the rest can be done again. `parameters`: region code → figures, as in a
    story. `deaths`: who dies when, `{name, id_number, died_on}` each, as `registry.people` of a story. `files`: what
    was attached, `{id, name, content}` each (base64), as `registry.files`.
    """

    region: str
    clock: str
    steps: tuple[Step, ...] = ()
    position: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    deaths: tuple[Mapping[str, str], ...] = ()
    files: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Trial:
        deaths = tuple(kept.get("deaths") or ())
        files = tuple(kept.get("files") or ())
        steps, position = tuple(kept["steps"]), kept["position"]
        return cls(kept["region"], kept["clock"], steps, position, kept["parameters"], deaths, files)

    def as_json(self) -> dict[str, Any]:
        return {
            "region": self.region, "clock": self.clock, "steps": list(self.steps), "position": self.position,
            "parameters": dict(self.parameters), "deaths": [dict(each) for each in self.deaths],
            "files": [dict(each) for each in self.files],
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

    def with_files(self, files: Sequence[Mapping[str, str]]) -> Trial:
        """With these beside those that its steps name. Raises Invalid (`_`)."""
        named = json.dumps(self.steps, ensure_ascii=False)
        kept = {each["id"]: each for each in self.files if each["id"] in named} | {each["id"]: each for each in files}
        if len(kept) > MOST_FILES:
            raise Invalid({"_": f"一次试办最多带 {MOST_FILES} 个文件，请少带几个"})
        return replace(self, files=tuple(kept.values()))

    def without(self, number: int) -> Trial:
        """Without the step of this number (from 1)."""
        steps = (*self.steps[: number - 1], *self.steps[number : self.position])
        return replace(self, steps=steps, position=len(steps))

    def story(self, programme: str, title: str = "试办") -> Story:
        """The steps that are done as a story. Raises StoryError."""
        return parse_story(json.dumps(self.as_story(programme, title), ensure_ascii=False).encode())

    def parsed(self, programme: str) -> Sequence[StoryStep]:
        """The steps that are done, by themselves: labels of cases may be those of steps before. Raises StoryError."""
        opened = [{"do": "apply", "case": each["case"]} for each in self.done if "case" in each]
        content = replace(self, files=()).as_story(programme, "试办")
        content["steps"] = [*opened, *content["steps"]]
        return parse_story(json.dumps(content, ensure_ascii=False).encode()).steps[len(opened) :]

    def as_story(self, programme: str, title: str) -> dict[str, Any]:
        """The same as the content of a story file."""
        head = {"title": title, "programme": programme, "region": self.region, "clock": self.clock}
        parameters = {"parameters": dict(self.parameters)} if self.parameters else {}
        named = json.dumps(self.done, ensure_ascii=False)
        known = {"people": [dict(each) for each in self.deaths],
                 "files": [dict(each) for each in self.files if each["id"] in named]}  # fmt: skip
        registry = {name: each for name, each in known.items() if each}
        return {
            **head,
            **parameters,
            **({"registry": registry} if registry else {}),
            "steps": [dict(step) for step in self.done],
        }


def trimmed(value: Any) -> Any:
    """What somebody filled in, without what was left empty."""
    if isinstance(value, Mapping):
        kept = {name: trimmed(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each not in (None, "", [], {})}
    if isinstance(value, (list, tuple)):
        return [trimmed(each) for each in value]
    return value
