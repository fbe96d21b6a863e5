"""Going back: a change that lets an older release of the same places hold again, checked and approved as any other."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.changes import editing, opening, store
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone, NotYours
from app.definitions import holding, standing
from app.definitions import store as contents


def bring_back(session: Session, actor: Actor, release_id: str, reason: str, *, now: datetime) -> str:
    """Begin a change whose files are those of an older release, file by file; its id.

    Raises NotFound, NotYours, Gone (it is what holds now), Invalid (reason).
    """
    places = [each for each in holding.of_release(session, actor, release_id, local_date(now)) if each.is_mine]
    if not places:
        raise NotYours("这个版本由上级规定，不能由您恢复；要在您管辖的地区另行规定，请新建变更")
    if all(each.versions[0].release_id == release_id for each in places):
        raise Gone("这就是最新的版本，不用恢复；要修改请新建变更")
    version = next(each for place in places for each in place.versions if each.release_id == release_id)
    title = f"恢复：{version.title}第 {version.number} 版"
    change_id = opening.begin(session, actor, title, reason, "", now=now)
    codes = standing.region_codes(session, release_id)
    bundle_id = opening.take_in(session, actor, change_id, places[0].programme, codes, now=now)
    files = contents.files_of(session, release_id)
    stands = store.hashes_of(session, store.bundle_of(session, change_id, bundle_id))
    editing.take_files(session, actor, change_id, bundle_id, files, now=now)
    for path in stands.keys() - files.keys():
        editing.save(session, actor, change_id, bundle_id, path, None, was=stands[path], now=now)
    mine = update(store.BUNDLE).where(store.BUNDLE.c.id == bundle_id)
    session.execute(mine.values(restores=release_id))
    return change_id
