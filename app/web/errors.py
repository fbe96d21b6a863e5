"""What a refused or failed request answers: a page that says what to do, or problem JSON on the API."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.core import logs
from app.core.entry import FACTOR, PASSWORD
from app.core.errors import Rejection
from app.core.exact_json import dump_json
from app.core.uploads import in_megabytes
from app.db import is_away

log = logging.getLogger("doudi.web")

TITLES = {
    400: "请求不完整",
    401: "请先登录",
    403: "您不能办理这一项",
    404: "没有找到",
    405: "不能这样打开",
    409: "情况已经变化",
    413: "文件太大",
    415: "文件类型不对",
    422: "填写有误",
    429: "操作太频繁",
    500: "系统出错了",
    503: "暂时不能用",
}
MESSAGES = {
    400: "提交的内容不完整。请返回上一页刷新后再提交一次。",
    404: "地址不对，或者内容已经不在了。请从首页重新进入。",
    405: "这个地址只能由页面上的按钮提交。请返回上一页操作。",
    415: "系统不认识这种内容。请按页面提示的类型提交。",
    429: "尝试次数太多。请稍候再试。",
    503: "系统暂时连不上数据库，刚才的操作没有生效。请等一两分钟再试；仍不能使用的，请告诉管理员。",
}
API, DOCS = "/api/", "/api/docs"
RETRY_SECONDS = "10"


class Unauthorized(Rejection):
    """Nobody is signed in, or the token is not valid (any more)."""

    code = "unauthorized"
    status = 401
    door = "desk.login"

    def __init__(self, message: str = "登录已失效或者还没有登录，请登录后再办理") -> None:
        super().__init__(message)


class Owing(Unauthorized):
    """Somebody typed the right password and has not done yet what the account asks for besides."""

    code = "owing"
    status = 403
    doors: Mapping[str, str] = MappingProxyType({PASSWORD: "desk.own_password", FACTOR: "desk.factor"})

    def __init__(self, owes: str) -> None:
        super().__init__("请先完成登录要求的步骤，再办理业务")
        self.door = self.doors[owes]


class Unavailable(Rejection):
    """A part of the installation that this needs is missing or does not answer."""

    code = "unavailable"
    status = 503


def is_api() -> bool:
    """Whether a machine asks: everything under /api/ but the page that people read there."""
    return request.path.startswith(API) and request.path != DOCS


def is_scripted() -> bool:
    """Whether a script of our own page sends a form, to say beside its field what came of it."""
    return request.accept_mimetypes.best == "application/json" and not is_api()


def told_to_script(response: Response) -> Response:
    """A script cannot see where it was sent without going there, and what a page says once would be said to it."""
    if response.location and is_scripted():
        response.set_data(dump_json({"to": response.location}))
        response.status_code, response.mimetype = 200, "application/json"
        del response.headers["Location"]
    return response


def problem(code: str, message: str, fields: dict[str, str], status: int) -> Response:
    """The one shape of every error of the API."""
    return make_response(jsonify({"code": code, "message": message, "fields": fields}), status)


def error_page(status: int, message: str, clause: str | None = None) -> Response:
    """A page with navigation and a way on. It asks the database for nothing, which may be what is broken."""
    title, at_desk = TITLES.get(status, "出错了"), request.path.startswith(("/desk", "/studio"))
    page = render_template("error.html", title=title, message=message, clause=clause, at_desk=at_desk, back=_back())
    return make_response(page, status)


def _back() -> str:
    """The page of ours that sent this, opened anew; empty where there is none."""
    came_from = urlsplit(request.referrer or "")
    ours = came_from.netloc == request.host and came_from.path not in ("", request.path)
    return came_from._replace(scheme="", netloc="").geturl() if ours else ""


def install(app: Flask) -> None:
    app.register_error_handler(Rejection, rejected)
    app.register_error_handler(CSRFError, csrf_failed)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _failure)
    app.after_request(told_to_script)


def rejected(error: Rejection) -> ResponseReturnValue:
    """The answer to a refusal."""
    if is_api() or (is_scripted() and not isinstance(error, Unauthorized)):
        return problem(error.code, error.message, error.fields, error.status)
    if isinstance(error, Unauthorized):
        back = request.full_path.rstrip("?") if request.method == "GET" else ""
        query = f"?{urlencode({'next': back})}" if back not in ("", "/") else ""
        return redirect(url_for(error.door) + query)
    return error_page(error.status, error.message, error.clause)


def csrf_failed(error: CSRFError) -> ResponseReturnValue:
    """The answer to a form whose session has ended, or that came from elsewhere."""
    return error_page(400, "页面停留太久，提交没有生效。请返回上一页，刷新后再提交；填写的内容请先复制保存。")


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error  # a redirect is its own response
    message = _too_large() if error.code == 413 else MESSAGES.get(error.code, "操作没有成功，请返回上一页再试。")
    code = error.name.lower().replace(" ", "_")
    answer = problem(code, message, {}, error.code) if is_api() or is_scripted() else error_page(error.code, message)
    answer.headers.extend((name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After"))
    return answer


def _too_large() -> str:
    """More than may be sent at once: in bytes, in text alone, or in fields."""
    whole = in_megabytes(current_app.config["MAX_CONTENT_LENGTH"])
    text = in_megabytes(current_app.config["MAX_FORM_MEMORY_SIZE"])
    return (
        f"一次提交的内容太多，没有保存。文件合计不能超过 {whole}，填写的文字不能超过 {text}；"
        "请压缩图片、分几次上传，或者减少填写的行数。"
    )


def _failure(error: Exception) -> ResponseReturnValue:
    """A database that is away, or a bug: nothing was committed; the log and the page share a reference."""
    if is_away(error):
        log.warning("the database did not answer: %s", type(error).__name__)
        answer = problem("unavailable", MESSAGES[503], {}, 503) if is_api() else error_page(503, MESSAGES[503])
        answer.headers["Retry-After"] = RETRY_SECONDS
        return answer
    reference = logs.REQUEST.get()[-8:]
    log.exception("request failed [%s]", reference)
    message = f"刚才的操作没有生效，数据没有改变。请稍后再试；仍不行请把编号 {reference} 告诉管理员。"
    if is_api():
        return problem("failure", message, {}, 500)
    return error_page(500, message)
