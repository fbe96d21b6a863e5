"""Publishing bundles."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.ids import new_id
from app.definitions.bundle import Bundle
from app.definitions.models import BundleFile, BundleVersion
from app.identity import operations as identity


def publish(session: Session, actor: Actor, bundle: Bundle, now: datetime, *, region_code: str | None = None) -> str:
    """Store `bundle` as the newest version for its region (or `region_code`) and return the version's id."""
    region = identity.ensure_region(session, region_code or bundle.region_code)
    same = (BundleVersion.programme == bundle.programme) & (BundleVersion.region_id == region.id)
    latest = session.scalar(select(func.max(BundleVersion.version)).where(same)) or 0
    version_id = new_id()
    session.execute(
        insert(BundleVersion).values(
            id=version_id,
            programme=bundle.programme,
            region_id=region.id,
            version=latest + 1,
            content_hash=bundle.content_hash,
            title=bundle.title,
            published_at=now,
            published_by=actor.user_id,
        )
    )
    rows = [{"bundle_id": version_id, "path": path, "content": content} for path, content in bundle.files.items()]
    session.execute(insert(BundleFile), rows)
    return version_id


def seed(session: Session, actor: Actor, folder: Path, now: datetime) -> list[str]:
    """Publish every bundle folder below `folder` whose programme and region have none yet.

    The repository only seeds: what owners published is never overwritten.
    """
    published = []
    for path in sorted(folder.iterdir()):
        if not (path / "bundle.yaml").exists():
            continue
        bundle = Bundle.from_folder(path)
        region = identity.ensure_region(session, bundle.region_code)
        same = (BundleVersion.programme == bundle.programme) & (BundleVersion.region_id == region.id)
        if session.scalar(select(BundleVersion.id).where(same).limit(1)) is None:
            published.append(publish(session, actor, bundle, now))
    return published
