"""Drafts: nothing is written over unseen, nobody's goes with somebody else's, and an autosave is one statement."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.errors import Gone, NotFound
from app.db import Database
from app.drafts import operations as drafts
from app.drafts import parts
from app.drafts.models import Draft
from app.drafts.operations import Place
from app.drafts.queries import of_subject
from tests.support.statements import counted

MINE, THEIRS = Place("u:1", "刘敏", "task:t1", "r1"), Place("u:2", "田长海", "task:t1", "r1")


def typed(text: str) -> list[list[str]]:
    return [["opinion", text]]


def test_an_autosave_is_one_statement_and_rests_sealed(database: Database, now: datetime) -> None:
    with database.write() as session:
        assert drafts.save(session, MINE, typed("一"), 0, now).revision == 1
        session.info["vault"].seal_text("", "a", "b", "c")  # the keys in force are read once in a transaction
        with counted(session) as statements:
            assert drafts.save(session, MINE, typed("220122199001010503"), 1, now).revision == 2
        assert len(statements) == 1
        assert b"220122" not in session.scalars(select(Draft.content)).one()
    with database.read() as session:
        kept = of_subject(session, MINE.subject, MINE.owner).mine
    assert kept is not None
    assert (kept.content, kept.names, kept.saved_at) == (typed("220122199001010503"), {"opinion"}, now)


def test_two_tabs_lose_nothing_and_either_can_be_chosen(database: Database, now: datetime) -> None:
    with database.write() as session:
        drafts.save(session, MINE, typed("此"), 0, now)
        beside = drafts.save(session, MINE, typed("彼"), 0, now)
        assert (beside.beside, beside.revision) == (True, 1)
        assert not drafts.save(session, MINE, typed("此"), 0, now).beside  # the same again is no other text
        drawer = of_subject(session, MINE.subject, MINE.owner)
        assert (drawer.mine.content, drawer.other.content) == (typed("此"), typed("彼"))  # type: ignore[union-attr]
        drafts.take(session, MINE, drawer.other.id, now)  # type: ignore[union-attr]
        drawer = of_subject(session, MINE.subject, MINE.owner)
        assert (drawer.mine.content, drawer.other.content) == (typed("彼"), typed("此"))  # type: ignore[union-attr]


def test_each_has_his_own_and_may_copy_the_others(database: Database, now: datetime) -> None:
    with database.write() as session:
        drafts.save(session, MINE, typed("刘敏写的"), 0, now)
        drafts.save(session, THEIRS, typed("田长海写的"), 0, now)
        (colleagues,) = of_subject(session, MINE.subject, MINE.owner, colleagues=True).theirs
        assert colleagues.owner_name == "田长海"
        assert of_subject(session, MINE.subject, MINE.owner).theirs == ()
        drafts.take(session, MINE, colleagues.id, now)
        mine = of_subject(session, MINE.subject, MINE.owner)
        assert (mine.mine.content, mine.other.content) == (typed("田长海写的"), typed("刘敏写的"))  # type: ignore[union-attr]
        assert of_subject(session, THEIRS.subject, THEIRS.owner).mine.content == typed("田长海写的")  # type: ignore[union-attr]
        with pytest.raises(NotFound):
            drafts.take(session, Place("u:1", "刘敏", "task:t2"), colleagues.id, now)


def test_what_is_sent_goes_and_the_colleagues_stays_until_it_is_old(database: Database, now: datetime) -> None:
    month = timedelta(days=30)
    with database.write() as session:
        drafts.save(session, MINE, typed("此"), 0, now)
        drafts.save(session, MINE, typed("彼"), 0, now)
        drafts.save(session, THEIRS, typed("田长海写的"), 0, now)
        assert not drafts.finish(session, MINE.subject, MINE.owner)
        left = of_subject(session, MINE.subject, MINE.owner, colleagues=True)
        assert (left.mine, left.other, len(left.theirs)) == (None, None, 1)
        drafts.save_stuck(session, MINE, {"opinion": "等着"}, now)
        assert drafts.finish(session, MINE.subject, THEIRS.owner)
        with pytest.raises(Gone):  # a page that still knew what was sent
            drafts.save(session, MINE, typed("旧"), 1, now)
        drafts.save(session, MINE, typed("新"), 0, now)
        assert drafts.prune(session, now + month, month) == 0
        assert drafts.prune(session, now + month + timedelta(minutes=1), month) == 1
        with pytest.raises(drafts.TooLong):
            drafts.save(session, MINE, typed("长" * drafts.LONGEST), 0, now)


def test_a_form_is_taken_out_to_be_sent_once(database: Database, now: datetime) -> None:
    with database.write() as session:
        drafts.save(session, MINE, typed("要提交的"), 0, now)
        assert drafts.take_out(session, MINE).content == typed("要提交的")
        with pytest.raises(Gone):
            drafts.take_out(session, MINE)


def test_a_page_writes_its_own_part_and_meets_another_tab_on_that_page_alone(database: Database, now: datetime) -> None:
    def kept(part: str, text: str, known: int = 0, *, sent: bool = False) -> drafts.Saved:
        return parts.save(session, MINE, part, [[f"{part}.x", text], ["a.y", "别的页"]], known, now, 1000, sent=sent)

    with database.write() as session:
        first = kept("b", "一")
        kept("c", "二")  # another page knew nothing of the draft, and nothing of its own is lost
        second = kept("b", "三", first.revision)
        assert not second.beside
        assert kept("b", "四", first.revision).beside
        assert not kept("b", "五", first.revision, sent=True).beside
        drawer = of_subject(session, MINE.subject, MINE.owner)
        assert drawer.mine.content == [["c.x", "二"], ["b.x", "五"]]  # type: ignore[union-attr]
        assert drawer.other.content == [["c.x", "二"], ["b.x", "四"]]  # type: ignore[union-attr]
        drafts.drop(session, MINE)
        with pytest.raises(Gone):
            kept("b", "晚到的", second.revision)


def test_rows_behind_one_that_is_dropped_move_up(database: Database, now: datetime) -> None:
    with database.write() as session:
        rows = [[f"m.{place}.name", f"{place}"] for place in range(12)]
        drafts.save(session, MINE, [["m.10x", "不动"], *rows], 0, now)
        parts.drop_row(session, MINE, "m", 2, now)
        left = of_subject(session, MINE.subject, MINE.owner).mine.content  # type: ignore[union-attr]
    assert left == [["m.10x", "不动"], *([f"m.{place}.name", f"{place + (place >= 2)}"] for place in range(11))]
