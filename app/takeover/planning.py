"""Comparing a file with what stands: what is new, what is there already, what differs, and every fault by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.core.chinese import chinese_date
from app.core.errors import Invalid
from app.core.months import first_of, month_after
from app.definitions.bundle import Bundle
from app.identity.queries import RegionChain
from app.registry import receiving
from app.registry.operations import SINGLE_PERSON
from app.registry.receiving import Known
from app.registry.taking_over import died_before
from app.takeover import facts
from app.takeover.file import Findings, read_lines, tables_of
from app.takeover.lines import MEMBERS, PAID, Line, differences
from app.takeover.standing import Kept, Standing, chunks, scope_of

ENTERED, SAME = "brought_in", "same"


@dataclass(slots=True)
class Total:
    """Of a programme in a township: awards, whom they cover, a month's sum, and what was paid to this day, in yuan."""

    awards: int = 0
    people: int = 0
    monthly: Decimal = Decimal("0.00")
    paid: Decimal = Decimal("0.00")


@dataclass(slots=True)
class Plan:
    """With faults nothing may be brought in. `totals` are those of the whole file, by programme's title and place."""

    findings: Findings
    lines: list[Line] = field(default_factory=list)
    same: int = 0
    changed: list[str] = field(default_factory=list)
    totals: dict[tuple[str, str], Total] = field(default_factory=dict)

    def refuse(self) -> None:
        """Raises Invalid where there is a fault."""
        if count := len(self.findings):
            raise Invalid({"file": f"文件有 {count} 处问题，什么都没有导入，请改正后重新导入"})

    @property
    def new(self) -> int:
        return len(self.lines) - len(self.changed)


def plan(
    session: Session, contents: Iterable[bytes], bundles: Sequence[Bundle], reach: Collection[str] | None, today: date
) -> Plan:
    """Compare files with what stands. `reach`: ids of the divisions for which the actor may (None: all).

    Raises Invalid (file) where there is no table of awards.
    """
    tables, _ = tables_of(bundles)
    made = Plan(Findings())
    lines = read_lines(contents, tables, made.findings, today)
    planner = _Planner(Standing(session, today), made, bundles, reach)
    planner.place(lines)
    planner.within_file(lines)
    for part in chunks([line for line in lines if line.region_id]):
        planner.compare(part)
    return made


