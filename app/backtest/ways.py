"""Closed cases through the diagram of a draft: which take another way, how long each step takes, what is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.backtest import names
from app.backtest.evaluating import Evaluator
from app.backtest.history import History, Unwalkable
from app.backtest.hosts import Drafted, Recorded
from app.backtest.lasting import Calendars, Lasting
from app.backtest.leading import Led
from app.backtest.rules import Rules
from app.backtest.subjects import Subject
from app.backtest.titles import Titles
from app.backtest.totals import Lasted, Place
from app.backtest.walking import Record, Taken, Way
from app.calendar import WorkingDays
from app.core.clock import local_date
from app.engine import Diagram, StateError
from app.engine.diagram import HUMAN

MOST_TITLES = 6


@dataclass(slots=True)
class Walked:
    """What the two ways of a case come to. `human_steps`: tasks of people that were replayed under the draft."""

    subject: Subject
    kind: str
    was: Way
    now: Way
    note: str = ""
    gone: list[str] = field(default_factory=list)
    come: list[str] = field(default_factory=list)

    @property
    def human_steps(self) -> int:
        return self.now.human_steps


class Walker:
    """Walks cases and sums up how long their steps take."""

    def __init__(self, rules: Mapping[str, Rules], evaluator: Evaluator, calendars: Calendars) -> None:
        self._rules, self._evaluator, self._calendars = rules, evaluator, calendars
        self.steps: dict[Place, Lasted] = {}
        self._lasting: dict[tuple[str, tuple[str, ...]], Lasting] = {}

    def walk(self, subject: Subject, *, is_decided_alike: bool = False) -> Walked:
        """Both ways of a case. Where all is decided as it was (`is_decided_alike`) and the draft has the same diagram
        and deadlines, one is the other."""
        own, draft = subject.release_id, subject.draft or subject.release_id
        if subject.process not in self._rules[draft].bundle.processes:
            return Walked(subject, names.UNWALKED, Way(), Way(), "变更后没有这个流程")
        try:
            history = History(subject, self._rules[own].bundle.process(subject.process))
            host = Recorded(self._rules[own], subject, history, self._evaluator)
            record = Record(subject, history, host, self._of(own, subject))
            was = record.go()
        except Unwalkable as reason:
            return Walked(subject, names.UNWALKED, Way(), Way(), str(reason))
        except StateError as other:
            return Walked(subject, names.UNFAITHFUL, Way(), Way(), str(other))
        if was.faithless:
            return Walked(subject, names.UNFAITHFUL, was, Way(), f"按当时的流程重走，{was.faithless}")
        if is_decided_alike and self._leads_alike(subject):
            return self._compared(subject, was, was)
        drafted = Drafted(self._rules[draft], subject, history, self._evaluator, host)
        now = Led(subject, history.start, drafted, self._of(draft, subject), record).go()
        return self._compared(subject, was, now)

    def taken(self) -> dict[Place, Lasted]:
        """How long the steps took since this was asked before."""
        steps, self.steps = self.steps, {}
        return steps

    def _leads_alike(self, subject: Subject) -> bool:
        if self._evaluator.set_for(subject.regions, {}):
            return False
        own, draft = (self._rules[each].bundle for each in (subject.release_id, subject.draft or subject.release_id))
        mine, other = self._diagrams(subject)
        return own.clocks == draft.clocks and (mine.key, mine.process_id) == (other.key, other.process_id)

    def _of(self, name: str, subject: Subject) -> Lasting:
        key = (name, subject.calendars)
        if key not in self._lasting:
            self._lasting[key] = Lasting(self._rules[name], self._calendars.of(subject.calendars))
        return self._lasting[key]

    def _compared(self, subject: Subject, was: Way, now: Way) -> Walked:
        found = Walked(subject, names.SAME_WAY, was, now)
        own, draft = self._diagrams(subject)
        before, after = Counter(was.passed), Counter(now.passed)
        found.gone = _titles(own, before - after)
        found.come = _titles(draft, after - before)
        if now.stop:
            found.kind = names.UNANSWERED if now.is_asked else names.UNWALKED
            found.note = now.stop
            return found
        if now.refused or before != after or was.status != now.status:
            found.kind = names.REROUTED
            found.note = "变更后在这一步就不予办理" if now.refused else ""
        elif was.letters != now.letters:
            found.kind = names.LETTERS
        self._sum_up(subject, was, now)
        return found

    def _diagrams(self, subject: Subject) -> tuple[Diagram, Diagram]:
        own, draft = self._rules[subject.release_id], self._rules[subject.draft or subject.release_id]
        return own.bundle.process(subject.process), draft.bundle.process(subject.process)

    def _sum_up(self, subject: Subject, was: Way, now: Way) -> None:
        own, draft = self._diagrams(subject)
        days = self._calendars.of(subject.calendars)
        for each in was.taken:
            lasted = self._lasted(subject, own, each.element_id)
            lasted.was[_working_days(days, each)] += 1
            lasted.late += _is_late(each)
        for each in now.taken:
            lasted = self._lasted(subject, draft, each.element_id)
            lasted.now[_working_days(days, each)] += 1
            lasted.later += _is_late(each)

    def _lasted(self, subject: Subject, diagram: Diagram, element_id: str) -> Lasted:
        place = (self._rules[subject.release_id].process_title(subject.process), element_id)
        return self.steps.setdefault(place, Lasted(diagram.elements[element_id].label))


def _working_days(days: WorkingDays, taken: Taken) -> int:
    return days.between(local_date(taken.opened), local_date(taken.done))


def _is_late(taken: Taken) -> bool:
    return taken.due is not None and local_date(taken.done) > taken.due


def told(walked: Walked, rules: Mapping[str, Rules], letters: Mapping[str, str], titles: Titles) -> dict[str, Any]:
    """A line of the list; nothing of people. `place`: where it stops; `was`, `now`: what only one of the ways passes.

    `letters`: titles of letters by key; `titles`: of what rules read.
    """
    subject = walked.subject
    draft = rules[subject.draft or subject.release_id]
    place = ""
    if walked.now.place:
        elements = draft.bundle.process(subject.process).elements
        place = elements[walked.now.place].label if walked.now.place in elements else walked.now.place
    is_told = walked.kind in (names.REROUTED, names.UNANSWERED)
    return {
        "number": subject.number, "status": subject.status, "kind": walked.kind, "place": place, "decision": "",
        "was": _listed(walked.gone, "不再经过") if is_told else "", "table": "", "row": 0, "clause": "",
        "now": _listed(walked.come, "新经过") if is_told else "", "before": None, "after": None,
        "note": "；".join(part for part in (_asked(walked, titles), _letters(walked, letters)) if part),
    }  # fmt: skip


def _asked(walked: Walked, titles: Titles) -> str:
    """The note, with what nobody had answered."""
    asked = titles.listed(walked.subject, walked.now.unknown)
    return f"{walked.note}：{asked}" if asked else walked.note


def _letters(walked: Walked, titles: Mapping[str, str]) -> str:
    if walked.kind not in (names.REROUTED, names.LETTERS):
        return ""
    was, now = Counter(walked.was.letters), Counter(walked.now.letters)
    more = [f"多发《{titles.get(key, key)}》" for key in now - was]
    return "，".join([*more, *(f"不再发《{titles.get(key, key)}》" for key in was - now)])


def _titles(diagram: Diagram, passed: Mapping[str, int]) -> list[str]:
    """Of what people know: their tasks, waits, decisions and ends; not gateways."""
    return [diagram.elements[each].label for each in passed if _is_known(diagram, each)]


def _is_known(diagram: Diagram, element_id: str) -> bool:
    element = diagram.elements[element_id]
    return bool(element.name) and (element.type in HUMAN or not element.type.endswith("Gateway"))


def _listed(titles: list[str], word: str) -> str:
    if not titles:
        return ""
    more = f" 等 {len(titles)} 步" if len(titles) > MOST_TITLES else ""
    return f"{word}：{'、'.join(titles[:MOST_TITLES])}{more}"
