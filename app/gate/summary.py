"""What a change changes, in sentences that a head of department signs: made from the differences, never raw files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property

from app.definitions.folder import CATALOGUE, MANIFEST, STORIES
from app.definitions.letters import FOLDER
from app.gate import said
from app.gate.diff import compare
from app.gate.diff.differences import ADDED, CHANGED, MOVED, REMOVED, WORDS, Difference
from app.gate.titles import Titles

_CLOCK = re.compile(r"clocks\.([^.]+)\.(limit|unit|title|clause)")
_REQUIRED = "validate.required"
_VERBS = {ADDED: "新增", REMOVED: "删去"}


def sentences(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[str]:
    """One sentence a difference, the most telling first; what only moved in the picture or in the list is one."""
    return list(dict.fromkeys(_Sentences(old, new).all()))


class _Sentences:
    def __init__(self, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> None:
        self._differences = compare(old, new)
        self._was, self._now = Titles(old), Titles(new)

    def all(self) -> Iterator[str]:
        tellers = (
            (MANIFEST, self._manifest), (".bpmn", self._diagram), (".dmn", self._table), (".form.json", self._form),
            (".docx", self._letter),
        )  # fmt: skip
        for suffix, tell in tellers:
            for each in self._differences:
                if each.file.endswith(suffix) and not each.file.startswith(STORIES):
                    yield from tell(each) if each.place or each.what else self._whole(each)
        yield from self._rest(tuple(suffix for suffix, _ in tellers))

    @cached_property
    def _required(self) -> set[tuple[str, str]]:
        return self._now.required

    def _manifest(self, each: Difference) -> Iterator[str]:
        clock = _CLOCK.fullmatch(each.what)
        if clock is None:
            yield f"清单的{said.manifest_word(each.what)}{_from_to(each.old, each.new)}"
            return
        key, part = clock[1], clock[2]
        title = self._now.clock(key, "title") or self._was.clock(key, "title") or key
        if not self._was.clock(key, "limit") or not self._now.clock(key, "limit"):
            if part == "limit":
                told = f"：{self._limit(key, now=True)}" if each.new else ""
                yield f"{'删去' if each.old else '新增'}时限“{title}”{told}"
        elif part in ("limit", "unit"):
            yield f"{title}时限{_from_to(self._limit(key, now=False), self._limit(key, now=True))}"
        else:
            word = "依据" if part == "clause" else "名称"
            yield f"{title}时限的{word}{_from_to(each.old, each.new)}"

    def _limit(self, key: str, *, now: bool) -> str:
        titles = self._now if now else self._was
        return said.limit(titles.clock(key, "limit"), titles.clock(key, "unit"))

    def _diagram(self, each: Difference) -> Iterator[str]:
        kind = (self._now if each.kind != REMOVED else self._was).element(each.file, each.id)
        place = each.place.removesuffix(f"（{each.id}）")
        if each.kind == MOVED or kind in said.LINES:
            return
        if each.kind in _VERBS:
            yield f"流程{_VERBS[each.kind]}{said.element_word(kind)}“{place}”"
        else:
            what, old, new = said.setting(each.what, each.old, each.new, self._now.forms)
            yield f"流程“{place}”的{what}{_from_to(old, new)}"

    def _table(self, each: Difference) -> Iterator[str]:
        name, _, row = each.place.partition(" 第 ")
        place = f"决策表“{name}”" + (f"第{row.removesuffix(' 行')}行" if row else "")
        if each.kind in _VERBS:
            told = self._now.row(each.file, each.id) if each.kind == ADDED else self._was.row(each.file, each.id)
            yield f"{_VERBS[each.kind]}{place}" + (f"：{told}" if told else "")
        elif each.kind == MOVED:
            yield f"{place}的次序由{each.old.replace(' ', '')}改到{each.new.replace(' ', '')}"
        elif row:
            yield f"{place}：{each.what}{_from_to(said.cell(each.old), said.cell(each.new))}"
        else:
            yield f"{place}的{said.decision_word(each.what)}{_from_to(said.cell(each.old), said.cell(each.new))}"

    def _form(self, each: Difference) -> Iterator[str]:
        form, field = f"表单“{self._now.form(each.file)}”", self._now.field(each.file, each.id)
        field = field or self._was.field(each.file, each.id) or each.place
        if each.kind == ADDED:
            yield f"{form}新增{'必填项' if (each.file, each.id) in self._required else '一项'}“{field}”"
        elif each.kind == REMOVED:
            yield f"{form}删去“{field}”"
        elif each.kind == MOVED:
            return
        elif each.what == _REQUIRED:
            yield f"{form}的“{field}”改为{'必填' if each.new == 'True' else '可以不填'}"
        else:
            change = _from_to(said.plain(each.old), said.plain(each.new))
            yield f"{form}的“{field}”：{said.form_word(each.what)}{change}"

    def _letter(self, each: Difference) -> Iterator[str]:
        letter = f"文书“{self._now.letter(each.file) or self._was.letter(each.file)}”"
        if each.kind == CHANGED and (each.old or each.new):
            yield f"{letter}{each.place.replace(' ', '')}{_from_to(f'“{each.old}”', f'“{each.new}”')}"
        elif each.kind == CHANGED:
            yield f"{letter}的样式有改动，文字不变"
        else:
            yield f"{letter}{each.place.replace(' ', '')}{_VERBS[each.kind]}“{each.new or each.old}”"

    def _whole(self, each: Difference) -> Iterator[str]:
        """A file that came or went, or that cannot be read."""
        title = self._now.file(each.file) or self._was.file(each.file)
        yield f"{_VERBS.get(each.kind, '改动')}{title}" if each.kind != CHANGED else f"{title}有改动"

    def _rest(self, told: tuple[str, ...]) -> Iterator[str]:
        """What is told by numbers: lines of the picture, contracts of letters, stories, and everything else."""
        lines = sum(each.file.endswith(".bpmn") and self._is_line(each) for each in self._differences)
        if lines:
            yield f"流程的走向有 {lines} 处改动"
        if any(each.kind == MOVED and each.file.endswith((".bpmn", ".form.json")) for each in self._differences):
            yield "图上或表单里有位置移动，不影响办理"
        others = [each for each in self._differences if each.file.startswith(STORIES) or not each.file.endswith(told)]
        files = Counter(each.file for each in others)
        for path in files:
            kind = next(each.kind if not each.place and not each.what else CHANGED for each in others
                        if each.file == path)  # fmt: skip
            yield f"{WORDS[kind]}{self._other(path)}"

    def _is_line(self, each: Difference) -> bool:
        kind = (self._now if each.kind != REMOVED else self._was).element(each.file, each.id)
        return kind in said.LINES and each.kind != MOVED

    def _other(self, path: str) -> str:
        titles = self._now if path in self._now.files else self._was
        if path.startswith(STORIES):
            return f"故事“{titles.story(path)}”"
        if path.startswith(f"{FOLDER}/"):
            return f"文书“{titles.letter(path)}”的约定或样例"
        return "标准目录的增补" if path == CATALOGUE else f"文件 {path}"


def _from_to(old: str, new: str) -> str:
    if not old:
        return f"定为{new}"
    return f"由{old}改为{new}" if new else f"（原为{old}）不再规定"
