"""The one table of what staff find in the head of a page: who may use it, and which pages lie below it.

A door is shown to who has one of its capabilities; operations and queries refuse everybody else with the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.actor import Actor
from app.identity import policy as identity_policy
from app.takeover import operations as takeovers


@dataclass(frozen=True, slots=True)
class Door:
    """`below`: how the paths of its pages begin. `needs`: any of these capabilities; none: every member of staff."""

    endpoint: str
    label: str
    below: tuple[str, ...]
    needs: tuple[str, ...] = ()
    count: str = ""
    alarming: bool = False


DOORS = (
    Door("desk.inbox_page", "待办",
         ("/desk/", "/desk/tasks", "/desk/phrases", "/desk/worklist", "/desk/absences", "/desk/together", "/desk/asked",
          "/desk/messages"), count="open"),
    Door("desk.apply_start", "代办申请", ("/desk/apply",), ("file_applications",)),
    Door("desk.load_page", "工作量", ("/desk/load", "/desk/absences"), (identity_policy.DIRECT,)),
    Door("desk.case_list", "案件", ("/desk/cases", "/desk/documents", "/desk/dossiers"), ("see_cases",)),
    Door("desk.award_list", "在保",
         ("/desk/awards", "/desk/people", "/desk/households", "/desk/takeovers"), ("see_awards",)),
    Door("desk.takeover_list", "导入在保", ("/desk/takeovers",), (takeovers.ENTER, takeovers.CONFIRM)),
    Door("desk.owed_list", "待补", ("/desk/owed",), ("see_cases",), count="owed"),
    Door("desk.notice_list", "公示", ("/desk/notices",), ("see_cases",)),
    Door("desk.payment_list", "款项",
         ("/desk/payments", "/desk/batches", "/desk/reserves", "/desk/claims", "/desk/goods"), ("see_money",)),
    Door("desk.ledger_page", "专账", ("/desk/ledger",), ("read_ledger",)),
    Door("desk.statistics_page", "统计", ("/desk/statistics",), ("see_statistics",)),
    Door("desk.incident_list", "异常", ("/desk/incidents",), ("mend_incidents",), count="incidents", alarming=True),
    Door("desk.figure_list", "标准", ("/desk/figures", "/desk/calendar"), ("see_figures",)),
    Door("desk.proof_page", "审计核对", ("/desk/audit",), ("read_audit",)),
    Door("desk.login_chain_page", "登录审计", ("/desk/audit/logins",), ("read_audit",)),
    Door("desk.login_list", "登录安全", ("/desk/logins",), ("keep_logins",)),
    Door("desk.office_list", "机构和人员", ("/desk/offices", "/desk/staff", "/desk/setup"), ("keep_people",)),
    Door("studio.change_list", "政策变更", ("/studio/", "/desk/letters"), ("draft_releases",), count="news",
         alarming=True),
)  # fmt: skip
WITHIN: Mapping[str, str] = {"desk.takeover_list": "desk.award_list"}
"""A door that is a tab of another one where somebody has both."""


def doors_of(actor: Actor) -> list[Door]:
    """The doors that an actor may use, in the order of the table."""
    able = [door for door in DOORS if not door.needs or any(identity_policy.may(actor, each) for each in door.needs)]
    shown = {door.endpoint for door in able}
    return [door for door in able if WITHIN.get(door.endpoint) not in shown]


def current(doors: list[Door], path: str) -> str:
    """The endpoint of the door that a page lies behind: the longest beginning counts; empty where there is none."""
    found = [(len(each), door.endpoint) for door in doors for each in door.below if path == each or _below(path, each)]
    return max(found, default=(0, ""))[1]


def _below(path: str, beginning: str) -> bool:
    return beginning != "/desk/" and path.startswith(f"{beginning.rstrip('/')}/")
