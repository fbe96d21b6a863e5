"""Trials of a change: what each owner plays through a draft, kept so that a lost page loses nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Table, delete, insert, select
from sqlalchemy.orm import Session

from app.changes import closed_cases, editing, policy, store
from app.changes.models import ChangeTrial
from app.core.actor import Actor
from app.core.clock import SHANGHAI, local_date
from app.core.errors import Gone, Invalid
from app.core.paths import TEMPLATES
from app.definitions.folder import MANIFEST, STORIES, read_folder
from app.definitions.letters import as_files
from app.figures import queries as figures
from app.figures.catalogue import catalogue
from app.gate import releases as gate
from app.identity import queries as identity
from app.tryout.asking import Draft
from app.tryout.trial import Trial

TRIAL: Table = ChangeTrial.__table__  # type: ignore[assignment]
MOST_VILLAGES = 300
LONGEST_TITLE, LONGEST_NAME = 60, 40
_WORD = re.compile(rb"[a-z][a-z0-9_]+")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def kept(session: Session, actor: Actor, bundle_id: str) -> Trial | None:
    """What the actor tries of a bundle."""
    row = session.scalar(select(TRIAL.c.trial).where(*_mine(actor, bundle_id)))
    return None if row is None else Trial.of(json.loads(row))


def keep(session: Session, actor: Actor, bundle_id: str, trial: Trial, *, was: int | None, now: datetime) -> None:
    """Keep a trial. `was`: how many steps were done when the page was shown; None begins anew. Raises Gone."""
    if was is not None:
        require_seen(session, actor, bundle_id, was)
    session.execute(delete(TRIAL).where(*_mine(actor, bundle_id)))
    row = {"bundle_id": bundle_id, "user_id": actor.user_id, "trial": json.dumps(trial.as_json(), ensure_ascii=False)}
    session.execute(insert(TRIAL).values(**row, touched_at=now))


def forget(session: Session, actor: Actor, bundle_id: str) -> None:
    """Nothing is left of the actor's trial."""
    session.execute(delete(TRIAL).where(*_mine(actor, bundle_id)))


def require_seen(session: Session, actor: Actor, bundle_id: str, was: int) -> Trial:
    """The trial, where it stands as a page showed it. Raises NotYours, Gone."""
    policy.require_reader(session, actor)
    trial = kept(session, actor, bundle_id)
    if trial is None or trial.position != was:
        raise Gone("试办在另一个页面里已经往下走了，请刷新后接着办")
    return trial


def begun(session: Session, actor: Actor, bundle: Row[Any], region_code: str, day: str, now: datetime) -> Trial:
    """A trial that begins in a village on a day, with the figures that hold there and those of the change.

    Raises Invalid (region, day), NotYours.
    """
    policy.require_reader(session, actor)
    if region_code not in dict(villages(session, bundle, now)):
        raise Invalid({"region": "请选择在哪里试办"})
    try:
        start = datetime.fromisoformat(day).replace(hour=9, tzinfo=SHANGHAI)
    except ValueError:
        raise Invalid({"day": "请选择从哪一天开始"}) from None
    return Trial(
        region_code, start.strftime("%Y-%m-%d %H:%M"), parameters=_figures(session, bundle, region_code, start)
    )


def begun_from(
    session: Session,
    actor: Actor,
    bundle: Row[Any],
    number: str,
    now: datetime,
    files: Mapping[str, bytes] | None = None,
) -> Trial:
    """A trial that has the answers of a closed case, without its people. Raises Invalid (number), NotYours.

    files: what is played, where it is other than the bundle.
    """
    region_code, filed_at, steps = closed_cases.steps_of(session, actor, bundle, number, now)
    start = filed_at.astimezone(SHANGHAI)
    parameters = _figures(session, bundle, region_code, start, files)
    trial = Trial(region_code, start.strftime("%Y-%m-%d %H:%M"), parameters=parameters)
    for step in steps:
        trial = trial.followed(step)
    return trial


def villages(session: Session, bundle: Row[Any], now: datetime) -> list[tuple[str, str]]:
    """Where a trial can play: code and name of villages below the places of the bundle, at most so many."""
    found = []
    for place in store.places_of(session, bundle.id):
        for village in identity.villages_within(session, identity.region(session, place.scope), local_date(now)):
            found.append((village.code, identity.chain(session, village.id).full_name))
            if len(found) == MOST_VILLAGES:
                return found
    return found


