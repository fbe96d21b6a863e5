"""Months as days and as words."""

from __future__ import annotations

from datetime import date, timedelta


def first_of(day: date) -> date:
    """The first day of the month."""
    return day.replace(day=1)


def last_of(day: date) -> date:
    """The last day of the month."""
    return month_after(day) - timedelta(days=1)


def month_after(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def name_of(day: date) -> str:
    """`2021-05`."""
    return f"{day:%Y-%m}"
