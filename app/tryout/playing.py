"""Playing a trial: its steps in a scratch world, then what is to be done next."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from werkzeug.datastructures import MultiDict

from app import calendar
from app.cases import queries, store
from app.core.actor import SYSTEM
from app.core.clock import SHANGHAI, MovableClock, local_date
from app.core.days import day_of
from app.core.errors import Gone, Invalid, Rejection
from app.core.paths import BUNDLES, TEMPLATES
from app.definitions.bundle import Bundle
from app.documents import operations as documents
from app.documents import queries as letters
from app.forms import Form
from app.identity import queries as identity
from app.inbox import queries as inbox
from app.scenarios.doing import OPENING
from app.scenarios.play import Player
from app.scenarios.world import World, WorldTemplate
from app.tryout.asking import Draft
from app.tryout.correcting import CORRECT, REASON, changes
from app.tryout.trial import Trial, trimmed

APPLY, WAIT, START, APPLICATION = "apply", "wait", "start", "application"
DAY_BEGINS = time(9, 0)
MOST_DAYS = 400


@cache
def base() -> WorldTemplate:
    """What the product ships, built once in the process from which the children are forked, and removed with it."""
    template = WorldTemplate(BUNDLES, TEMPLATES)
    atexit.register(template.close)
    return template


@dataclass(frozen=True, slots=True)
class Stop:
    """The step (from 1) that could not be done as it stands, and why."""

    number: int
    step: Mapping[str, Any]
    refusal: Rejection


@dataclass(frozen=True, slots=True)
class Typed:
    """What was filled in and not taken: of which task, and the refusal (None: a row was added or removed)."""

    task: str
    values: Mapping[str, Any]
    refusal: Rejection | None


After = Callable[["Stage", int], None]
"""Hears that a step (from 1) was done."""


@dataclass
class Stage:
    """A trial that was played as far as it goes. `must_replay`: its steps are not those that were played any more.

    `about` is the label of the case that the page shows; without it, or where there is none, the last one.
    """

    player: Player
    bundle: Bundle
    trial: Trial
    stop: Stop | None = None
    must_replay: bool = False
    about: str | None = None

    @property
    def case_id(self) -> str | None:
        """The case that the page shows; None where none was opened."""
        return self.player.cases.get(self.about or "", self.player.last)

    @property
    def now(self) -> datetime:
        return self.player.world.clock.now()

    def play(self, after: After | None = None) -> None:
        """The steps, up to the first that does not go as it says."""
        for number, step in enumerate(self.player.story.steps, 1):
            refusal = self.player.take(step)
            if refusal is not None and refusal.code != step.expect.get("error"):
                self.stop = Stop(number, self.trial.steps[number - 1], refusal)
                return
            if after is not None:
                after(self, number)

    def act(self, act: Mapping[str, Any]) -> Typed | None:
        """Do what was asked for: the trial holds it then. What was not taken comes back. Raises Rejection."""
        if act["kind"] == "skip":
            self.trial = self.trial.without(self.stop.number) if self.stop else self.trial
            self.must_replay = True
            return None
        if act["kind"] in ("death", "life"):
            self._die(act)
            return None
        if act["kind"] != "form":
            self._do(self._step_of(act))
            return None
        return self._answer(act)

    def _answer(self, act: Mapping[str, Any]) -> Typed | None:
        """A form was filled in."""
        form = self._form(act["task"])
        pairs: MultiDict[str, str] = MultiDict([tuple(pair) for pair in act["pairs"]])
        data = form.parse(pairs)
        if action := form.row_action(pairs):
            return Typed(act["task"], form.apply_row_action(data, action), None)
        if files := act.get("files"):
            self.trial = self.trial.with_files(files)
            self.player.bring(files)
        given = self._corrected(data, pairs) if act["task"] == CORRECT else trimmed(data)
        step = {"do": act["task"].partition(":")[0], "as": act["as"], "with": given}
        try:
            self._do(step)
        except Rejection as refusal:
            if not act.get("keep"):
                return Typed(act["task"], data, refusal)
            fields = {"fields": sorted(refusal.fields)} if refusal.fields else {}
            self._keep({**step, "expect": {"error": refusal.code, **fields}})
        return None

    def _corrected(self, data: Mapping[str, Any], pairs: Mapping[str, str]) -> dict[str, Any]:
        typed = {name: each for name, each in data.items() if name != REASON}
        return {**changes(self.application(), typed), "reason": pairs.get(REASON, "").strip()}

    def application(self) -> Mapping[str, Any]:
        """What the application of the case says, with what its form does not know."""
        with self.player.world.database.read() as session:
            action = store.look(session, SYSTEM, self.case_id or "", self.now)
            return {**action.instance.unknown.get(APPLICATION, {}), **action.variables[APPLICATION]}

    def people(self) -> dict[str, str]:
        """Names of everybody with a number in what was filled in, by number."""
        return {number: name for step in self.trial.done for number, name in _people(step.get("with"))}

    def _die(self, act: Mapping[str, Any]) -> None:
        """Somebody dies on a day after the first, or does not; all is played again, and on to that day."""
        number = act["person"]
        if act["kind"] == "life":
            self.trial, self.must_replay = self.trial.with_death(number, None), True
            return
        name = self.people().get(number)
        if name is None:
            raise Invalid({"person": "请选择去世的是谁"})
        day = day_of(act["day"])
        if day is None or not self.player.story.clock.date() < day <= self.today + timedelta(days=MOST_DAYS):
            raise Invalid({"day": f"请选择试办开始以后、{MOST_DAYS} 天以内的日期"})
        death = {"name": name, "id_number": number, "died_on": day.isoformat()}
        self.trial, self.must_replay = self.trial.with_death(number, death), True
        if day > self.today:
            self._keep({"do": "wait", "at": _written(datetime.combine(day, DAY_BEGINS, SHANGHAI))})

    def letter(self, number: int) -> tuple[str, bytes]:
        """Name and Word file of a letter of the case. Raises Gone."""
        with self.player.world.database.write() as session:
            found = letters.documents_of(session, self.case_id) if self.case_id else []
            if not 0 <= number < len(found):
                raise Gone("没有这份文书，请回到试办页刷新")
            issued = documents.issue(session, found[number].id)
        return issued.filename, issued.content

    def letters_of(self, template: str) -> list[bytes]:
        """The Word files of the letters that the template made in all cases."""
        with self.player.world.database.write() as session:
            cases = dict.fromkeys(self.player.cases.values())
            rows = [row for case_id in cases for row in letters.documents_of(session, case_id)]
            return [documents.issue(session, row.id).content for row in rows if row.template == template]

    def _do(self, step: dict[str, Any]) -> None:
        """Raises Rejection, which changes nothing."""
        step = {**step, **self._label(step["do"])}
        (parsed,) = replace(self.trial, steps=(step,), position=1).parsed(self.bundle.programme)
        refusal = self.player.take(parsed)
        if refusal is not None:
            raise refusal
        self._keep(step)

    def _label(self, do: str) -> dict[str, str]:
        """Of which case a step is, where it is not the last one; a further case has a label: one can go back to it."""
        if self.player.last is None or do == WAIT:
            return {}
        if do in OPENING:
            return {"case": f"case{len(self.player.cases) + 1}"}
        return {"case": self.about} if self.about and self.case_id != self.player.last else {}

    def _award(self, do: str) -> dict[str, Any]:
        """Whose award a process begins on, where that is not the last case's."""
        if do != START or self.case_id == self.player.last:
            return {}
        number = str(self.application().get("id_number") or "")
        return {"award": {"programme": self.bundle.programme, "id_number": number}}

    def _keep(self, step: dict[str, Any]) -> None:
        """Where the trial had stopped, the step takes the place of the one that answered for the same, or comes before
        it; what was to follow follows again."""
        if self.stop is None:
            self.trial = self.trial.followed(step)
            return
        before, rest = self.stop.number - 1, self.trial.done[self.stop.number - 1 :]
        rest = rest[1:] if rest[0]["do"] == step["do"] else rest
        self.trial = self.trial.followed(step, rest, before)
        self.must_replay = True

    def _form(self, task: str) -> Form:
        if task in (APPLY, CORRECT):
            return self.bundle.application_form
        item = next((each for each in self.open_tasks() if key_of(each) == task), None)
        if item is None:
            raise Gone("这个环节已经不在办理，请刷新页面")
        with self.player.world.database.read() as session:
            return queries.task_form(session, item.id)[1]

    def open_tasks(self) -> list[Any]:
        """The human tasks that wait, oldest first."""
        if self.case_id is None:
            return []
        with self.player.world.database.read() as session:
            found = inbox.items_of_case(session, self.case_id)
        return [item for item in found if item.status == "open" and item.kind == "task"]

    def _step_of(self, act: Mapping[str, Any]) -> dict[str, Any]:
        match act["kind"]:
            case "days":
                return {"do": "wait", "at": _written(self._days_on(act["days"]))}
            case "until":
                return {"do": "wait", "at": _written(self._moment(act["at"]))}
            case "event":
                return {"do": act["do"], "as": act["as"], "with": {**trimmed(act["with"]), **self._award(act["do"])}}
        raise Invalid({"_": "不认识这个操作，请刷新页面"})

    def _days_on(self, typed: str) -> datetime:
        if not (typed.isascii() and typed.isdigit() and 0 < int(typed) <= MOST_DAYS):
            raise Invalid({"days": f"请填写 1 到 {MOST_DAYS} 之间的工作日数"})
        with self.player.world.database.read() as session:
            regions = identity.chain_of_code(session, self.trial.region, self.today).ids
            day = calendar.working_days(session, regions).add(self.today, int(typed))
        return datetime.combine(day, DAY_BEGINS, SHANGHAI)

    def _moment(self, typed: str) -> datetime:
        try:
            at = datetime.fromisoformat(typed)
        except ValueError:
            raise Invalid({"at": "请选择日期"}) from None
        at = at.replace(tzinfo=SHANGHAI) if at.tzinfo is None else at
        at = at.replace(hour=DAY_BEGINS.hour) if len(typed) == len("2020-01-01") else at
        if not self.now < at <= self.now + timedelta(days=10 * MOST_DAYS):
            raise Invalid({"at": f"请选择{local_date(self.now)}以后、{10 * MOST_DAYS} 天以内的日期"})
        return at

    @property
    def today(self) -> date:
        return local_date(self.now)


