"""Bytes per page on the wire, with an empty cache: the page, its styles and its scripts. `python -m bench.pages`."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient

from app.core.clock import SHANGHAI, MovableClock
from app.db import Database, Vault
from bench.report import figure
from tests.support.schema import create_schema
from tests.support.web import COUNTY, VILLAGE, Web, open_web, staffed_database

AIM = 150
NOW = datetime(2020, 10, 12, 10, tzinfo=SHANGHAI)
ASSET = re.compile(r'(?:src|href|data-viewer)="(/static/[^"]+\.(?:css|js))"')
PEOPLE = {
    f"village_cadre.{VILLAGE}": ("/desk/", "task", "case", "/desk/cases", "/desk/apply"),
    f"county_clerk.{COUNTY}": ("/desk/awards", "/desk/payments", "/desk/ledger"),
    f"policy_owner.{COUNTY}": (
        "/desk/figures",
        "/desk/calendar",
        "/studio/changes",
        "/studio/releases",
        "/studio/clauses",
    ),
}


def weigh(client: FlaskClient, path: str) -> float:
    """Kilobytes that a browser fetches for a first page; the viewer of diagrams counts where one can be opened."""
    packed = {"Accept-Encoding": "gzip"}
    page = client.get(path)
    assert page.status_code == 200, (path, page.status_code)
    assets = set(ASSET.findall(page.text))
    bytes_ = sum(len(client.get(each, headers=packed).data) for each in {path, *assets})
    return bytes_ / 1024


def main() -> None:
    """Print every page and note it."""
    folder = TemporaryDirectory()
    vault, file = Vault.generate(), Path(folder.name) / "pages.db"
    create_schema(f"sqlite:///{file}", vault)
    staffed_database(file, vault)
    database = Database(f"sqlite:///{file}", vault)
    web = open_web(database, MovableClock(NOW))
    case_id = web.apply().case_id
    for login, paths in PEOPLE.items():
        client = web.client(login)
        for path in paths:
            shown = _path(web, path, case_id)
            kilobytes = figure(
                f"pages.bytes.{path.strip('/').replace('/', '.')}", weigh(client, shown), "KB", f"<= {AIM}"
            )
            print(f"{path:18} {kilobytes:6.1f} KB (aim {AIM})")
    database.dispose()
    shutil.rmtree(folder.name, ignore_errors=True)


def _path(web: Web, path: str, case_id: str) -> str:
    if path == "case":
        return f"/desk/cases/{case_id}"
    if path == "task":
        return f"/desk/tasks/{web.open_task(case_id)}"
    return path


if __name__ == "__main__":
    main()
