"""The verification: chains, today's ends, signed days, what is anchored outside, and the rows themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import audit
from app.audit.operations import EVENT, ROOT
from app.audit.queries import ROOTS
from app.auditing import rows
from app.auditing.anchors import FILE, Anchored, of_file
from app.auditing.faults import FROM_BACKUP, KEEP_FILE, Fault, Report
from app.cases.store import CASE
from app.core.clock import local_date

SOON = timedelta(hours=1)  # a root is anchored some minutes after it was made
NIGHT = timedelta(days=2)  # yesterday is signed in the small hours of today


def verify(session: Session, anchors: Path | None, now: datetime, since: datetime | None = None) -> Report:
    """Read everything again. `anchors` is the file of anchors, None where it is not asked for (a backup elsewhere).

    `since` reads only the chains that grew since then.
    """
    outside = of_file(anchors, session.info["vault"]) if anchors else Anchored()
    seen = _Seen(outside)
    breaks = [*audit.verify(session, since=since, seen=seen), *audit.verify_roots(session)]
    found = [Fault(_where(each), each.reason, FROM_BACKUP) for each in breaks]
    found += seen.cut(since)
    found += _case_heads(session, seen, since)
    if anchors:
        found += _missing_days(session, now)
        found += outside.faults + list(_against_anchors(session, outside, now))
    if seen.witnessed.opened or since is not None:
        found += rows.faults(session, seen.witnessed, since)
    elif anchors and seen.events:
        found.append(Fault("账目", "还没有建账，金额和案件状态没有核对", "夜间作业会建账，明天再核对"))
    found += rows.funds(session)
    found += rows.goods(session)
    signed = session.scalar(select(func.count()).select_from(ROOT)) or 0
    return Report(seen.events, signed, outside.until, found)


class _Seen:
    """What is remembered of the events that went by: ends of chains, books, and whether anchored heads were met."""

    def __init__(self, outside: Anchored) -> None:
        self.events, self.witnessed = 0, rows.Witnessed()
        self.ends: dict[str, tuple[int, str]] = {}
        self._outside = dict(outside.heads)
        self._rewritten: list[Fault] = []

    def __call__(self, event: Any) -> None:
        self.events += 1
        self.witnessed.see(event)
        self.ends[event.chain] = event.seq, event.hash
        if event.seq == self._outside.get(event.chain, (0, ""))[0]:
            _, known = self._outside.pop(event.chain)
            if known != event.hash:
                told = f"与{FILE}不符，整段记录被重写过"
                self._rewritten.append(Fault(f"审计记录 {event.chain} 第 {event.seq} 条", told, FROM_BACKUP))

    def cut(self, since: datetime | None) -> list[Fault]:
        """Chains that are shorter than a line outside says. With `since`, only those that were read."""
        cut = {chain: head for chain, head in self._outside.items() if since is None or chain in self.ends}
        return self._rewritten + [
            Fault(f"审计记录 {chain}", f"{FILE}里有第 {seq} 条，库里没有了，末尾被截断", FROM_BACKUP)
            for chain, (seq, _) in cut.items()
        ]


def _case_heads(session: Session, seen: _Seen, since: datetime | None) -> Iterator[Fault]:
    """A case's row keeps the end of its chain: a tail that was cut today is missed at once."""
    wanted = select(CASE.c.id, CASE.c.number, CASE.c.audit_seq, CASE.c.audit_hash)
    for row in session.execute(wanted.execution_options(yield_per=rows.CHUNK)):
        end = seen.ends.get(f"case:{row.id}", None if since else (0, ""))
        if end is not None and end != (row.audit_seq, row.audit_hash):
            told = f"案件记着第 {row.audit_seq} 条，审计记录到第 {end[0]} 条为止，末尾被截断或重写"
            yield Fault(f"案件 {row.number}", told, FROM_BACKUP)


def _missing_days(session: Session, now: datetime) -> Iterator[Fault]:
    """Since the last root, or where there is none since anything happened, no day is over that is not signed.

    A root that is gone from between is missed by the next one, which is linked to it.
    """
    signed, first = session.scalar(select(func.max(ROOT.c.day))), session.scalar(select(func.min(EVENT.c.at)))
    if first is None:
        return
    day, last = signed + timedelta(days=1) if signed else local_date(first), local_date(now - NIGHT)
    if day <= last:
        told = f"{day.isoformat()} 至 {last.isoformat()} 没有每日签章"
        yield Fault("每日签章", told, "如果这几天后台没有运行，请启动后台补签；已经签过又没有了的，请用备份核对")


def _against_anchors(session: Session, outside: Anchored, now: datetime) -> Iterator[Fault]:
    roots = session.execute(select(ROOT.c.day, ROOT.c.signature, ROOT.c.made_at)).all()
    signed = {row.day.isoformat(): row.signature for row in roots}
    for day, signature in outside.roots.items():
        if signed.get(day) != signature:
            told = "库里没有了" if day not in signed else "与库里的不同"
            yield Fault("每日签章", f"{FILE}里 {day} 的每日签章{told}，每日签章被人删改", FROM_BACKUP)
    due = {row.day.isoformat() for row in roots if row.made_at < now - SOON} - outside.roots.keys()
    if due:
        yield Fault(FILE, f"缺少 {min(due)} 至 {max(due)} 的每日签章，文件被删除或截断", KEEP_FILE)


def _where(each: audit.Break) -> str:
    return "每日签章" if each.chain == ROOTS else f"审计记录 {each.chain} 第 {each.seq} 条"
