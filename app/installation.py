"""Setting up and running one installation: migrate, fill with the demo world, serve."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import calendar, definitions, seed
from app.config import Config
from app.core.actor import SYSTEM
from app.core.paths import BUNDLES, MIGRATIONS, TEMPLATES
from app.db import Database
from app.definitions.models import BundleVersion
from app.documents import operations as documents
from app.figures import operations as figures
from app.identity import rights


def upgrade(config: Config, revision: str = "head") -> None:
    """Bring the configured database up to a version of the schema."""
    if config.database_url.startswith("sqlite:///"):
        Path(config.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(_alembic(config), revision)


def downgrade(config: Config, revision: str) -> None:
    """Bring the configured database down to an earlier version; `base` removes everything."""
    command.downgrade(_alembic(config), revision)


def _alembic(config: Config) -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["url"] = config.database_url
    return settings


def install(session: Session, now: datetime) -> None:
    """What every installation needs: calendar, rights, figures, templates, bundles. Repeating it changes nothing."""
    calendar.seed(session, now)
    rights.seed(session)
    figures.seed_defaults(session, now)
    documents.seed_templates(session, TEMPLATES, now)
    definitions.seed(session, SYSTEM, BUNDLES, now)


def is_empty(session: Session) -> bool:
    """Whether nothing was ever installed here."""
    return session.scalar(select(BundleVersion.id).limit(1)) is None


def set_up_demo(database: Database, now: datetime) -> None:
    """Install and fill an empty database with the demo world, its cases and its batches."""
    with database.write() as session:
        install(session, now)
        seed.load(session, now)
    seed.play_cases(database, now)
    seed.play_batches(database, now)