def draft_of(session: Session, actor: Actor, bundle: Row[Any], region_code: str, now: datetime) -> Draft:
    """The bundle as it stands, for the place of it that holds in a region ("": the first). Raises NotYours, Invalid."""
    policy.require_reader(session, actor)
    files = store.files_of(session, bundle)
    if MANIFEST not in files:
        raise Invalid({"programme": "文书库没有流程，不能单独试办；请在用到这些文书的项目里试办"})
    code, letters = library_of(session, bundle, region_code, now)
    return Draft(code, files, letters)


def library_of(
    session: Session, bundle: Row[Any], region_code: str, now: datetime
) -> tuple[str, Mapping[str, bytes] | None]:
    """The place of the bundle that holds in a region, and the library's letters there; None: those that ship."""
    codes = [identity.region(session, place.scope).code for place in store.places_of(session, bundle.id)]
    code = max((each for each in codes if region_code.startswith(each)), key=len, default=codes[0])
    letters = as_files(gate.library_at(session, [code], local_date(now))[code])
    return code, None if letters == read_folder(TEMPLATES) else letters


def record(session: Session, actor: Actor, change_id: str, bundle_id: str, name: str, story: str, now: datetime) -> str:
    """Keep the text of a story under a name; its path. Raises what `editing.save` raises, Invalid (name)."""
    path = f"{STORIES}{_named(name)}.yaml"
    if path in store.hashes_of(session, store.bundle_of(session, change_id, bundle_id)):
        raise Invalid({"name": f"已经有故事 {name}，请换一个文件名"})
    editing.save(session, actor, change_id, bundle_id, path, story.encode(), was=None, now=now)
    return path


def titled(title: str, name: str) -> str:
    """The title of a story to be recorded. Raises Invalid (title, name)."""
    title = title.strip()
    faults = {} if 0 < len(title) <= LONGEST_TITLE else {"title": f"请填写故事的标题，不超过 {LONGEST_TITLE} 字"}
    try:
        _named(name)
    except Invalid as fault:
        faults |= fault.fields
    if faults:
        raise Invalid(faults)
    return title


def figures_on(session: Session, bundle: Row[Any], region_code: str, now: datetime) -> dict[str, str]:
    """By key, the figures as they will hold in a region: those in force, and in their place those of the change."""
    region = identity.region_by_code(session, region_code, local_date(now))
    ids = identity.chain(session, region.id).ids
    found = {key: str(each.value) for key, each in figures.in_force(session, ids, local_date(now)).items()}
    first = store.first_figures_of(session, bundle.change_id)
    return found | {row.key: str(row.value) for row in first if row.region_id in ids}


def figure_titles(session: Session, trial: Trial) -> dict[str, str]:
    """Titles of the figures that a trial has, by key."""
    known = catalogue(session).figures
    keys = {key for sets in trial.parameters.values() for each in sets for key in each if key in known}
    return {key: known[key].title for key in sorted(keys, key=lambda key: known[key].title)}


def _named(name: str) -> str:
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise Invalid({"name": f"文件名只用小写字母、数字和连字符，不超过 {LONGEST_NAME} 个，例如 too-late"})
    return name


def _figures(
    session: Session, bundle: Row[Any], region_code: str, start: datetime, files: Mapping[str, bytes] | None = None
) -> dict[str, Any]:
    """By region, the sets of figures that files of the bundle name."""
    files = store.files_of(session, bundle) if files is None else files
    words = {word for path, content in files.items() if not path.startswith(STORIES) for word in _WORD.findall(content)}
    sets: dict[str, list[dict[str, str]]] = {}
    for code, since, key, value in _entered(session, bundle, region_code, start):
        if key.encode() in words:
            sets.setdefault(code, []).append({"from": since, key: value})
    return sets


def _entered(
    session: Session, bundle: Row[Any], region_code: str, start: datetime
) -> Iterator[tuple[str, str, str, str]]:
    ids = identity.chain_of_code(session, region_code, local_date(start)).ids
    for each in reversed(figures.entered(session, ids)):
        yield each.region or "", each.valid_from.isoformat(), each.key, _plain(each.value)
    change = store.found(session, bundle.change_id)
    for row in store.figures_of(session, bundle.change_id):
        since = row.valid_from or change.in_force_from or start
        code = identity.region(session, row.region_id).code
        yield code, since.strftime("%Y-%m-%d"), row.key, str(row.value)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _mine(actor: Actor, bundle_id: str) -> tuple[Any, Any]:
    return TRIAL.c.bundle_id == bundle_id, TRIAL.c.user_id == actor.user_id