class _Planner:
    def __init__(
        self, standing: Standing, plan: Plan, bundles: Sequence[Bundle], reach: Collection[str] | None
    ) -> None:
        self.standing, self.plan, self.findings = standing, plan, plan.findings
        self.reach = None if reach is None else set(reach)
        self.programmes = {name: each.programme for each in bundles for name in (each.title, each.programme)}
        self.titles = {each.programme: each.title for each in bundles}

    def place(self, lines: Sequence[Line]) -> None:
        """Where a line is, what its programme makes of it, and whether the line agrees with itself."""
        self.standing.read_places(line.region for line in lines)
        for line in lines:
            self._check_months(line)
            self._check_members(line)
            chain, bundle = self._chain(line), self._programme(line)
            if chain is None or bundle is None:
                continue
            found = self.standing.bundle(bundle, chain.nearest.id)
            if isinstance(found, str):
                self.findings.add(line.table, line.row, "programme", found)
                continue
            line.programme, line.region_id = bundle, chain.nearest.id
            if not line.once:
                facts.fill(line, found, self.findings)
                self._house(line, found, chain)
                if line.recheck_on is None:
                    self.findings.warn(line, "没有下次复核日期，系统不会自动开始复核")

    def _programme(self, line: Line) -> str | None:
        known = self.programmes.get(line.programme)
        if known is None:
            told = f"没有“{line.programme}”这个项目，可写：{'、'.join(sorted(set(self.titles.values())))}"
            self.findings.add(line.table, line.row, "programme", told)
        return known

    def _chain(self, line: Line) -> RegionChain | None:
        place = self.standing.place(line.region)
        if place is None or place.ended_on is not None:
            told = (
                f"系统里没有区划 {line.region}，请核对代码，或者请系统管理员先导入区划" if place is None else
                f"{place.name}已于{chinese_date(place.ended_on or date.min)}停用，请改写接续它的区划"
            )  # fmt: skip
            self.findings.add(line.table, line.row, "region", told)
            return None
        chain = self.standing.chain(place.id)
        if self.reach is not None and self.reach.isdisjoint(chain.ids):
            self.findings.add(line.table, line.row, "region", f"{chain.full_name}不在您办理的地区内")
            return None
        return chain

    def _house(self, line: Line, bundle: Bundle, chain: RegionChain) -> None:
        if line.institution is None:
            return
        found = self.standing.house(scope_of(chain), line.institution)
        if found is None:
            told = f"本县没有登记名为“{line.institution}”的供养服务机构，请核对名称，或者先登记它"
            self.findings.add(line.table, line.row, "institution", told)
            return
        line.institution_id = found.id
        facts.name_institution(line, bundle, found.name, found.office_id)

    def _check_months(self, line: Line) -> None:
        last: date | None = None
        for span in sorted(line.spans, key=lambda each: (each.first, each.row)):
            if span.first < first_of(line.starts_on):
                told = f"早于这份待遇的起始日期 {line.starts_on}，请核对"
                self.findings.add(PAID, span.row, "first", told)
            if last is not None and span.first <= last:
                self.findings.add(PAID, span.row, "first", f"{span.first:%Y-%m} 在另一行已经写过，一个月只能发放一次")
            elif last is not None and span.first > month_after(last):
                told = f"{month_after(last):%Y-%m} 到 {span.first:%Y-%m} 之间有没有发放的月份，按月发放的批次可以补发"
                self.findings.warn(line, told)
            last = max(filter(None, (last, span.last)))

    def _check_members(self, line: Line) -> None:
        seen: dict[str, int] = {}
        for member in line.members:
            if member.id_number in seen:
                told = f"与第 {seen[member.id_number]} 行是同一个人，请删去一行"
                self.findings.add(MEMBERS, member.row, "id_number", told)
            seen.setdefault(member.id_number, member.row)
            if member.since is not None and member.since < line.starts_on:
                self.findings.add(MEMBERS, member.row, "since", f"早于这份待遇的起始日期 {line.starts_on}")
        if line.members and line.id_number not in seen:
            told = f"{line.name}不在「{MEMBERS}」表里：有家庭成员的，领取人本人也要列一行"
            self.findings.add(line.table, line.row, "id_number", told)

    def within_file(self, lines: Sequence[Line]) -> None:
        """Nobody is covered twice by one file."""
        covered: dict[str, list[Line]] = defaultdict(list)
        for line in (line for line in lines if line.region_id):
            bundle, chain = self._of(line)
            rules = {other.programme: other.text for other in self.standing.others(line.programme, chain)}
            for number, (table, row, name) in _covered(line).items():
                for other in covered[number]:
                    told = _clash(line, other, bundle, rules)
                    if told:
                        where = f"与「{other.table}」第 {other.row} 行{other.name}："
                        self.findings.add(table, row, "id_number", f"{name}{where}{told}")
                covered[number].append(line)

    def compare(self, lines: Sequence[Line]) -> None:
        """What these lines change."""
        people = self.standing.people({number for line in lines for number in line.numbers()})
        kept = self._kept(lines, people)
        texts = {id(line): line.text() for line in lines}
        differing = [each.award_id for line in lines if (each := kept.get(id(line))) and each.text != texts[id(line)]]
        continued = self.standing.gone_on_with(differing)
        for line in lines:
            before = kept.get(id(line))
            self._count(line)
            if before is not None and before.text == texts[id(line)]:
                self.plan.same += 1  # whatever happened to its people since
                continue
            self._check_people(line, people, before)
            if before is None:
                self.plan.lines.append(line)
            else:
                self._change(line, before, texts[id(line)], before.award_id in continued)

    def _kept(self, lines: Sequence[Line], people: Mapping[str, Known]) -> dict[int, Kept]:
        """By line (its identity), the award that it brought in before.

        That of the same person, programme and first day, whatever its number; else the one of its number.
        """
        alike = {id(line): award for line in lines if (award := _alike(line, people.get(line.id_number)))}
        by_award = self.standing.kept_by_award(alike.values()) if alike else {}
        found = {
            id(line): by_award[award]
            for line in lines
            if (award := alike.get(id(line))) in by_award and by_award[award].id_number == line.id_number
        }
        taken = {each.award_id for each in found.values()}
        scopes = {id(line): scope_of(self._of(line)[1]) for line in lines}
        numbered = self.standing.kept(set(scopes.values()), [line.number for line in lines])
        for line in lines:
            own = numbered.get((scopes[id(line)], line.number))
            if id(line) not in found and own is not None and own.award_id not in taken:
                found[id(line)] = own
        return found

    def _change(self, line: Line, before: Kept, text: str, continued: bool) -> None:
        told = "；".join(differences(before.text, text))
        if continued:
            what = f"这份待遇导入后已在本系统继续办理，不能再由导入更改（{told}），请办理变更，或者从文件里删去这一行"
            self.findings.add(line.table, line.row, "number", what)
            return
        line.replaces = before.award_id
        self.plan.lines.append(line)
        self.plan.changed.append(f"「{line.table}」第 {line.row} 行 {line.name}：{told}")

    def _check_people(self, line: Line, people: Mapping[str, Known], before: Kept | None) -> None:
        bundle, chain = self._of(line)
        own = before.award_id if before else None
        scope = chain.at(bundle.once_scope) if bundle.once_scope else None
        for number, (table, row, name) in _covered(line).items():
            known = people.get(number)
            if known is None:
                continue
            if known.name and known.name != name:
                told = f"登记库里 {name} 的身份证号是{known.name}的，请核对姓名和号码；登记的姓名不变"
                self.findings.warn(line, told)
            if died_before(known.died_on, line.starts_on, once=line.once):
                told = f"登记库记载{name}已于{chinese_date(known.died_on)}死亡，请删去这一行，登记有误的先更正死亡日期"
                self.findings.add(table, row, "id_number", told)
            elsewhere = self._elsewhere(line, known.received, chain, scope and scope.id, own)
            if elsewhere:
                self.findings.add(table, row, "id_number", f"{name}{elsewhere}")

    def _elsewhere(
        self, line: Line, received: Sequence[receiving.Received], chain: RegionChain, scope: str | None, own: str | None
    ) -> str | None:
        if line.once:
            before = receiving.granted_once(received, line.programme, scope, own)
            return f"已于{chinese_date(before.starts_on)}享受过本项救助，只能享受一次" if before else None
        others = self.standing.others(line.programme, chain)
        found = receiving.barring(received, line.programme, line.starts_on, others, own)
        if found is None:
            return None
        return f"正在本系统享受另一项救助：{found[1].text}" if found[1] else "已在本系统享受这项待遇，不能重复导入"

    def _count(self, line: Line) -> None:
        chain = self.standing.chain(line.region_id)
        key = self.titles[line.programme], (chain.township or chain.nearest).name
        total = self.plan.totals.setdefault(key, Total())
        total.awards += 1
        total.people += len(_covered(line))
        total.monthly += Decimal("0.00") if line.once else line.amount
        total.paid += sum((amount for _, amount in line.paid()), Decimal("0.00"))

    def _of(self, line: Line) -> tuple[Bundle, RegionChain]:
        bundle = self.standing.bundle(line.programme, line.region_id)
        assert isinstance(bundle, Bundle), "a line that has a region has a programme there"
        return bundle, self.standing.chain(line.region_id)


