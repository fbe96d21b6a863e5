"""What the web tests are watched by finds what it is there for."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest
from flask import Flask

from app.db import Database, Vault
from tests.support.waiting import nobody_waits


def test_a_page_that_is_made_while_others_wait_is_found(tmp_path: Path) -> None:
    app, page = Flask(__name__), jinja2.Template("x")
    app.add_url_rule("/cases/<case_id>", "case", lambda case_id: "", methods=["GET", "POST"])
    database = Database(f"sqlite:///{tmp_path / 'doudi.db'}", Vault.generate(), durable=False)
    found = pytest.raises(AssertionError, match="POST /cases/<case_id> does Template.render")
    asked = app.test_request_context("/cases/1", method="POST")
    with found, nobody_waits(), asked, database.trial():
        page.render()
    with nobody_waits(), asked, database.read():
        page.render()
    database.dispose()
