"""The variables of an instance, and who wrote them: going back forgets what was written behind the point of return.

Each write is kept with its task and with what stood there before; a first write costs two numbers. When tasks are
taken back, all writes from their first one on are undone, and those of tasks that stay are done again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from app.engine.ids import TaskId

ABSENT: Final = object()
APPENDED: Final = object()

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a task. `before`: what stood at the first `depth` names of `path` (ABSENT: nothing), or APPENDED
    where the value joined a list. `depth` is less than the whole path where the contexts around it were made by it.
    """

    writer: TaskId
    path: Path
    before: Any
    depth: int


class Memory:
    """`variables` are replaced, never changed in depth: a caller's own dictionaries stay as they are."""

    def __init__(self, variables: Mapping[str, Any], writes: Collection[Write] = ()) -> None:
        self.variables, self.writes = dict(variables), list(writes)

    def copy(self) -> Memory:
        """Another one that starts with the same content."""
        return Memory(self.variables, self.writes)

    def set(self, writer: TaskId, path: Path, value: Any) -> None:
        """Give a variable, or an entry of a context in it, a value. What is no context on the way is replaced."""
        before, depth = _standing(self.variables, path)
        self.writes.append(Write(writer, path, before, depth))
        self.variables = _with(self.variables, path, value)

    def exchange(self, path: Path, value: Any) -> None:
        """Give a variable that no task wrote another value."""
        self.variables = _with(self.variables, path, value)

    def append(self, writer: TaskId, path: Path, value: Any) -> None:
        """Let a value join the list of a variable; where there is none it begins one."""
        kept, _ = _standing(self.variables, path)
        if not isinstance(kept, list):
            self.set(writer, path, [value])
            return
        self.writes.append(Write(writer, path, APPENDED, len(path)))
        self.variables = _with(self.variables, path, [*kept, value])

    def forget(self, gone: Collection[TaskId]) -> None:
        """Each name gets what it would hold if these tasks had written nothing."""
        first = next((place for place, write in enumerate(self.writes) if write.writer in gone), None)
        if first is None:
            return
        undone = [self.take_back() for _ in self.writes[first:]]
        for write, value in reversed(undone):
            if write.writer not in gone:
                again = self.append if write.before is APPENDED else self.set
                again(write.writer, write.path, value)

    def hand_over(self, gone: Collection[TaskId], heir: TaskId) -> None:
        """What these tasks wrote counts as written by another one. Of its writes of one path the first alone is kept,
        unless something else wrote there in between: what stood before it is all that can come back.
        """
        kept: list[Write] = []
        firsts: set[Path] = set()
        for write in self.writes:
            mine = write.writer in gone or write.writer == heir
            if mine and write.path in firsts:
                continue
            firsts = {path for path in firsts if not _overlap(path, write.path)}
            if mine and write.before is not APPENDED:
                firsts.add(write.path)
            kept.append(replace(write, writer=heir) if mine else write)
        self.writes = kept

    def take_back(self) -> tuple[Write, Any]:
        """Undo the latest write: it, and the value that it wrote."""
        write = self.writes.pop()
        value, _ = _standing(self.variables, write.path)
        if write.before is APPENDED:
            self.variables = _with(self.variables, write.path, value[:-1])
            return write, value[-1]
        self.variables = _with(self.variables, write.path[: write.depth], write.before)
        return write, value


def _standing(variables: Mapping[str, Any], path: Path) -> tuple[Any, int]:
    """What stands at a path and the length of the path; or what stands on the way to it that is no context."""
    value: Any = variables
    for depth, name in enumerate(path, 1):
        value = value.get(name, ABSENT)
        if not isinstance(value, dict):
            return value, depth
    return value, len(path)


def _overlap(one: Path, other: Path) -> bool:
    return all(a == b for a, b in zip(one, other, strict=False))


def _with(variables: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """A copy with another value at a path, or without what stood there."""
    name, *inner = path
    changed = dict(variables)
    if inner:
        below = changed.get(name)
        changed[name] = _with(below if isinstance(below, dict) else {}, tuple(inner), value)
    elif value is ABSENT:
        changed.pop(name, None)
    else:
        changed[name] = value
    return changed
