"""How values look on a page: times in Asia/Shanghai, money to the fen, deadlines as words."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.core.chinese import chinese_date, mask_name, mask_phone, percent
from app.core.clock import SHANGHAI, ClockBehind, local_date
from app.core.ids import in_fours
from app.db import training
from app.web import words
from app.web.services import services

LONG_AGO = date(1949, 10, 1)
"""From when a figure without a date of its own holds."""


def day(value: date | datetime | None) -> str:
    """``2020-10-15``; empty where there is none."""
    if value is None:
        return ""
    return (local_date(value) if isinstance(value, datetime) else value).isoformat()


def since(value: date | None) -> str:
    """The first day of something; what holds since before our records says so."""
    return "长期有效" if value is not None and value <= LONG_AGO else day(value)


def moment(value: datetime | None) -> str:
    """``2020-10-15 09:30`` in Asia/Shanghai."""
    return "" if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def yuan(value: Decimal | None) -> str:
    """``1,000.00 元``"""
    return "" if value is None else f"{value:,.2f} 元"


# What an agent's text holds, the most telling mark first: every browser calls itself several others too.
_BROWSERS = {"Edg": "Edge", "MicroMessenger": "微信", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {"Windows": "Windows", "Android": "安卓", "iPhone": "苹果手机", "Macintosh": "苹果电脑", "Linux": "Linux"}


def device(agent: str) -> str:
    """``Chrome，Windows``: what a browser says it is, as far as people need it to tell their devices apart."""
    known = [next((name for mark, name in marks.items() if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    return "，".join(filter(None, known)) or "其他程序"


def install(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_template_filter(day)
    app.add_template_filter(since)
    app.add_template_filter(moment)
    app.add_template_filter(yuan)
    app.add_template_filter(percent)
    app.add_template_filter(in_fours)
    app.add_template_filter(device)
    app.add_template_filter(mask_name)
    app.add_template_filter(mask_phone)
    app.add_template_filter(chinese_date, "chinese_day")
    app.jinja_env.globals["words"] = words
    app.context_processor(_today)


def _today() -> dict[str, Any]:
    """What every page shows; the one that says that the clock went back has no today."""
    try:
        return {"today": local_date(services().clock.now()), "training": _training()}
    except ClockBehind:
        return {"training": _training()}


def _training() -> bool:
    """Whether pages carry the mark of a training installation; a database that is away shows its own page."""
    try:
        return training.known(services().database)
    except SQLAlchemyError:
        return False
