"""What the log says of a case from application to decision: who did what when, and nothing that somebody typed."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest

from app.core import logs
from tests.support.web import APPLICATION, PROGRAMME, VILLAGE, Web, flat

CADRE, CLERK = "village_cadre.220122100001", "township_clerk.220122100"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    kept, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(kept), root.level
    handler.setFormatter(logs.JsonFormatter())
    root.addHandler(handler)
    root.setLevel("INFO")
    yield kept
    root.removeHandler(handler)
    root.setLevel(level)


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def texts(data: object) -> Iterator[str]:
    """Names, numbers and addresses of an application: what is longer than a choice or a count."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, (dict, list)):
        for each in data.values() if isinstance(data, dict) else data:
            yield from texts(each)


def test_a_case_leaves_no_personal_data_in_the_log(web: Web, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    person = {text for text in texts(APPLICATION) if re.search(r"[\u4e00-\u9fff]{2}|\d{9}", text)}
    public, cadre, clerk = web.client(), web.client(CADRE), web.client(CLERK)
    applied = public.post(f"/apply/{PROGRAMME}/{VILLAGE}", data=flat(APPLICATION))
    assert applied.status_code == 302
    public.get("/apply/receipt")
    name, number = APPLICATION["name"], APPLICATION["id_number"]
    with web.database.read() as session:
        from app.cases.models import Case

        case = session.query(Case).one()
        case_id, case_number = case.id, case.number
    cadre.post(f"/desk/tasks/{web.open_task(case_id)}/complete", data={"facts_true": "true"})
    clerk.post(f"/desk/tasks/{web.open_task(case_id)}/complete", data={"confirmed": "true", "amount": "800"})
    public.post("/status", data={"number": case_number, "query_code": "WRONG"})
    clerk.get(f"/desk/cases?text={name}")
    clerk.get(f"/desk/cases?text={number}")
    clerk.get(f"/desk/cases/{number}")
    public.get(f"/{name}/{number}")
    public.open("/status", method=name)
    clerk.post("/desk/login", data={"username": number, "password": name})
    monkeypatch.setattr("app.desk.inbox.worklist.listed", lambda *_, **__: int(name))
    web.app.config["TESTING"] = False
    assert clerk.get(f"/desk/?text={name}").status_code == 500
    told = log.getvalue()
    for text in person | {case_number, "WRONG"}:
        assert text not in told, text
    routes = [line.get("route") for line in lines(log) if line["logger"] == "doudi.access"]
    assert "/desk/tasks/<task_id>/complete" in routes
    assert len(routes) >= 12


def test_every_line_names_its_request_and_the_page_of_a_bug_the_same(web: Web, log: io.StringIO) -> None:
    case_id = web.apply().case_id
    client = web.client(CADRE)
    given = client.post(
        f"/desk/tasks/{web.open_task(case_id)}/complete",
        data={"facts_true": "true"},
        headers={"X-Request-ID": "front-1234"},
    )
    assert given.headers["X-Request-ID"] == "front-1234"
    line = lines(log)[-1]
    assert (line["request"], line["status"], line["user"]) == ("front-1234", 302, web.actor(CADRE).user_id)
    with web.database.read() as session:
        from app.audit import events_of

        assert line["action"] in {event.action_id for event in events_of(session, f"case:{case_id}")}
    forged = client.get("/desk/", headers={"X-Request-ID": "a b\tc"}).headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", forged)
