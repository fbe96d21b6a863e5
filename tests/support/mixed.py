"""What a township's day asks of one process: lists, tasks, cases, decisions, the portal and the API, over and over."""

from __future__ import annotations

import gc
import urllib.parse
from collections.abc import Iterator
from weakref import ref

from app.cases import operations
from app.core.actor import APPLICANT
from tests.support.web import APPLICATION, PROGRAMME, VILLAGE, Web

CADRE, CLERK = "village_cadre.220122100001", "township_clerk.220122100"
API = "/api/v1"


def requests(web: Web) -> Iterator[str]:
    """Makes one request after another without an end; gives what was asked. AssertionError where one is refused."""
    cadre, clerk, public = web.client(), web.client(), web.client()
    web.sign_in(cadre, CADRE)
    web.sign_in(clerk, CLERK)
    token = web.token(CLERK)
    while True:
        body = {"programme": PROGRAMME, "region": VILLAGE, "data": dict(APPLICATION)}
        applied = public.post(f"{API}/applications", json=body, headers=token)
        case_id = applied.get_json()["case_id"]
        yield _checked("apply", applied.status_code)
        task = web.open_task(case_id)
        for name, client, path in (
            ("inbox", cadre, "/desk/"),
            ("task", cadre, f"/desk/tasks/{task}"),
            ("case", clerk, f"/desk/cases/{case_id}"),
            ("cases", clerk, "/desk/cases"),
            ("portal", public, f"/apply/{PROGRAMME}/{VILLAGE}"),
        ):
            yield _checked(name, client.get(path).status_code)
        yield _checked("post", cadre.post(f"/desk/tasks/{task}/complete", data={"facts_true": "true"}).status_code)
        yield _checked("tasks", public.get(f"{API}/tasks", headers=token).status_code)
        yield _checked("api", public.get(f"{API}/cases/{case_id}", headers=token).status_code)
        with web.database.write() as session:
            operations.withdraw(session, APPLICANT, case_id, "已就业", web.clock.now())


def _checked(name: str, status: int) -> str:
    assert status < 400, (name, status)
    return name


def objects() -> int:
    """How many objects the collector still finds after a collection.

    Not counted is what lives in a bounded place that fills slowly: addresses that `urllib` has split, and the weak
    references to cursors that `sqlite3` sweeps after each 200.
    """
    urllib.parse.clear_cache()
    gc.collect()
    return sum(type(each) is not ref for each in gc.get_objects())
