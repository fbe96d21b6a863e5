"""CPU of opening the pages that people open all day, in this process and warm. `python -m bench.opening [FOLDER]`.

A morning's work in a township; each page is opened as a browser does, its answer compressed. Printed are milliseconds
of processor time (median and the dearest tenth) and statements. FOLDER: where the pages are written, without what is
new in every answer, so that two states of the program can be compared byte by byte.
"""

from __future__ import annotations

import re
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert

from app.core.clock import SHANGHAI, MovableClock
from app.core.ids import new_id
from app.db import Database, Vault
from app.files.models import Upload
from bench.report import figure
from tests.support import morning
from tests.support.schema import create_schema
from tests.support.statements import counted
from tests.support.web import APPLICATION, COUNTY, PROGRAMME, TOWNSHIP, VILLAGE, Web, flat, open_web, staffed_database

NOW = datetime(2020, 10, 12, 10, tzinfo=SHANGHAI)
ROUNDS, WARM = 60, 5
FILES = 1000
AIMS = {"inbox": 7, "task": 12, "case": 14}
PACKED = {"Accept-Encoding": "gzip"}
NEW = re.compile(
    r'(?<=name="csrf_token" value=")[^"]+|(?<=data-token=")[^"]+|(?<=name="_draft" value=")[^"]+'
    r"|(?<=/static/)[^\"]+|[0-9a-f]{32}"
)


def _world(folder: Path) -> Web:
    vault, file = Vault.generate(), folder / "pages.db"
    create_schema(f"sqlite:///{file}", vault)
    staffed_database(file, vault)
    web = open_web(Database(f"sqlite:///{file}", vault, durable=False), MovableClock(NOW))
    web.app.config["WTF_CSRF_ENABLED"] = True  # as in production
    morning.fill(web, morning.OF_THE_CLERK)
    return web


def _pages(web: Web) -> dict[str, tuple[FlaskClient, str]]:
    """By name, who opens which path."""
    clerk, applicant = _browser(web, f"township_clerk.{TOWNSHIP}"), web.app.test_client()
    listed = clerk.get("/desk/").text
    task = re.findall(r"/desk/tasks/[0-9a-f]{32}", listed)[0]
    case = re.findall(r"/desk/cases/[0-9a-f]{32}", clerk.get(task).text)[0]
    apply = f"/apply/{PROGRAMME}/{VILLAGE}"
    _send(web, applicant, apply)
    return {
        "inbox": (clerk, "/desk/"),
        "task": (clerk, task),
        "case": (clerk, case),
        "cases": (_browser(web, f"county_clerk.{COUNTY}"), "/desk/cases"),
        "portal.status": (applicant, "/my-case"),
        "portal.apply": (web.app.test_client(), f"{apply}/1"),
    }


def _browser(web: Web, username: str) -> FlaskClient:
    client = web.app.test_client()
    web.sign_in(client, username)
    return client


def _send(web: Web, client: FlaskClient, path: str) -> None:
    web.app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post(path, data=flat(APPLICATION), content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text
    web.app.config["WTF_CSRF_ENABLED"] = True


def measure(client: FlaskClient, path: str, rounds: int = ROUNDS) -> list[float]:
    """Milliseconds of processor time of each opening, in order of size."""
    taken = []
    for turn in range(rounds + WARM):
        began = time.process_time()
        answer = client.get(path, headers=PACKED)
        if turn >= WARM:
            taken.append((time.process_time() - began) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
    return sorted(taken)


def _show(web: Web, name: str, client: FlaskClient, path: str) -> None:
    taken = measure(client, path)
    with counted(web.database.engine) as statements:
        client.get(path)
    aim = f"<= {AIMS[name]}" if name in AIMS else ""
    middle = figure(f"pages.cpu.{name}", statistics.median(taken), "ms", aim, of=taken)
    asked = figure(f"pages.statements.{name}", len(statements), "statements")
    told = f"  (aim {aim})" if aim else ""
    print(f"{name:20} {middle:6.1f} ms cpu   p90 {taken[len(taken) * 9 // 10]:6.1f}   {asked:3.0f} statements{told}")


def _save(folder: Path, name: str, client: FlaskClient, path: str) -> None:
    """As it is read, with what is new in every answer numbered in the order in which it comes."""
    known: dict[str, str] = {}
    page = NEW.sub(lambda found: known.setdefault(found[0], f"#{len(known)}"), client.get(path).text)
    (folder / f"{name}.html").write_text(page, encoding="utf-8")


def _crowd(web: Web, case_id: str, by: str | None) -> None:
    """A thousand files in a case; their bytes are none, since no page reads them."""
    rows = [_upload(web, case_id, number, by) for number in range(FILES)]
    with web.database.write() as session:
        session.execute(insert(Upload), rows)


def _upload(web: Web, case_id: str, number: int, by: str | None) -> dict[str, Any]:
    return {
        "id": new_id(),
        "case_id": case_id,
        "name": f"照片{number:04d}.jpg",
        "media_type": "image/jpeg",
        "size": 200_000,
        "content": b"",
        "sha256": "0" * 64,
        "uploaded_by": by,
        "uploaded_by_name": "王建国",
        "uploaded_at": NOW,
    }


def run(save: Path | None = None) -> None:
    """Print every page, then those of cases with a thousand files."""
    with TemporaryDirectory() as name:
        web = _world(Path(name))
        pages = _pages(web)
        shown: Callable[..., None] = partial(_save, save) if save else partial(_show, web)
        for each, (client, path) in pages.items():
            shown(each, client, path)
        _crowd(web, pages["case"][1].rpartition("/")[2], web.actor(f"township_clerk.{TOWNSHIP}").user_id)
        with pages["portal.status"][0].session_transaction() as cookie:
            _crowd(web, cookie["case"], None)
        for each in ("task", "case", "portal.status"):
            shown(f"{each}.files", *pages[each])
        web.database.dispose()
        shutil.rmtree(name, ignore_errors=True)


def main() -> None:
    """Print and note every page."""
    run()


if __name__ == "__main__":
    run(Path(sys.argv[1]) if sys.argv[1:] else None)
