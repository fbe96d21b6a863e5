"""Finding the bundle that holds for a region."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.definitions.bundle import Bundle
from app.definitions.models import BundleFile, BundleVersion

_loaded: dict[str, Bundle] = {}
_lock = Lock()
VERSION: Table = BundleVersion.__table__  # type: ignore[assignment]
_OPEN = select(VERSION.c.id, VERSION.c.region_id, VERSION.c.version).where(
    VERSION.c.programme == bindparam("programme"),
    VERSION.c.region_id.in_(bindparam("region_ids", expanding=True)),
    VERSION.c.retired_at.is_(None),
)


def bundle_by_id(session: Session, bundle_id: str) -> Bundle:
    """The bundle of a version. Versions are immutable, so each process reads one once."""
    bundle = _loaded.get(bundle_id)
    if bundle is None:
        rows = session.execute(select(BundleFile.path, BundleFile.content).where(BundleFile.bundle_id == bundle_id))
        files = tuple(sorted((path, bytes(content)) for path, content in rows))
        if not files:
            raise NotFound("找不到这个方案版本，请联系管理员")
        bundle = Bundle(dict(files), bundle_id=bundle_id)
        with _lock:
            bundle = _loaded.setdefault(bundle_id, bundle)
    return bundle


def resolve(session: Session, programme: str, region_ids: Sequence[str]) -> Bundle:
    """The newest bundle of `programme` for the nearest of `region_ids` (nearest first)."""
    rows = session.connection().execute(_OPEN, {"programme": programme, "region_ids": list(region_ids)}).all()
    if not rows:
        raise NotFound("本地区没有开办这个救助项目，请核对项目和所在地区")
    nearest = {region_id: place for place, region_id in enumerate(region_ids)}
    best = min(rows, key=lambda row: (nearest[row.region_id], -row.version))
    return bundle_by_id(session, best.id)


def widest(session: Session, programme: str) -> Bundle | None:
    """The bundle of `programme` for the widest region, wherever that is, in its newest version."""
    versions = (
        select(BundleVersion.id)
        .where(BundleVersion.programme == programme, BundleVersion.retired_at.is_(None))
        .order_by(BundleVersion.version.desc())
    )
    bundles = [bundle_by_id(session, version_id) for version_id in session.scalars(versions)]
    return min(bundles, key=lambda bundle: len(bundle.region_code), default=None)


def deployed(session: Session, region_ids: Sequence[str]) -> list[Bundle]:
    """All programmes open in the region whose ancestors are `region_ids`, nearest deployment each."""
    query = select(BundleVersion.programme).where(
        BundleVersion.region_id.in_(region_ids), BundleVersion.retired_at.is_(None)
    )
    return [resolve(session, programme, region_ids) for programme in sorted(set(session.scalars(query)))]


def programme_titles(session: Session) -> dict[str, str]:
    """Programme key → the title of its newest version anywhere, for lists and filters."""
    query = select(BundleVersion.programme, BundleVersion.title).order_by(BundleVersion.published_at)
    return {row.programme: row.title for row in session.execute(query)}


def title_of(session: Session, programme: str) -> str:
    """The newest title of a programme; its key where nobody published it."""
    newest = select(BundleVersion.title).where(BundleVersion.programme == programme)
    return session.scalar(newest.order_by(BundleVersion.published_at.desc()).limit(1)) or programme
