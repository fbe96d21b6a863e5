"""The child's side of a back-test: pages of cases are replayed, each with all that it needs and was not sent before."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
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


def talk() -> Callable[[bytes], bytes]:
    """Answers one page after the other; bundles, and what was evaluated, are kept between."""
    return _Pages().replay


def replay(request: bytes) -> bytes:
    """One page alone."""
    return talk()(request)


class _Pages:
    def __init__(self) -> None:
        self._rules: dict[str, Rules] = {}
        self._work: _Work | None = None

    def replay(self, request: bytes) -> bytes:
        """`{world, bundles, letters, cases}` → `{counts, ways, decisions, human_steps, before, after, lines, steps}`,
        or `{fault}` where a bundle cannot be read.

        `world`, with the first page: `{titles, figures, spans, days, local_days}`. `bundles`: those that are new.
        """
        asked = json.loads(request)
        try:
            self._rules |= {name: Rules(_decoded(files)) for name, files in asked["bundles"].items()}
            self._work = self._work or _Work(self._rules, asked["world"])
            answer = self._work.replayed(asked["cases"], asked["letters"])
        except UNREADABLE as fault:
            answer = {"fault": str(fault)}
        return json.dumps(answer, ensure_ascii=False).encode()


class _Work:
    def __init__(self, rules: Mapping[str, Rules], world: Mapping[str, Any]) -> None:
        evaluator = Evaluator(rules, _setting(world))
        self._rules, self._titles = rules, Titles(rules, world["titles"])
        self._replayer = Replayer(rules, evaluator)
        self._walker = Walker(rules, evaluator, Calendars(world["days"], world["local_days"]))

    def replayed(self, cases: Iterable[Mapping[str, Any]], letters: Mapping[str, str]) -> dict[str, Any]:
        counts, ways, decisions, human_steps = Counter[str](), Counter[str](), 0, 0
        before, after, lines = Decimal(0), Decimal(0), []
        for case in cases:
            subject = _subject(case)
            found = self._replayer.replay(subject)
            alike = found.kind == UNCHANGED
            walked = self._walker.walk(subject, is_decided_alike=alike) if subject.state is not None else None
            if walked is not None:
                ways[walked.kind] += 1
                human_steps += walked.human_steps
                found.settle(walked)
            counts[found.kind] += 1
            decisions += found.decisions
            if found.monthly:
                before, after = before + found.monthly[0], after + found.monthly[1]
            if found.kind != UNCHANGED:
                lines.append(told(found, self._rules, self._titles))
            if walked is not None and walked.kind != SAME_WAY:
                lines.append(tell_way(walked, self._rules, letters, self._titles))
        return {
            "counts": counts, "ways": ways, "decisions": decisions, "human_steps": human_steps, "before": str(before),
            "after": str(after), "lines": lines, "steps": steps_as_json(self._walker.taken()),
        }  # fmt: skip


def _decoded(files: Mapping[str, str]) -> dict[str, bytes]:
    return {path: base64.b64decode(text) for path, text in files.items()}


def _setting(world: Mapping[str, Any]) -> Setting:
    figures = [Figure(key, region, Decimal(value), title) for key, region, value, title in world["figures"]]
    spans = [
        Span(region, key, Decimal(value), date.fromisoformat(since), date.fromisoformat(until),
             datetime.fromisoformat(at))
        for region, key, value, since, until, at in world["spans"]
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
