"""What came of stories otherwise than they expect, told in the words of the draft, and accepted as intended."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.core.ids import digest
from app.core.paths import TEMPLATES
from app.core.strict_yaml import NotYaml
from app.core.yaml_splice import CannotSplice, plain
from app.definitions.bundle import Bundle
from app.definitions.errors import BundleError
from app.definitions.folder import read_folder
from app.engine import DiagramError
from app.gate.titles import Titles
from app.identity.positions import title_of
from app.scenarios.outcomes import ERROR, FIELDS, SETTING, Difference
from app.scenarios.play import Worlds, play
from app.scenarios.rewriting import accept, settled
from app.scenarios.seeing import said
from app.scenarios.story import Story, StoryError, parse_story

MARK = 16
NAMING = {"tasks": "task", "payments": "payee", "orders": "payee", "documents": "template", "notices": "kind",
          "claims": "debtor", "awards": "programme"}  # fmt: skip
"""What entries of a list are told apart by."""
ACTS = {"apply": "提出申请", "wait": "过一段时间", "object": "提出异议", "withdraw": "撤回申请", "return": "退回",
        "cancel": "取消", "start": "启动流程", "hold": "暂停", "release": "恢复办理", "figure": "调整标准",
        "month": "按月发放", "grant": "一次性发放", "quota": "机构定额补助", "paid": "银行回单", "reorder": "退汇重发",
        "repaid": "归还款项", "correct": "更正", "reopen": "重新办理"}  # fmt: skip
Told = dict[str, Any]
"""`{kind, name, old, new}`: which word of stories, of what, and both sides as codes or texts; pages have the words."""


@dataclass(frozen=True)
class Names:
    """What elements and letters of a draft are called; `library` are the files of the letters that it may use."""

    files: Mapping[str, bytes]
    library: Mapping[str, bytes] | None = None

    @cached_property
    def elements(self) -> dict[str, str]:
        try:
            diagrams = Bundle(self.files).processes.values()
            return {each.id: each.label for diagram in diagrams for each in diagram.elements.values()}
        except (BundleError, DiagramError):
            return {}

    @cached_property
    def _titles(self) -> Titles:
        library = read_folder(TEMPLATES) if self.library is None else self.library
        return Titles({**library, **self.files})

    def of(self, kind: str, value: Any) -> str:
        """A value of an entry as people read it."""
        match kind:
            case "task":
                return self.elements.get(str(value)) or str(value)
            case "position":
                return title_of(str(value))
            case "template":
                return self._titles.letter(f"letters/{value}/")
        if isinstance(value, (list, tuple)):
            return "、".join(self.of("", each) for each in value)
        if isinstance(value, Mapping):
            return "，".join(f"{name} {self.of('', each)}" for name, each in value.items())
        return "" if value is None else {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def of_story(story: Story, differences: Sequence[Difference], names: Names) -> list[dict[str, Any]]:
    """Each difference as JSON: `{mark, step, case, key, do, settles, gone, lines, told}`; see `Told`.

    `gone`: the step is taken out of the story where it is accepted.
    """
    found = settled(story, differences)
    return [
        {
            "mark": mark, "step": each.step, "case": each.case, "key": each.key,
            "do": _act(story, each, names), "settles": each.settles, "lines": each.lines,
            "gone": each.key == ERROR and each.now is None and each.settles, "told": list(_told(each, names)),
        }
        for each, mark in zip(found, _marks(story, found), strict=True)
    ]  # fmt: skip


def _marks(story: Story, differences: Sequence[Difference]) -> list[str]:
    """What tells each difference of a story apart; of equal ones which it is. Only what they say counts."""
    found: list[str] = []
    for each in differences:
        alike = _alike(story, each)
        found.append(f"{alike}{sum(one.startswith(alike) for one in found):x}")
    return found


def _alike(story: Story, each: Difference) -> str:
    """The same for the same difference wherever it stands in a story: a rewrite may move its step."""
    said_so = [each.case, each.key, _do(story, each), plain(said(each.want)), plain(said(each.now)), each.settles]
    return digest(json.dumps(said_so, sort_keys=True).encode())[:MARK]


def accepted(
    worlds: Sequence[Worlds], data: bytes, path: str, marks: Sequence[str] | None, names: Names
) -> dict[str, Any]:
    """A story rewritten for the differences that were marked (None: all): `{text, told, why}`.

    `text` is None where that is not possible, and `why` says so; else it was played and holds but for what was not
    marked. `worlds` are those of all places; the first in which it differs says what happens now.
    """
    try:
        story = parse_story(data, path)
        found = next((each for world in worlds if (each := _differences(world, story))), [])
        known = dict(zip(_marks(story, found), found, strict=True))
        chosen = [each for mark, each in known.items() if marks is None or mark in marks]
        if set(marks or ()) - known.keys() or not chosen:
            return _refused("它的结果已经不是您看到的那样，请等检查做完后再看")
        if not all(each.settles for each in chosen):
            return _refused("有的差别不能靠改写故事来接受，请打开故事修改，或者重新试办一遍再存")
        text = accept(data, chosen)
        left = Counter(_alike(story, each) for each in found) - Counter(_alike(story, each) for each in chosen)
        again = parse_story(text, path)
        problems = [each for world in worlds for each in _differing(world, again, left)]
    except (StoryError, NotYaml, CannotSplice) as error:
        return _refused(str(error))
    if problems:
        return _refused(f"改写以后重演，仍对不上：{problems[0].lines[0]}。请打开故事修改")
    return {"text": text.decode(), "told": of_story(story, chosen, names), "why": ""}


def _differences(world: Worlds, story: Story) -> list[Difference]:
    return settled(story, play(world, story, on=True).differences)


def _differing(world: Worlds, story: Story, left: Counter[str]) -> list[Difference]:
    """What differs but for those of which so many may be left."""
    rest, found = Counter(left), []
    for each in _differences(world, story):
        alike = _alike(story, each)
        rest[alike] -= 1
        if rest[alike] < 0:
            found.append(each)
    return found


def _refused(why: str) -> dict[str, Any]:
    return {"text": None, "told": [], "why": why}


def _do(story: Story, each: Difference) -> str:
    return story.steps[each.step - 1].do if each.step else ""


def _act(story: Story, each: Difference, names: Names) -> str:
    do = _do(story, each)
    return names.elements.get(do) or ACTS.get(do, do)


def _told(each: Difference, names: Names) -> Iterator[Told]:
    if each.key == SETTING or not each.settles and each.now is None and each.key != ERROR:
        return
    if each.key == ERROR:
        yield _one(ERROR, "", _refusal(each.want), "gone" if each.now is None else _refusal(each.now))
    elif isinstance(each.want, list) and each.key in NAMING:
        yield from _entries(each.key, each.want, each.now or [], names)
    elif isinstance(each.want, dict) and isinstance(each.now, dict):
        for name, want in each.want.items():
            if plain(said(want)) != plain(each.now.get(name)):
                yield _one(each.key, str(name), names.of("", said(want)), names.of("", each.now.get(name)))
    else:
        yield _one(each.key, "", names.of("", said(each.want)), names.of("", each.now))


def _entries(key: str, want: Sequence[Told], now: Sequence[Told], names: Names) -> Iterator[Told]:
    """Entries of the same name beside each other, field by field; the others are there or not."""
    naming, rest = NAMING[key], [dict(each) for each in now]
    for each in map(said, want):
        same = [other for other in rest if plain(other.get(naming)) == plain(each.get(naming))]
        found = next((other for other in same if plain(other) == plain(each)), same[0] if same else None)
        name = names.of(naming, each.get(naming))
        if found is None:
            yield _one(key, "", _entry(each, names), "")
            continue
        rest.remove(found)
        for field in dict.fromkeys((*each, *found)):
            if plain(each.get(field)) != plain(found.get(field)):
                yield _one(f"{key}.{field}", name, *(names.of(field, side.get(field)) for side in (each, found)))
    for other in rest:
        yield _one(key, "", "", _entry(other, names))


def _entry(entry: Told, names: Names) -> str:
    return "，".join(names.of(field, each) for field, each in entry.items() if each and field != "source")


def _refusal(said_so: Mapping[str, Any]) -> str:
    """The code of a refusal, with the fields that it names."""
    fields = "、".join(said_so.get(FIELDS) or ())
    return f"{said_so.get(ERROR, '')}{f':{fields}' if fields else ''}"


def _one(kind: str, name: str, old: str, new: str) -> Told:
    return {"kind": kind, "name": name, "old": old, "new": new}
