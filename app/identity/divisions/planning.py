"""What a file of divisions would change, and why it cannot: every fault, not only the first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from app.core.ids import new_id
from app.identity.divisions.file import Line
from app.identity.divisions.standing import LEVEL_COLUMNS, Standing, Stands
from app.identity.positions import CODE_LENGTHS, LEVELS
from app.sheets import Faults

Running = Callable[[Collection[str]], Mapping[str, str]]
"""Ids of divisions → what still runs in each (`3 个在办案件`); a division where nothing runs is left out."""
_PARENTS = {"city": ("province",), "county": ("city", "province"), "township": ("county",), "village": ("township",)}


@dataclass(slots=True)
class Place:
    """A line with the division that it is about: one that stands, or one to be opened under `id`."""

    line: Line
    id: str
    stands: Stands | None
    parent_id: str | None = None
    since: date | None = None
    until: date | None = None
    levels: dict[str, str | None] = field(default_factory=dict)

    @property
    def ends(self) -> bool:
        """Whether the line ends a division that stands, or says where an ended one goes on."""
        return self.stands is not None and self.line.until is not None and (
            self.stands.valid_until is None or (self.stands.successor_id is None and self.line.successor is not None)
        )  # fmt: skip


@dataclass(slots=True)
class Plan:
    """`places` from the top level down. With faults nothing may be written."""

    places: list[Place]
    faults: Faults
    successors: dict[str, str] = field(default_factory=dict)
    """Id of an ended division → id of the one that goes on."""

    @property
    def opened(self) -> list[Place]:
        return [place for place in self.places if place.stands is None]

    @property
    def ended(self) -> list[Place]:
        return [place for place in self.places if place.ends]


def plan(
    standing: Standing, lines: Sequence[Line], faults: Faults, reach: Collection[str] | None, running: Running
) -> Plan:
    """Compare the lines with what stands. `reach`: ids of the divisions that the actor keeps (None: all)."""
    planner = _Planner(standing, faults, reach)
    for line in sorted(lines, key=lambda line: (LEVELS.index(line.level), line.row)):
        planner.place(line)
    for place in planner.places.values():
        planner.end(place)
    made = Plan(list(planner.places.values()), faults, planner.successors)
    planner.leave_nothing(made, running)
    return made


class Known(NamedTuple):
    """What a line may name: as its parent, or as where it goes on."""

    id: str
    level: str
    name: str
    levels: Mapping[str, str | None]
    since: date | None
    until: date | None


class _Planner:
    def __init__(self, standing: Standing, faults: Faults, reach: Collection[str] | None) -> None:
        self.standing, self.faults, self.reach = standing, faults, reach
        self.places: dict[str, Place] = {}
        self.successors: dict[str, str] = {}

    def place(self, line: Line) -> None:
        """Which division the line is about, and where it lies."""
        stands = self._stands(line)
        place = Place(line, stands.id if stands else new_id(), stands)
        self.places.setdefault(line.code, place)
        if stands is not None:
            place.parent_id = stands.parent_id
            place.levels = {column: getattr(stands, column) for column in LEVEL_COLUMNS}
            place.since, place.until = line.since or stands.valid_from, line.until or stands.valid_until
            parent = self.standing.by_id[stands.parent_id].code if stands.parent_id else None
            if line.parent and line.parent != parent:
                told = f"系统里 {line.code} 的上级是 {parent}；改属别处请停用原代码，启用新代码，并写接续代码"
                self.faults.add(line.row, "parent", told)
        elif line.level != LEVELS[0]:
            self._under_parent(place)
        else:
            place.since, place.until = line.since, line.until
        if stands is None and line.level != "village":
            place.levels[f"{line.level}_id"] = place.id
        if self.reach is not None and not {place.id, *place.levels.values()} & set(self.reach):
            self.faults.add(line.row, "code", f"{line.name}不在您管理的地区内，请由上级系统管理员导入")

    def _stands(self, line: Line) -> Stands | None:
        """The standing division of the line's code; None where one is to be opened."""
        latest = self.standing.latest(line.code)
        if latest is None or latest.valid_until is None or latest.valid_until == line.until:
            return latest
        if line.since is None or line.since < latest.valid_until:
            told = f"{latest.name}（{line.code}）已于 {latest.valid_until} 停用；重新启用请填写不早于这一天的启用日期"
            self.faults.add(line.row, "since", told)
            return latest
        return None

    def _under_parent(self, place: Place) -> None:
        line = place.line
        code = line.parent or self._prefix(line)
        above = self._known(code)
        key = "parent" if line.parent else "code"
        if above is None:
            told = f"上级 {code} 既不在文件里，系统里也没有，请先加上它，或者改正代码"
            self.faults.add(line.row, key, told)
        elif above.level not in _PARENTS[line.level]:
            self.faults.add(line.row, key, f"上级 {code} 的级别不对，请改正代码或者上级代码")
        else:
            place.parent_id, place.levels = above.id, dict(above.levels)
            self._within(place, above)

    def _known(self, code: str) -> Known | None:
        """What the file, or else the database, says of a code."""
        place, stands = self.places.get(code), self.standing.latest(code)
        if place is not None:
            return Known(place.id, place.line.level, place.line.name, place.levels, place.since, place.until)
        if stands is None:
            return None
        levels = {column: getattr(stands, column) for column in LEVEL_COLUMNS}
        return Known(stands.id, stands.level, stands.name, levels, stands.valid_from, stands.valid_until)

    def _within(self, place: Place, above: Known) -> None:
        """A division stands no longer than what it lies in."""
        line = place.line
        place.since, place.until = line.since or above.since, line.until
        if above.since and line.since and line.since < above.since:
            self.faults.add(line.row, "since", f"早于上级{above.name}的启用日期 {above.since}")
        if above.until and (line.until is None or line.until > above.until):
            told = f"上级{above.name}到 {above.until} 停用，请改上级代码，或者写明不晚于这一天的停用日期"
            self.faults.add(line.row, "until", told)

    @staticmethod
    def _prefix(line: Line) -> str:
        """The code of the next level up, by the digits."""
        return max((line.code[:length] for length in CODE_LENGTHS.values() if length < len(line.code)), key=len)

    def end(self, place: Place) -> None:
        """Where what the line ends goes on."""
        line, stands = place.line, place.stands
        if stands and stands.valid_until and line.successor and stands.successor_id:
            known = self.standing.by_id[stands.successor_id].code
            if known != line.successor:
                self.faults.add(line.row, "successor", f"{stands.name}已由 {known} 接续，不能再改")
            return
        if line.successor is None:
            return
        target = self._known(line.successor)
        if target is None:
            told = f"接续代码 {line.successor} 既不在文件里，系统里也没有"
        elif target.level != line.level or line.successor == line.code:
            told = f"接续代码 {line.successor} 应是另一个同级的区划"
        elif line.until and target.until and target.until <= line.until:
            told = f"接续代码 {line.successor} 自己到 {target.until} 也停用，请写仍在使用的代码"
        else:
            self.successors[place.id] = target.id
            return
        self.faults.add(line.row, "successor", told)

    def leave_nothing(self, made: Plan, running: Running) -> None:
        """What ends leaves neither divisions nor running work behind."""
        ending = {place.id: place for place in made.ended}
        for place in ending.values():
            left = [row for row in self.standing.below.get(place.id, []) if not self._ends(row, place.until)]
            left_new = [each for each in made.opened if each.parent_id == place.id and each.line.until is None]
            names = [row.name for row in left] + [each.line.name for each in left_new]
            if names:
                some = "、".join(names[:3]) + ("等" if len(names) > 3 else "")
                told = f"下面还有 {len(names)} 个区划没有停用（{some}），请在同一个文件里停用它们"
                self.faults.add(place.line.row, "until", told)
        for region_id, what in running([id for id in ending if id not in made.successors]).items():
            place = ending[region_id]
            told = f"{place.line.name}还有{what}，请填写接续代码，系统把它们转过去"
            self.faults.add(place.line.row, "successor", told)

    def _ends(self, row: Stands, on: date | None) -> bool:
        until = row.valid_until
        place = self.places.get(row.code)
        if place is not None and place.id == row.id:
            until = place.until
        return until is not None and on is not None and until <= on
