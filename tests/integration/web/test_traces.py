"""Who took on work, gave it back or handed it on, and what anybody carried away, stands in the audit."""

from __future__ import annotations

from sqlalchemy import select

from app.audit.operations import EVENT
from app.documents.models import Document
from tests.support.web import VILLAGE, Web

FIRST, SECOND = f"village_cadre.{VILLAGE}", f"village_cadre.{VILLAGE}.2"


def traces(web: Web, chain: str) -> list[tuple[str, str]]:
    """Kind and actor of every event of a chain."""
    wanted = select(EVENT.c.kind, EVENT.c.actor_id).where(EVENT.c.chain == chain).order_by(EVENT.c.seq)
    with web.database.read() as session:
        return [tuple(row) for row in session.execute(wanted)]


def test_what_is_claimed_given_back_and_handed_on(web: Web) -> None:
    case_id = web.apply().case_id
    task = web.open_task(case_id)
    first, second = web.client(FIRST), web.client(SECOND)
    mine, other = web.actor(FIRST).user_id or "", web.actor(SECOND).user_id or ""
    for client, act, data in (
        (first, "claim", {}), (first, "transfer", {"user_id": other, "reason": "外出"}),
        (second, "unclaim", {}), (first, "claim", {}),
    ):  # fmt: skip
        answer = client.post(f"/desk/tasks/{task}/{act}", data=data)
        assert answer.status_code in (204, 302), (act, answer.text)
    assert traces(web, f"work_item:{task}") == [
        ("claimed", mine), ("released", other), ("claimed", mine),
    ]  # fmt: skip
    assert traces(web, f"case:{case_id}")[1:] == [("transferred", mine)]


def test_what_is_carried_away(web: Web) -> None:
    receipt = web.apply()
    clerk = web.client(f"township_clerk.{VILLAGE[:9]}")
    assert clerk.get("/desk/cases.xlsx").status_code == 200
    assert [kind for kind, _ in traces(web, "exports")] == ["exported"]
    with web.database.read() as session:
        letter = session.scalars(select(Document.id).where(Document.case_id == receipt.case_id)).first()
    assert letter is not None
    assert clerk.get(f"/desk/documents/{letter}.docx").status_code == 200
    headers = web.token(f"township_clerk.{VILLAGE[:9]}")
    assert web.client().get(f"/api/v1/documents/{letter}", headers=headers).status_code == 200
    clerk_id = web.actor(f"township_clerk.{VILLAGE[:9]}").user_id
    assert traces(web, f"document:{letter}") == [("downloaded", clerk_id)] * 2
