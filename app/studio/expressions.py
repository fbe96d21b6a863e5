"""Reading FEEL as somebody types it: what is wrong with each text, and where."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from app.changes import policy
from app.core.errors import Invalid
from app.feel import check
from app.studio.blueprint import blueprint
from app.web import Call, reads

MOST, LONGEST = 2000, 5000
ERROR = "error"


@blueprint.post("/feel")
@reads()
def feel_check(call: Call) -> ResponseReturnValue:
    """`{texts: [{id, text, unary, type}]}` gives `{findings: [{id, message}]}`, at most one for each text.

    unary: the text is a cell that tests a value of `type`; otherwise it gives a value, of `type` where one is named.
    """
    policy.require_reader(call.session, call.actor)
    sent = request.get_json(silent=True)
    texts = sent.get("texts") if isinstance(sent, dict) else None
    if not isinstance(texts, list) or len(texts) > MOST or not all(_is_text(each) for each in texts):
        raise Invalid({"texts": f"每次最多检查 {MOST} 条表达式，每条不超过 {LONGEST} 字"})
    found = ((each["id"], wrong(each["text"], each.get("unary") is True, str(each.get("type", "")))) for each in texts)
    return jsonify({"findings": [{"id": id, "message": message} for id, message in found if message]})


def wrong(text: str, unary: bool, type: str) -> str:
    """What is wrong with a text, with its position; empty where nothing is."""
    checked = check(text, unary=unary, input_type=(type or None) if unary else None)
    for each in checked.diagnostics:
        if each.severity == ERROR:
            place = f"第 {each.line} 行第 {each.column} 列：" if each.line else ""
            hint = f"（您是不是想写“{each.suggestion}”？）" if each.suggestion else ""
            return f"{place}{each.message_zh}{hint}"
    return ""


def _is_text(each: Any) -> bool:
    return isinstance(each, dict) and all(isinstance(each.get(key), str) for key in ("id", "text")) and (
        len(each["text"]) <= LONGEST
    )  # fmt: skip
