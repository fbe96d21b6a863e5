"""Three sides of a release: the base that an owner changed, what the owner made of it, and the base as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from app.gate.diff.compare import compare
from app.gate.diff.differences import ADDED, MOVED, REMOVED, WORDS, Difference

Files = Mapping[str, bytes]
Key = tuple[str, str, str]
THEIRS, NEW, ALIKE, CONFLICT = "theirs", "new", "alike", "conflict"
TITLES = {
    CONFLICT: "冲突：两边都改了，请选一个",
    NEW: "只有新版改了，请决定是否采用",
    THEIRS: "只有本地改了",
    ALIKE: "两边改得一样",
}


@dataclass(frozen=True, slots=True)
class Side:
    """A thing that one side or both changed. `theirs` and `new` are empty where that side left the base as it is."""

    state: str
    file: str
    place: str
    what: str
    id: str
    base: str
    theirs: str
    new: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    def __str__(self) -> str:
        where = "，".join(part for part in (self.place, self.what) if part)
        told = [("基础", self.base), ("本地", self.theirs), ("新版", self.new)]
        texts = "｜".join(f"{name} {text}" for name, text in told if text)
        return f"{self.file}" + (f" “{where}”" if where else "") + (f"：{texts}" if texts else "")


def three_way(base: Files, theirs: Files, new: Files) -> list[Side]:
    """What each side changed since `base`, conflicts first. Nothing is merged: that is for a person to decide."""
    mine, fresh = _by_key(compare(base, theirs)), _by_key(compare(base, new))
    apart = {(each.file, each.id) for each in compare(theirs, new)}
    order = list(TITLES)
    found = [_side(key, mine, fresh, apart) for key in dict.fromkeys((*mine, *fresh))]
    return sorted(found, key=lambda each: order.index(each.state))


def _by_key(changes: list[Difference]) -> dict[Key, Difference]:
    return {(each.file, each.id or each.place, each.what): each for each in changes}


def _side(
    key: Key, mine: Mapping[Key, Difference], fresh: Mapping[Key, Difference], apart: set[tuple[str, str]]
) -> Side:
    ours, other = mine.get(key), fresh.get(key)
    if ours and other:
        alike = (ours.kind, ours.new) == (other.kind, other.new) and not _apart(ours, apart)
        state = ALIKE if alike else CONFLICT
    elif ours:
        state = CONFLICT if _gone(key, fresh) or (ours.kind == REMOVED and _touched(key, fresh)) else THEIRS
    else:
        assert other
        state = CONFLICT if _gone(key, mine) or (other.kind == REMOVED and _touched(key, mine)) else NEW
    told = ours or other
    assert told
    return Side(state, told.file, told.place, told.what, told.id, told.old, _text(ours), _text(other))


def _apart(change: Difference, apart: set[tuple[str, str]]) -> bool:
    """Whether what both sides added or moved is not the same on both."""
    return change.kind in (ADDED, MOVED) and any(
        (file, id) == (change.file, change.id) or (file == change.file and not change.id) for file, id in apart
    )


def _text(change: Difference | None) -> str:
    """What a side has; the kind of change where nothing else tells it."""
    return "" if change is None else change.new or WORDS[change.kind]


def _gone(key: Key, changes: Mapping[Key, Difference]) -> bool:
    """Whether the other side removed the thing, or its file."""
    file, id, _ = key
    return any(each in changes and changes[each].kind == REMOVED for each in ((file, id, ""), (file, "", "")))


def _touched(key: Key, changes: Mapping[Key, Difference]) -> bool:
    """Whether the other side changed something in what this side removed."""
    file, id, _ = key
    return any(each[0] == file and id in ("", each[1]) for each in changes)
