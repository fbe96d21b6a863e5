"""What a replay found of a case, as lists keep it: nothing of people, only what the rules themselves say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.backtest import causes, names
from app.backtest.replay import Changed, Found
from app.backtest.rules import Rules
from app.backtest.titles import Titles


def told(found: Found, rules: Mapping[str, Rules], titles: Titles) -> dict[str, Any]:
    """A line of the list: `{number, kind, place, decision, was, now, table, row, clause, before, after, note}`.

    `row` is 0 where no row says it; `before` and `after` are what is paid a month, as text, or None.
    """
    kind, changed = found.kind, _decisive(found)
    line: dict[str, Any] = {
        "number": found.subject.number, "status": found.subject.status, "kind": kind, "place": "", "decision": "",
        "was": "", "now": "", "table": "", "row": 0, "clause": "", "note": _note(found, changed, titles),
    }  # fmt: skip
    before, after = (str(each) for each in found.monthly) if found.monthly else (None, None)
    line |= {"before": before, "after": after}
    if changed is not None:
        own = rules[found.subject.release_id]
        words = own.words | rules.get(found.subject.draft, own).words
        line |= {
            "place": changed.place, "decision": changed.decision, "table": changed.cause.table,
            "was": causes.told(changed.was, words), "now": causes.told(changed.now, words),
            "row": changed.cause.row, "clause": changed.cause.clause,
        }  # fmt: skip
    return line


def _decisive(found: Found) -> Changed | None:
    """The change that made the case what it is: for a flip the one that refuses or no longer does, else the first."""
    wanted = {names.REFUSED: lambda each: _refuses(each.now) and not _refuses(each.was),
              names.ADMITTED: lambda each: _refuses(each.was) and not _refuses(each.now)}  # fmt: skip
    fits = wanted.get(found.kind, lambda each: True)
    return next((each for each in found.changed if fits(each)), None)


def _refuses(value: Any) -> bool:
    return bool(causes.refusal(value))


def _note(found: Found, changed: Changed | None, titles: Titles) -> str:
    if found.mismatches:
        return f"按当时的发布版重演，结果与记录不同：{'、'.join(dict.fromkeys(found.mismatches))}"
    if found.kind == names.UNDETERMINED:
        asked = titles.listed(found.subject, found.unknown)
        unread = [f"变更后还要读取{asked}，当时没有"] if asked else []
        led = ["变更后流程的走向不同，只重算判断看不出结果"] if found.is_led_elsewhere else []
        return "；".join([*unread, *dict.fromkeys(found.faults), *led])
    parts = []
    if changed is not None and changed.cause.was:
        parts.append("当时成立的这一行，变更后不再成立")
    if changed is not None and changed.figures:
        parts.append(f"标准变了：{'、'.join(changed.figures)}")
    if len(found.changed) > 1:
        parts.append(f"另有 {len(found.changed) - 1} 项判断也变了")
    return "；".join(parts)