def _covered(line: Line) -> dict[str, tuple[str, int, str]]:
    """Number → table, row and name of whom the award covers."""
    found = {line.id_number: (line.table, line.row, line.name)}
    if not line.once and line.kind != SINGLE_PERSON:
        for each in line.members:
            found.setdefault(each.id_number, (MEMBERS, each.row, each.name))
    return found


def _clash(line: Line, other: Line, bundle: Bundle, rules: Mapping[str, str]) -> str | None:
    """What keeps two lines of a file from covering one person."""
    if line.programme == other.programme:
        if line.once and other.once:
            again = bundle.once_scope is not None or (line.starts_on, line.amount) == (other.starts_on, other.amount)
            return "同一笔救助写了两次，或者只能享受一次，请删去一行" if again else None
        return None if line.once or other.once else "一人不能由两份待遇同时保障，请删去一处"
    return None if line.once or other.once else rules.get(other.programme)


def _alike(line: Line, known: Known | None) -> str | None:
    """The award of the person, programme and day that the line speaks of."""
    return next(
        (
            each.award_id
            for each in (known.received if known else ())
            if (each.programme, each.starts_on) == (line.programme, line.starts_on) and each.monthly != line.once
        ),
        None,
    )


def as_rows(totals: Mapping[tuple[str, str], Total]) -> list[dict[str, Any]]:
    """Totals as they are kept and shown, by programme and place."""
    return [
        {"programme": programme, "place": place, "awards": each.awards, "people": each.people,
         "monthly": each.monthly, "paid": each.paid}
        for (programme, place), each in sorted(totals.items())
    ]  # fmt: skip
