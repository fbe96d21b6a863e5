"""The OpenAPI description and the page that shows it, all from this machine."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import render_template
from flask.typing import ResponseReturnValue

from app.api.schemas import Problem
from app.web import ANYONE, Call, reads
from app.web.errors import MESSAGES, problem

INFO = "社会救助办理接口。在工作台「我的设置」领取授权码，放在 `Authorization: Bearer …` 里。"
ERRORS = {
    "400": "读不懂的内容",
    "401": "没有授权码或者授权码失效",
    "403": "不能办理",
    "404": "没有找到",
    "409": "情况已经变化",
    "413": "内容太大",
    "422": "内容有误",
    "503": "暂时不能用，请稍后再试",
}
DOCS = "/api/docs"


def describe(app: APIFlask) -> None:
    """Say how to authenticate, which errors there are, and serve the browsable page."""
    app.config.update(
        DESCRIPTION=INFO,
        AUTO_404_RESPONSE=False,
        VALIDATION_ERROR_STATUS_CODE=422,
        VALIDATION_ERROR_DESCRIPTION=ERRORS["422"],
        VALIDATION_ERROR_SCHEMA=Problem,
    )
    app.security_schemes = {"bearer": {"type": "http", "scheme": "bearer"}}
    app.error_callback = _error  # the decorator `error_processor` would take the errors of every page as well
    app.spec_processor(_complete)
    app.add_url_rule(DOCS, "api_docs", app.doc(hide=True)(_docs))


@reads(ANYONE)
def _docs(call: Call) -> ResponseReturnValue:
    return render_template("api/docs.html")


def _error(error: HTTPError) -> Any:
    """What APIFlask refuses, in the shape of all our refusals."""
    wrong = _paths(error.detail) if isinstance(error.detail, dict) else {}
    if error.status_code == 422:
        return problem("invalid", "；".join(dict.fromkeys(wrong.values())) or ERRORS["422"], wrong, 422)
    return problem("rejected", MESSAGES.get(error.status_code, "请求没有成功"), wrong, error.status_code)


def _paths(detail: dict[str, Any]) -> dict[str, str]:
    """marshmallow's nested messages by location → dotted paths."""
    found: dict[str, str] = {}

    def walk(node: Any, path: tuple[str, ...]) -> None:
        if isinstance(node, dict):
            for key, inner in node.items():
                walk(inner, (*path, str(key)))
        else:
            found[".".join(path) or "_"] = "；".join(map(str, node)) if isinstance(node, list) else str(node)

    for location in detail.values():
        walk(location, ())
    return found


def _complete(spec: Any) -> Any:
    """Bodies are required, and every operation may refuse."""
    for path in spec["paths"].values():
        for operation in path.values():
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
            operation["security"] = [{"bearer": []}]
            for status, text in ERRORS.items():
                operation["responses"].setdefault(status, _refusal(text))
    return spec


def _refusal(text: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": ["code", "message", "fields"],
        "properties": {
            "code": {"type": "string"},
            "message": {"type": "string"},
            "fields": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    }
    return {"description": text, "content": {"application/json": {"schema": schema}}}
