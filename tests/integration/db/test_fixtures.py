"""The databases of the tests: whatever one test leaves behind, the next one finds empty tables."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.support.postgres import Cluster


@pytest.mark.postgres
def test_a_database_is_emptied_for_the_next_test(cluster: Cluster) -> None:
    with cluster.fresh_database() as url:
        engine = create_engine(url)
        left_open = engine.connect()
        left_open.execute(text("CREATE TABLE left_behind (id INTEGER)"))
        left_open.execute(text("INSERT INTO audit_root VALUES ('2020-01-01', 1, 'h', 'p', 's', now())"))
        left_open.execute(text("ALTER TABLE audit_root DISABLE TRIGGER ALL"))
        left_open.commit()
        left_open.execute(text("INSERT INTO audit_root VALUES ('2020-01-02', 1, 'h', 'p', 's', now())"))
    with cluster.fresh_database() as again:
        assert again == url
        other = create_engine(again)
        with other.connect() as connection:
            assert "left_behind" not in inspect(connection).get_table_names()
            assert connection.scalar(text("SELECT count(*) FROM audit_root")) == 0
            assert connection.scalar(text("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'")) == 0
        other.dispose()
    left_open.invalidate()
    left_open.close()
    engine.dispose()


def test_a_blank_database_has_no_table(blank_database_url: str) -> None:
    engine = create_engine(blank_database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
