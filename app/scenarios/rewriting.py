"""A story rewritten so that it expects what happens now; all else of its file stays as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app.core import marked_yaml
from app.core.yaml_splice import plain, rewritten
from app.scenarios.outcomes import ERROR, FIELDS, Difference
from app.scenarios.seeing import said
from app.scenarios.story import FIRST, OPENS, Story

GONE = "gone"


def settled(story: Story, differences: Sequence[Difference]) -> list[Difference]:
    """The differences as a rewrite can settle them.

    Of a refusal that ends a case the steps behind it are nothing any more (`now` None): they go out of the story. A
    step that cannot be done at all though nothing was refused before it is for its author.
    """
    cases, found = _cases(story), []
    refused: set[str] = set()
    dropped: set[int] = set()
    for each in differences:
        case = cases[each.step - 1] if each.step else ""
        if each.key != ERROR or not each.now:
            found.append(each)
        elif each.now[ERROR] != GONE:
            refused |= set() if each.want else {case}
            found.append(each)
        elif case in refused:
            dropped.add(each.step)
            found.append(replace(each, now=None))
        else:
            found.append(replace(each, settles=bool(each.want)))
    return [each for each in found if each.step not in dropped or each.key == ERROR]


def _cases(story: Story) -> list[str]:
    """The label of the case that each step is about."""
    found, last = [], ""
    for number, step in enumerate(story.steps):
        if step.do in OPENS:
            last = step.case or (FIRST if not last else f"{number}")
        found.append(step.case or last)
    return found


def accept(data: bytes, accepted: Sequence[Difference]) -> bytes:
    """The file of a story with what happens now in place of what it expected. Raises NotYaml, CannotSplice."""
    content = marked_yaml.load(data, "故事").content
    steps = content["steps"] if isinstance(content["steps"], list) else [content["steps"]]
    for each in accepted:
        if not each.step:
            holder = content["end"]
            _put(holder["cases"][each.case] if each.case else holder, each)
        elif each.now is not None or each.key != ERROR:
            step = steps[each.step - 1]
            step["expect"] = expect = dict(step.get("expect") or {})
            _put(expect, each)
    dropped = {each.step for each in accepted if each.step and each.key == ERROR and each.now is None}
    if dropped:
        content["steps"] = [step for number, step in enumerate(steps, 1) if number not in dropped]
    return rewritten(data, content)


def _put(expect: dict[str, Any], each: Difference) -> None:
    if each.key == ERROR:
        for name in (ERROR, FIELDS):
            expect.pop(name, None)
        expect.update(each.now)
    elif each.now is None:
        expect.pop(each.key, None)
    else:
        expect[each.key] = _raw(expect.get(each.key), each.want, each.now)


def _raw(raw: Any, want: Any, now: Any) -> Any:
    """What happens now, in the author's writing where it is as it was."""
    if isinstance(now, list) and isinstance(want, list):
        written = raw if isinstance(raw, list) else [] if raw is None else [raw]
        known = [(plain(said(each)), as_written) for each, as_written in zip(want, written, strict=True)]
        return [next((writing for said_so, writing in known if said_so == plain(each)), each) for each in now]
    if isinstance(now, dict) and isinstance(raw, dict):
        return {name: raw[name] if name in raw and plain(said(want[name])) == plain(each) else each
                for name, each in now.items()}  # fmt: skip
    return now
