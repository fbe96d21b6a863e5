"""Reading FEEL as somebody types it: what is wrong with each text, and where."""

from __future__ import annotations

import re
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from app.changes import policy
from app.core.errors import Invalid
from app.feel import FeelError, check, compile, compile_unary
from app.feel.diagnostics import WORDS
from app.feel.typecheck import SIMPLE
from app.studio.blueprint import blueprint
from app.web import Call, reads

MOST, LONGEST = 2000, 5000
ERROR = "error"
BARE = re.compile(r"[\u4e00-\u9fff\w]*[\u4e00-\u9fff][\u4e00-\u9fff\w]*")
"""A Chinese word without quotes, which would be read as a name that nobody declares."""


@blueprint.post("/feel")
@reads()
def feel_check(call: Call) -> ResponseReturnValue:
    """`{texts: [{id, text, unary, type, allowed}]}` gives `{findings: [{id, message}]}`, at most one for each text.

    unary: the text is a cell that tests a value of `type`; otherwise it gives a value, of `type` where one is named and
    one of `allowed` (unary tests) where they are.
    """
    policy.require_reader(call.session, call.actor)
    sent = request.get_json(silent=True)
    texts = sent.get("texts") if isinstance(sent, dict) else None
    if not isinstance(texts, list) or len(texts) > MOST or not all(_is_text(each) for each in texts):
        raise Invalid({"texts": f"每次最多检查 {MOST} 条表达式，每条不超过 {LONGEST} 字"})
    found = [(each["id"], _wrong(each)) for each in texts]
    return jsonify({"findings": [{"id": id, "message": message} for id, message in found if message]})


def _wrong(each: dict[str, Any]) -> str:
    type, allowed = str(each.get("type") or ""), str(each.get("allowed") or "")[:LONGEST]
    return wrong(each["text"], each.get("unary") is True, type, allowed)


def wrong(text: str, unary: bool, type: str, allowed: str = "") -> str:
    """What is wrong with a text, with its position; empty where nothing is."""
    checked = check(text, unary=unary, input_type=(type or None) if unary else None)
    for each in checked.diagnostics:
        if each.severity == ERROR:
            place = f"第 {each.line} 行第 {each.column} 列：" if each.line else ""
            hint = f"（您是不是想写“{each.suggestion}”？）" if each.suggestion else ""
            return f"{place}{each.message_zh}{hint}"
    text = text.strip()
    return "" if unary or text in ("", "null") else _misfit(text, checked.kind, SIMPLE.get(type, ""), allowed)


def _misfit(text: str, given: str | None, wanted: str, allowed: str) -> str:
    """Why a result does not fit its column, as far as that can be told from the text alone."""
    if wanted == "string" and BARE.fullmatch(text):
        return f'文字要加英文双引号，写作 "{text}"'
    if wanted and given and given != wanted:
        return f"这一列应为{WORDS[wanted]}，填写的是{WORDS.get(given, given)}"
    try:
        read = compile(text)
        fits = not allowed or bool(read.names) or compile_unary(allowed).test(read.evaluate({}), {})
    except FeelError:  # the allowed values are somebody else's mistake, and told at their own place
        return ""
    return "" if fits else f"不在允许的值 {allowed} 之内"


def _is_text(each: Any) -> bool:
    return isinstance(each, dict) and all(isinstance(each.get(key), str) for key in ("id", "text")) and (
        len(each["text"]) <= LONGEST
    )  # fmt: skip
