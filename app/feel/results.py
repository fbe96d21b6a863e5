"""The shape that each built-in function gives."""

from __future__ import annotations

from dataclasses import replace

from app.feel.shapes import UNKNOWN, Shape, join

_GIVES = {
    "boolean": "all any contains matches not is even odd after before coincides during finishes includes meets",
    "number": "ceiling count decimal exp floor log mean median modulo number product sqrt stddev",
    "string": "string replace substring",
    "list": "append concatenate flatten mode remove reverse sort split sublist union",
    "context": "context",
    "date": "date today",
    "time": "time",
}
_RESULTS = {name: what for what, names in _GIVES.items() for name in names.split()} | {
    **dict.fromkeys(("starts with", "ends with", "list contains", "finished by", "met by", "started by"), "boolean"),
    **dict.fromkeys(("overlaps", "overlaps before", "overlaps after", "starts"), "boolean"),
    **dict.fromkeys(("string length", "day of year", "week of year"), "number"),
    **dict.fromkeys(("round up", "round down", "round half up", "round half down"), "number"),
    **dict.fromkeys(("upper case", "lower case", "string join", "substring before", "substring after"), "string"),
    **dict.fromkeys(("day of week", "month of year"), "string"),
    **dict.fromkeys(("distinct values", "index of", "insert before", "list replace", "get entries"), "list"),
    **dict.fromkeys(("context put", "context merge"), "context"),
    **dict.fromkeys(("date and time", "now"), "date and time"),
    "years and months duration": "years and months duration",
    "range": "range",
}
_KEEPS_ITEMS = frozenset(["append", "concatenate", "flatten", "remove", "reverse", "sort", "sublist", "union"]) | {
    "distinct values",
    "insert before",
    "list replace",
}


def result_of(name: str, arguments: list[Shape]) -> Shape:
    """What a call of a built-in gives for arguments of these shapes."""
    found = Shape(_RESULTS.get(name, ""))
    if name == "context put" and arguments and arguments[0].kind == "context":
        return replace(arguments[0], open=True)
    if found.kind == "context":
        return replace(found, open=True)
    if name in _KEEPS_ITEMS and arguments:
        lists = [each for each in arguments if each.kind == "list"]
        if len(lists) == len(arguments) or name not in ("append", "concatenate", "union"):
            return replace(found, item=joined([each.item or UNKNOWN for each in lists]))
    return found


def joined(shapes: list[Shape]) -> Shape | None:
    """What the items of a list are together; None for a list without items."""
    known = [shape for shape in shapes if shape is not None]
    if not known:
        return None
    found = known[0]
    for shape in known[1:]:
        found = join(found, shape)
    return found
