"""Setting up and running one installation: migrate, fill with the demo world, serve."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Index, create_engine, inspect, make_url, text
from sqlalchemy.orm import Session

from app import calendar, seed
from app.auditing import rows
from app.config import Config
from app.core.errors import Gone
from app.core.paths import BUNDLES, MIGRATIONS, TEMPLATES
from app.db import Database, indexes, training
from app.db.schema import EMPTY, NotMigrated, require_newest
from app.db.session import PRIVATE
from app.db.tables import load_tables
from app.definitions import queries as definitions
from app.definitions import rechecks, seeding
from app.figures import seeding as figures
from app.identity import rights
from app.tally import operations as tally


def upgrade(config: Config, revision: str = "head") -> None:
    """Bring the configured database up to a version of the schema."""
    if config.database_url.startswith("sqlite:///"):
        path = Path(config.database_url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(PRIVATE)
    _migrate(config, "upgrade", revision)


def downgrade(config: Config, revision: str) -> None:
    """Bring the configured database down to an earlier version; `base` removes everything."""
    _migrate(config, "downgrade", revision)


def _migrate(config: Config, direction: Literal["upgrade", "downgrade"], revision: str) -> None:
    # What nobody but a migration needs takes a tenth of every start.
    from alembic import command
    from alembic.config import Config as AlembicConfig

    settings = AlembicConfig()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["url"] = config.database_url
    getattr(command, direction)(settings, revision)


def install(session: Session, now: datetime, *, for_training: bool = False) -> None:
    """What every installation needs: calendar, rights, default figures, letters, programmes.

    Repeating it brings what the repository has newer, and overwrites nothing that owners changed. Only an empty one
    becomes one for training; raises Gone.
    """
    if for_training and not training.is_training(session):
        if not is_empty(session):
            raise Gone("这个数据库已经正式安装，不能改成演练环境；请为演练另建一个数据库")
        training.mark(session)
    calendar.seed(session, now)
    rights.seed(session)
    figures.seed_defaults(session, now)
    seeding.seed(session, BUNDLES, TEMPLATES, now)
    rechecks.plan(session, now)
    rows.open_books(session, now)


def require_schema(config: Config) -> None:
    """Raises NotMigrated where the database has not the schema of this program, OperationalError where it is away.

    It needs no keys, which a database without tables has not.
    """
    with _of_this_schema(config):
        pass


def missing_indexes(config: Config) -> list[Index]:
    """Indexes that this program's tables should have and the database lacks. Raises what `require_schema` does."""
    load_tables()
    with _of_this_schema(config) as session:
        return indexes.missing(session.connection())


@contextmanager
def _of_this_schema(config: Config) -> Iterator[Session]:
    if _is_missing_file(config):
        raise NotMigrated(EMPTY)
    engine = create_engine(config.database_url, hide_parameters=True)
    try:
        with Session(engine) as session:
            require_newest(session)
            yield session
    finally:
        engine.dispose()


def _is_missing_file(config: Config) -> bool:
    url = make_url(config.database_url)
    return url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).exists())


def is_installed(config: Config) -> bool:
    """Whether the configured database is there and filled. Raises OperationalError where its server does not answer."""
    if _is_missing_file(config):
        return False
    engine = create_engine(config.database_url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            return (
                inspect(connection).has_table("release")
                and connection.scalar(text("SELECT 1 FROM release LIMIT 1")) == 1
            )
    finally:
        engine.dispose()


def is_empty(session: Session) -> bool:
    """Whether nothing was ever installed here."""
    return definitions.is_empty(session)


def set_up_demo(database: Database, now: datetime) -> None:
    """Install and fill an empty database with the demo world, its cases and its batches; a worker counts them soon."""
    with database.write() as session:
        install(session, now)
        seed.load(session, now)
    seed.play_cases(database, now)
    seed.play_batches(database, now)
    with database.write() as session:
        tally.plan(session, now)
