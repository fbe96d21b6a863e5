"""Which name a file has: another one only by somebody's answer, which can be undone with the step that gave it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core import id_number as id_numbers
from app.core.spelling import same_name
from app.registry import lookups, merging, spelled
from app.registry.lookups import PERSON
from app.registry.models import PersonChange
from app.registry.reader import RegistryReader


@dataclass(frozen=True, slots=True)
class Conflict:
    """A number that an application gives one name (`applied`) and the registry another (`known`)."""

    person_id: str
    id_number: str
    applied: str
    known: str


def conflicts(session: Session, people: Iterable[dict[str, Any]], reader: RegistryReader) -> list[Conflict]:
    """Whom of `{id_number, name}` the registry knows under another name, however either is spelled.

    One statement at most: `reader` is that of the case.
    """
    named = {id_numbers.normalise(each["id_number"]): each["name"] for each in people
             if each.get("id_number") and each.get("name")}  # fmt: skip
    indexes = {lookups.blind(session, number): number for number in named}
    known = reader.known(indexes)
    return [
        Conflict(found.person_id, number, named[number], found.name)
        for index, number in indexes.items()
        if (found := known.get(index)) and found.name and not same_name(found.name, named[number])
    ]


def rename(session: Session, person_id: str, name: str, because: merging.Because) -> None:
    """The file has this name from now on; the one before stays in its history."""
    before = session.scalar(select(PERSON.c.name).where(PERSON.c.id == person_id).with_for_update())
    session.execute(update(PERSON).where(PERSON.c.id == person_id).values(name=name))
    spelled.rewrite(session, person_id)
    merging.note(session, merging.RENAMED, person_id, None, {"name": before}, because)


def undo_of_case(session: Session, case_id: str, since: int, because: merging.Because) -> int:
    """Undo what a case settled of people at audit number `since` and later, the latest first; how many there were."""
    mine = (PersonChange.case_id == case_id) & (PersonChange.case_seq >= since)
    query = select(PersonChange).where(mine, PersonChange.state == merging.STANDING)
    found = session.scalars(query.order_by(PersonChange.case_seq.desc(), PersonChange.at.desc())).all()
    for change in found:
        if change.kind == merging.MERGED:
            merging.split(session, change.id, because)
            continue
        before = merging.opened(session, change)["name"]
        session.execute(update(PERSON).where(PERSON.c.id == change.person_id).values(name=before))
        spelled.rewrite(session, change.person_id)
        merging.undone(session, change, because)
    return len(found)
