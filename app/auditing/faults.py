"""What a verification found, in the words of an auditor."""

from __future__ import annotations

from dataclasses import dataclass

FROM_BACKUP = "请保留现场，用最近一次核对无误的备份恢复到另一台机器，与现在的数据逐条比对"
FROM_CASE = "请调出这个案件的文书和审计记录，查明是谁直接改了数据库，再按规定程序更正"
FROM_MONEY = "请立即暂停支付，与银行回单和批准文书核对，查明是谁直接改了数据库"
KEEP_FILE = "请从上一次备份或另一台机器取回存证文件核对；找不到时保留现场，查明是谁删改了它"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was written: where, what, and what to do; Chinese."""

    where: str
    what: str
    todo: str


@dataclass(frozen=True, slots=True)
class Report:
    """A verification: how many events were read, how many days are signed, until when things are anchored outside."""

    events: int
    roots: int
    anchored_until: str | None
    faults: list[Fault]
