"""The child's side of a back-test: a page of cases is replayed, with all that it needs in one request."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.backtest.evaluating import Figure, Setting, Span
from app.backtest.names import UNCHANGED
from app.backtest.replay import Replayer
from app.backtest.rules import Rules
from app.backtest.subjects import Step, Subject
from app.backtest.telling import told
from app.definitions.errors import BundleError
from app.engine import DiagramError
from app.feel import FeelError

UNREADABLE = (BundleError, DiagramError, FeelError)


def replay(request: bytes) -> bytes:
    """`{bundles, figures, spans, cases}` → `{counts, decisions, before, after, lines}`, or `{fault}` where a bundle
    cannot be read."""
    asked = json.loads(request)
    try:
        answer = _replayed(asked)
    except UNREADABLE as fault:
        answer = {"fault": str(fault)}
    return json.dumps(answer, ensure_ascii=False).encode()


def _replayed(asked: Mapping[str, Any]) -> dict[str, Any]:
    rules = {name: Rules(_decoded(files)) for name, files in asked["bundles"].items()}
    replayer = Replayer(rules, _setting(asked))
    counts, decisions, before, after = Counter[str](), 0, Decimal(0), Decimal(0)
    lines = []
    for case in asked["cases"]:
        found = replayer.replay(_subject(case))
        counts[found.kind] += 1
        decisions += found.decisions
        if found.monthly:
            before, after = before + found.monthly[0], after + found.monthly[1]
        if found.kind != UNCHANGED:
            lines.append(told(found, rules))
    return {"counts": counts, "decisions": decisions, "before": str(before), "after": str(after), "lines": lines}


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
    steps = [Step(id, element, decision, release, datetime.fromisoformat(at), raw)
             for id, element, decision, release, at, raw in case["steps"]]  # fmt: skip
    return Subject(**{**case, "regions": tuple(case["regions"]), "steps": steps})
