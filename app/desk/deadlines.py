"""Deadlines in words that count working days, as the viewer's office works them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

from flask import g
from flask_login import current_user

from app import calendar
from app.calendar import WorkingDays
from app.desk.blueprint import blueprint
from app.identity import queries as identity

SOON = 2
"""Working days from today that count as due soon (即将到期)."""
_FAR = timedelta(days=200)


def in_words(
    due_on: date | None, today: date, days: WorkingDays, *, urgent: bool = False, timed: bool = False
) -> tuple[str, str]:
    """Words for a deadline and how pressing it is: ``("逾期 2 个工作日", "red")``.

    What falls due on days off has only the working days before them: on Friday, Sunday is today. What is `timed` and
    has no day is measured by a clock that stands still.
    """
    if due_on is None and timed:
        return "暂停计时", "amber"
    if due_on is None:
        return ("立即办理", "red") if urgent else ("不限期", "")
    if abs(due_on - today) > _FAR:
        return (f"逾期（{due_on.isoformat()} 到期）", "red") if due_on < today else (f"{due_on.isoformat()} 前", "navy")
    left = days.between(today, due_on)
    if due_on < today:
        return f"逾期 {-left} 个工作日" if left else "逾期，不足 1 个工作日", "red"
    if left == 0:
        return ("今天到期" if due_on == today else "今天下班前"), "amber"
    if left == 1 and days.is_working(today + timedelta(days=1)):
        return "明天到期", "amber"
    return f"还剩 {left} 个工作日", "amber" if left == 1 else "navy"


def soon(today: date, days: WorkingDays) -> date:
    """The last day that counts as soon."""
    return days.add(today, SOON)


def office_days() -> WorkingDays:
    """The working days of the office where the viewer has his first position; the national ones without one."""
    if "office_days" not in g:
        posts = current_user.actor.appointments if current_user.is_authenticated else ()
        regions = [chain for post in islice(posts, 1) for chain in identity.chain(g.session, post.region_id).ids]
        g.office_days = calendar.working_days(g.session, regions)
    found: WorkingDays = g.office_days
    return found


@blueprint.app_template_global()
def due(due_on: date | None, today: date, urgent: bool = False, timed: bool = False) -> tuple[str, str]:
    """The words of `in_words` on a page of the staff."""
    return in_words(due_on, today, office_days(), urgent=urgent, timed=timed)
