"""Where what happens is not what a story expects: what it says, and what it would have to say, in its own words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy.orm import Session

from app.core.chinese import capital_number, chinese_number
from app.core.clock import local_date
from app.registry import story as registry
from app.scenarios import goods, seeing
from app.scenarios.expect import INCIDENT, document_faults, is_like, is_task, listed, originals
from app.scenarios.people import is_award

Entry = dict[str, Any]
SETTING, ERROR, FIELDS, ORDERS = "setting", "error", "fields", "orders"
ALIKE = 0.5
"""How alike a sentence must be to one that a letter held, to be taken for the same in other words."""
ADDED: dict[str, tuple[str, ...]] = {
    "tasks": ("task", "position", "due"),
    "payments": ("amount", "payee", "on"),
    ORDERS: ("payee", "amount", "for"),
    "notices": ("kind", "from", "until"),
    "claims": ("debtor", "amount", "owed"),
    "awards": ("programme", "persons", "monthly", "status"),
}
"""What is said of an entry that a story did not know, where its others do not tell."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What came of step `step` (from 1; 0 is the end) is not what stands under `key`.

    Of a refusal (`error`) `want` and `now` are `{error, fields}`, empty where the step is done.
    `case`: the label under `end.cases`, or "". `want` is what the story says, `now` what it would have to say; both are
    None where that is nothing. `settles`: a story that says `now` holds.
    """

    step: int
    case: str
    key: str
    lines: list[str]
    want: Any = None
    now: Any = None
    settles: bool = False


def now_of(
    session: Session, case_id: str | None, key: str, want: Any, made: Sequence[Any], now: datetime
) -> tuple[Any, bool]:
    """What a story would have to say under a key that fails, and whether saying it settles it.

    `made` are the orders of the step.
    """
    if key == ORDERS:
        return _entries(key, want, [seeing.order(each) for each in made], _like_order), True
    if key in _OF_EVERYBODY:
        return _OF_EVERYBODY[key](session, want, local_date(now))
    if case_id is None:
        return ([] if isinstance(want, list) else None), True
    return _OF_CASE[key](session, case_id, want)


def _entries(key: str, want: list[Entry], actual: list[Entry], fits: Callable[[Entry, Entry], bool]) -> list[Entry]:
    """The entries of a story, each with what stands now, in its order; then those that it did not know."""
    rest = list(actual)
    pairs: list[Entry | None] = [_taken(rest, each, fits) for each in want]
    pairs = [found or _nearest(rest, each) for found, each in zip(pairs, want, strict=True)]
    names = list(dict.fromkeys(name for each in want for name in each)) or list(ADDED[key])
    kept = [
        each if fits(found, each) else {name: seeing.said(found[name]) for name in each}
        for found, each in zip(pairs, want, strict=True) if found is not None
    ]  # fmt: skip
    added = [{name: seeing.said(each[name]) for name in names if each[name] is not None} for each in rest]
    return [*map(seeing.said, kept), *added]


def _taken(rest: list[Entry], want: Entry, fits: Callable[[Entry, Entry], bool]) -> Entry | None:
    found = next((each for each in rest if fits(each, want)), None)
    if found is not None:
        rest.remove(found)
    return found


def _nearest(rest: list[Entry], want: Entry) -> Entry | None:
    """What has most in common with an entry that nothing fits; None where nothing has anything."""
    shared = [sum(is_like(each, {name: value}) for name, value in want.items()) for each in rest]
    if not any(shared):
        return None
    return rest.pop(shared.index(max(shared)))


def _like_order(actual: Entry, want: Entry) -> bool:
    return is_like({**actual}, {name: value for name, value in want.items() if name in actual})


def _tasks(session: Session, case_id: str, want: Any) -> tuple[Any, bool]:
    return _entries("tasks", want, seeing.tasks(session, case_id), is_task), True


def _payments(session: Session, case_id: str, want: Any) -> tuple[Any, bool]:
    """In their order: the first for the first."""
    actual = [seeing.order(each) for each in seeing.payments(session, case_id)]
    names = list(dict.fromkeys(name for each in want for name in each)) or list(ADDED["payments"])
    wanted = [*want, *([dict.fromkeys(names)] * len(actual))]
    return [
        seeing.said(each if _like_order(found, each) else {name: found[name] for name in each})
        for found, each in zip(actual, wanted, strict=False)
    ], True  # fmt: skip


def _claims(session: Session, case_id: str, want: Any) -> tuple[Any, bool]:
    return _entries("claims", want, seeing.claims(session, case_id), is_like), True


def _notices(session: Session, case_id: str, want: Any) -> tuple[Any, bool]:
    """Those that a story does not name are nothing to it."""
    found = _entries("notices", want, seeing.notices(session, case_id), is_like)
    return found[: len(want) or None], True


def _facts(session: Session, case_id: str, want: Any) -> tuple[Any, bool]:
    found = seeing.facts(session, case_id)
    return {
        name: each if is_like({name: found.get(name)}, {name: each}) else seeing.said(found.get(name))
        for name, each in want.items()
    }, True


def _incident(session: Session, case_id: str, want: Any) -> tuple[Any, bool]:
    """An incident where none was expected is a draft that does not work, and no outcome."""
    found = seeing.incidents(session, case_id)
    return (found[0] if found else False), not found


def _documents(session: Session, case_id: str, want: Any) -> tuple[Any, bool]:
    issued = seeing.letters(session, case_id, (each["template"] for each in want))
    kept = []
    for each in want:
        texts = issued.get(each["template"], [])
        if any(not document_faults(text, each) for text in texts):
            kept.append(each)
        elif texts:
            kept.append(_letter(texts[-1], each))
    return kept, True


def _letter(text: str, want: Entry) -> Entry:
    """A letter as its text says it: in the words that took the place of others; words that are gone must stay away."""
    contains: list[str] = []
    lacks = [part for part in listed(want.get("lacks")) if str(part) not in text]
    for part in map(str, listed(want.get("contains"))):
        alike = part if part in text else _alike(text, part)
        (contains if alike else lacks).append(alike or part)
    said = {"contains": contains, "lacks": lacks}
    found = {name: each for name, each in want.items() if name not in (*said, "copies")}
    found |= {name: each for name, each in said.items() if each}
    if "copies" in want and (number := originals(text)) is not None:
        found["copies"] = str(_number(number.group(1)))
    return found


def _number(written: str) -> int:
    return next(each for each in range(1_000) if written in (str(each), chinese_number(each), capital_number(each)))


def _alike(text: str, part: str) -> str:
    """What stands in a text where these words are expected; empty where nothing like them does."""
    best, share = "", ALIKE
    for line in text.splitlines():
        blocks = [each for each in SequenceMatcher(None, line, part, autojunk=False).get_matching_blocks() if each.size]
        if not blocks:
            continue
        first, last = blocks[0], blocks[-1]
        found = line[max(first.a - first.b, 0) : last.a + len(part) - last.b].strip()
        alike = SequenceMatcher(None, found, part, autojunk=False).ratio()
        if alike >= share and found:
            best, share = found, alike
    return best


def _awards(session: Session, want: Any, on: date) -> tuple[Any, bool]:
    return _entries("awards", want, seeing.awards(session, on), is_award), True


def _persons(session: Session, want: Any, on: date) -> tuple[Any, bool]:
    found: Entry = {}
    for name, each in want.items():
        known = registry.people_named(session, name)
        if not known:
            return None, False
        fitting = any(is_like(person, each) for person in known)
        found[name] = each if fitting else {key: seeing.said(known[0][key]) for key in each}
    return found, True


def _institutions(session: Session, want: Any, on: date) -> tuple[Any, bool]:
    return {
        name: {"stars": {str(day): seeing.said(registry.stars_of(session, name, day)) for day in each.get("stars", {})}}
        for name, each in want.items()
    }, True


_OF_EVERYBODY: dict[str, Callable[[Session, Any, date], tuple[Any, bool]]] = {
    "awards": _awards, "persons": _persons, "institutions": _institutions,
}  # fmt: skip
_OF_CASE: dict[str, Callable[[Session, str, Any], tuple[Any, bool]]] = {
    "tasks": _tasks,
    "status": lambda session, case_id, want: (seeing.status(session, case_id), True),
    "payments": _payments,
    "documents": _documents,
    "notices": _notices,
    "owed": lambda session, case_id, want: (seeing.owed(session, case_id), True),
    "claims": _claims,
    "facts": _facts,
    "goods": lambda session, case_id, want: (seeing.said(goods.standing(session, case_id, want)), True),
    INCIDENT: _incident,
}
