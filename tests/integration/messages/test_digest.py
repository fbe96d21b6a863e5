"""The digest by mail: once a day, to who wants it, each message once, and nothing of people in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.errors import Invalid
from app.jobs.runner import Worker
from app.messages import digest, operations, queries
from tests.support.worlds import Office

ABOUT = operations.About("case", "220122-2020-000001", "入户调查", None)


class Letters:
    """A messenger that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, key: str, to: str, text: str) -> None:
        self.sent.append((to, text))


def test_a_digest_goes_once_to_who_asked_for_it(office: Office) -> None:
    letters = Letters()
    handlers = {digest.COLLECT: digest.collecting(8), digest.MAIL: digest.mailing(letters)}
    worker = Worker(office.database, office.clock, handlers)
    with office.database.write() as session:
        wanting, quiet = (office.holder(session, "village_cadre", each) for each in (0, 1))
        clerk = office.holder(session, "township_clerk")
        with pytest.raises(Invalid, match="邮箱地址不正确"):
            operations.choose_digest(session, wanting, "张三", office.now)
        operations.tell(session, [wanting.user_id], "urged", ABOUT, clerk, office.now - timedelta(hours=1))
        operations.choose_digest(session, wanting, "cadre@example.gov.cn", office.now)
        people = [wanting.user_id, quiet.user_id, clerk.user_id]
        operations.tell(session, people, "transferred", ABOUT, clerk, office.now, "张三家里有事")
        operations.tell(session, [wanting.user_id], "mentioned", ABOUT, clerk, office.now)
        operations.read(session, wanting, queries.page(session, wanting, None, 9)[0].id, office.now)
        assert (queries.unread(session, wanting), queries.unread(session, clerk)) == (2, 0)
        digest.plan(session, 8, office.now)
        digest.plan(session, 8, office.now)
    assert worker.run_once() == 0, "not before the hour"
    office.clock.move_to(office.now + timedelta(days=1))
    worker.run_once()
    text = "您有 1 条未读消息：\n220122-2020-000001 入户调查：转办给您\n请登录社会救助工作台查看和办理。"
    assert letters.sent == [("cadre@example.gov.cn", text)], "neither names, nor what was typed, nor what is older"
    office.clock.move_to(office.now + timedelta(days=1))
    worker.run_once()
    assert len(letters.sent) == 1, "each message goes once"
