"""A form that is sent when its session has ended: it is kept as its sender's draft, and comes back after the login."""

from __future__ import annotations

from flask import Flask, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from app.core.errors import Rejection
from app.drafting import passes
from app.drafting.keeping import arrive, keep
from app.web import Unauthorized, errors, services

KEPT = "页面停留太久，刚才没有提交成功。填写的内容已经存好，{then}请核对后再提交一次。"
THEN = "用{name}的账号登录后还在表里，"


def install(app: Flask) -> None:
    """After `app.web.errors`, whose answers stand for what carries no pass."""
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(Unauthorized, _unauthorized)


def _csrf(error: CSRFError) -> ResponseReturnValue:
    page = _parked()
    return redirect(page) if page else errors.csrf_failed(error)


def _unauthorized(error: Unauthorized) -> ResponseReturnValue:
    page = _parked()
    return redirect(page) if page else errors.rejected(error)


def _parked() -> str | None:
    """The page on which the form comes back; it leads through the login itself. None for what is no such form."""
    if request.method != "POST":
        return None
    try:
        held, now = passes.held(), services().clock.now()
        arrived = arrive(held, now)
        with services().database.write() as session:
            keep(session, held, arrived, now)
    except Rejection:
        return None
    flash(KEPT.format(then="" if held.is_anonymous else THEN.format(name=held.owner_name)), "warning")
    return held.page