def _people(value: Any) -> Iterator[tuple[str, str]]:
    """Number and name of whoever has both, at any depth."""
    if isinstance(value, Mapping):
        if isinstance(value.get("id_number"), str) and isinstance(value.get("name"), str):
            yield value["id_number"], value["name"]
        for each in value.values():
            yield from _people(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _people(each)


def key_of(item: Any) -> str:
    """How a page names an open task: the element, and of several the item."""
    return f"{item.element_id}:{item.item_key}" if item.item_key else str(item.element_id)


@dataclass(frozen=True, slots=True)
class Worlds:
    """Fresh worlds that hold a draft."""

    draft: Draft

    def open(self, clock: MovableClock) -> World:
        """Raises what is wrong with the draft."""
        world = base().open(clock)
        library = [] if self.draft.letters is None else [(self.draft.region, self.draft.letters)]
        try:
            world.publish([*library, (self.draft.region, self.draft.files)])
        except BaseException:
            world.discard()
            raise
        return world


@contextmanager
def played(draft: Draft, trial: Trial, after: After | None = None) -> Iterator[Stage]:
    """The trial played in a world that holds the draft; `after` hears of every step. Raises what is wrong with it."""
    bundle = Bundle(draft.files)
    story = trial.story(bundle.programme)
    world = Worlds(draft).open(MovableClock(story.clock))
    try:
        stage = Stage(Player(world, story), bundle, trial)
        stage.player.begin()
        stage.play(after)
        yield stage
    finally:
        world.discard()


def _written(moment: datetime) -> str:
    """As stories write it; what is due at a second of its own has happened by the next minute."""
    up = moment.astimezone(SHANGHAI)
    up += timedelta(minutes=1) if up.second or up.microsecond else timedelta()
    return up.strftime("%Y-%m-%d %H:%M")
