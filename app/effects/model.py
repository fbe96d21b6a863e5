"""The shape of an effect: what it is asked with, what it answers, and how people read of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

YUAN = "元"
COUNTED = frozenset({"天", "期", "份", "位", "项", "联"})
"""Units of which there are only whole ones."""
_PLACE = re.compile(r"\{(\w+)\}")
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Input:
    """One input of an effect.

    type: FEEL type text (`number`, `string`, `date`, `boolean`, `list<…>`, `context<…>`). choices: the values that are
    possible, each with its Chinese title. refers: what the text names (template, clock, process or position).
    nullable: null is an answer of its own and differs from an input that is left out. `lowest` and `highest` bound a
    number, both inclusive. A list may be given as its only element.
    """

    name: str
    title: str
    type: str
    required: bool = False
    unit: str | None = None
    clause: str | None = None
    choices: Mapping[str, str] | None = None
    hint: str = ""
    refers: str | None = None
    nullable: bool = False
    lowest: str | None = None
    highest: str | None = None

    @property
    def is_share(self) -> bool:
        """A part of one, said as a percentage."""
        return self.type == "number" and (self.lowest, self.highest) == ("0", "1")


@dataclass(frozen=True, slots=True)
class Schema:
    """An effect. result: FEEL type texts by name; None where it answers nothing.

    further: what inputs beyond the named ones mean (Chinese); empty where there may be none. letter: it issues a
    document whose contract reads the inputs as `document.<name>`. waits: the diagram waits for an answer or a day.
    sentence: one Chinese sentence for the history; `{name}` is an input or something the effect tells of, and a part
    in `[ ]` falls away where one of its names has no value. undo: the sentence for its being reversed, empty where it
    leaves nothing that could be. answer: what somebody outside may answer; empty where the diagram only waits for a
    day. timed_out and answered: the sentences for the end of waiting.
    """

    topic: str
    title: str
    inputs: tuple[Input, ...]
    result: Mapping[str, str] | None = None
    letter: bool = False
    waits: bool = False
    answer: tuple[Input, ...] = ()
    sentence: str = ""
    undo: str = ""
    timed_out: str = ""
    answered: str = ""
    further: str = ""
    clause: str = ""
    by_name: Mapping[str, Input] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", MappingProxyType({each.name: each for each in self.inputs}))

    @property
    def told(self) -> frozenset[str]:
        """The names that the sentence needs."""
        return frozenset(_PLACE.findall(self.sentence))
