"""The migrations give what the models say, down and up again, on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DatabaseError

from app import installation
from app.config import Config
from app.core.paths import MIGRATIONS, ROOT
from app.db import Base
from app.db.tables import load_tables


def _differences(url: str) -> list[Any]:
    load_tables()
    engine = create_engine(url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
    engine.dispose()
    return found


def _tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    return found


def test_down_and_up_again_gives_the_models(blank_database_url: str) -> None:
    config = replace(Config(), database_url=blank_database_url)
    installation.upgrade(config)
    installation.downgrade(config, "base")
    assert _tables(blank_database_url) == set()
    installation.upgrade(config)
    assert _differences(blank_database_url) == []


def test_nodes_that_upgrade_at_once_take_turns(blank_database_url: str) -> None:
    command = [sys.executable, "-m", "app.cli", "db", "upgrade"]
    environment = {**os.environ, "DOUDI_DATABASE_URL": blank_database_url, "PYTHONPATH": str(ROOT)}
    nodes = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) for _ in range(2)]
    told = [node.communicate(timeout=300)[1].decode() for node in nodes]
    assert [node.returncode for node in nodes] == [0, 0], told
    assert _differences(blank_database_url) == []


def test_the_newest_revision_is_the_pinned_one() -> None:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(settings).get_heads() == [(MIGRATIONS / "HEAD").read_text().strip()]


def test_a_migrated_audit_refuses_changes(blank_database_url: str) -> None:
    installation.upgrade(replace(Config(), database_url=blank_database_url))
    engine = create_engine(blank_database_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_root (day, chains, heads, prev_signature, signature, made_at) "
                "VALUES ('2020-10-12', 0, '', '', '', '2020-10-13 00:10:00')"
            )
        )
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_root"))
    engine.dispose()
