"""The child's side of a back-test: a page of cases is replayed, with all that it needs in one request."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.backtest.evaluating import Evaluator, Setting, Span
from app.backtest.lasting import Calendars
from app.backtest.names import SAME_WAY, UNCHANGED
from app.backtest.replay import Replayer
from app.backtest.rules import Rules
from app.backtest.subjects import Done, Event, Figure, Step, Subject
from app.backtest.telling import told
from app.backtest.titles import UNREADABLE, Titles
from app.backtest.totals import steps_as_json
from app.backtest.ways import Walker
from app.backtest.ways import told as tell_way


def replay(request: bytes) -> bytes:
    """`{bundles, letters, titles, figures, spans, days, local_days, cases}` → `{counts, ways, decisions, human_steps,
    before, after, lines, steps}`, or `{fault}` where a bundle cannot be read."""
    asked = json.loads(request)
    try:
        answer = _replayed(asked)
    except UNREADABLE as fault:
        answer = {"fault": str(fault)}
    return json.dumps(answer, ensure_ascii=False).encode()


def _replayed(asked: Mapping[str, Any]) -> dict[str, Any]:
    rules = {name: Rules(_decoded(files)) for name, files in asked["bundles"].items()}
    evaluator = Evaluator(rules, _setting(asked))
    calendars = Calendars(asked["days"], asked["local_days"])
    replayer, walker = Replayer(rules, evaluator), Walker(rules, evaluator, calendars)
    titles = Titles(rules, asked["titles"])
    counts, ways, decisions, human_steps = Counter[str](), Counter[str](), 0, 0
    before, after, lines = Decimal(0), Decimal(0), []
    for case in asked["cases"]:
        subject = _subject(case)
        found = replayer.replay(subject)
        alike = found.kind == UNCHANGED
        walked = walker.walk(subject, is_decided_alike=alike) if subject.state is not None else None
        if walked is not None:
            ways[walked.kind] += 1
            human_steps += walked.human_steps
            found.settle(walked)
        counts[found.kind] += 1
        decisions += found.decisions
        if found.monthly:
            before, after = before + found.monthly[0], after + found.monthly[1]
        if found.kind != UNCHANGED:
            lines.append(told(found, rules, titles))
        if walked is not None and walked.kind != SAME_WAY:
            lines.append(tell_way(walked, rules, asked["letters"], titles))
    return {
        "counts": counts, "ways": ways, "decisions": decisions, "human_steps": human_steps, "before": str(before),
        "after": str(after), "lines": lines, "steps": steps_as_json(walker.steps),
    }  # fmt: skip


def _decoded(files: Mapping[str, str]) -> dict[str, bytes]:
    return {path: base64.b64decode(text) for path, text in files.items()}


def _setting(asked: Mapping[str, Any]) -> Setting:
    figures = [Figure(key, region, Decimal(value), title) for key, region, value, title in asked["figures"]]
    spans = [
        Span(region, key, Decimal(value), date.fromisoformat(since), date.fromisoformat(until),
             datetime.fromisoformat(at))
        for region, key, value, since, until, at in asked["spans"]
    ]  # fmt: skip
    return Setting(tuple(figures), tuple(spans))


def _subject(case: Mapping[str, Any]) -> Subject:
    at = datetime.fromisoformat
    parts = {
        "regions": tuple(case["regions"]),
        "calendars": tuple(case["calendars"]),
        "steps": [Step(id, element, decision, release, at(decided), action, raw)
                  for id, element, decision, release, decided, action, raw in case["steps"]],
        "state": case["state"] and base64.b64decode(case["state"]),
        "events": [Event(at(moment), *rest) for moment, *rest in case["events"]],
        "done": [Done(element, at(created), at(closed), due and date.fromisoformat(due))
                 for element, created, closed, due in case["done"]],
    }  # fmt: skip
    return Subject(**{**case, **parts})
