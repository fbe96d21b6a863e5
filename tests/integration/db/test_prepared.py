"""A statement that runs straight on the driver answers, fails and is heard of as when SQLAlchemy executes it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Date, Integer, MetaData, String, Table, bindparam, delete, insert, select, text
from sqlalchemy import update as change
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from app.core.clock import SHANGHAI
from app.db import AwareDateTime, Database, Json, Money, NotPreparable, Prepared, insert_if_absent, prepared
from app.identity.models import Region
from tests.support.statements import counted

PAID = Table(
    "paid", MetaData(),
    Column("id", Integer, primary_key=True), Column("to", String(20), unique=True), Column("amount", Money()),
    Column("at", AwareDateTime()), Column("on", Date), Column("facts", Json()), Column("done", Boolean),
    Column("state", String(10), default="new"),
)  # fmt: skip
AT = datetime(2026, 5, 1, 8, 0, tzinfo=SHANGHAI)
ROWS: list[dict[str, Any]] = [
    {"id": 1, "to": "李一", "amount": Decimal("800.50"), "at": AT, "on": date(2026, 5, 1),
     "facts": {"rate": Decimal("0.30"), "on": date(2026, 5, 2)}, "done": True},
    {"id": 2, "to": "李%二", "amount": None, "at": None, "on": None, "facts": None, "done": False},
    {"id": 3, "to": "王三", "amount": Decimal(0), "at": AT, "on": None, "facts": [], "done": None},
]  # fmt: skip
INSERT = Prepared(insert(PAID))
ALL = select(PAID).order_by(PAID.c.id)
THESE = Prepared(ALL.where(PAID.c.id.in_(bindparam("ids", expanding=True)), PAID.c.to.like("李%")))
RAISE = Prepared(change(PAID).where(PAID.c.id == bindparam("which")).values(amount=bindparam("more")))


@pytest.fixture
def paid(database: Database) -> Database:
    with database.write() as session:
        PAID.create(session.connection())
        INSERT.run_all(session, ROWS)
    return database


def test_every_type_comes_back_as_when_sqlalchemy_reads_it(paid: Database) -> None:
    with paid.read() as session:
        rows = Prepared(ALL).all(session)
        assert [tuple(row) for row in rows] == [tuple(row) for row in session.connection().execute(ALL)]
        assert (rows[0].amount, rows[0].at, rows[0].facts["rate"]) == (Decimal("800.50"), AT, Decimal("0.30"))
        assert rows[0].at.tzinfo is UTC
        assert [*rows[0]._asdict()] == [*ROWS[0], "state"]
        assert {row.state for row in rows} == {"new"}


def test_lists_of_any_length_and_again_of_one_that_was_there(paid: Database) -> None:
    with paid.read() as session:
        found = [[row.id for row in THESE.all(session, ids=ids)] for ids in ((1, 2, 3), [], [2], [3], (2, 1))]
    assert found == [[1, 2], [], [2], [], [1, 2]]


def test_a_constant_list_beside_one_that_is_given(paid: Database) -> None:
    both = Prepared(ALL.where(PAID.c.to.in_(["李一", "王三"]), PAID.c.id.in_(bindparam("ids", expanding=True))))
    with paid.read() as session:
        found = [[row.id for row in both.all(session, ids=ids)] for ids in ((1, 2, 3), [2], [3])]
    assert found == [[1, 3], [], [3]]


def test_writing_says_how_many_rows_it_changed_and_returns_what_it_is_asked_for(paid: Database) -> None:
    gone = Prepared(delete(PAID).where(PAID.c.done == bindparam("state")).returning(PAID.c.id, PAID.c.at))
    absent = Prepared(insert_if_absent(PAID, ["to"], list(ROWS[0])))
    with paid.write() as session:
        assert RAISE.run(session, {"which": 2, "more": Decimal("1.25")}) == 1
        assert RAISE.run(session, {"which": 9, "more": Decimal(1)}) == 0
        RAISE.run_all(session, [{"which": 1, "more": Decimal(2)}, {"which": 3, "more": Decimal(3)}])
        assert [absent.run(session, ROWS[0] | {"id": 4, "to": name}) for name in ("李一", "新来")] == [0, 1]
        assert [tuple(row) for row in gone.all(session, state=True)] == [(1, AT), (4, AT)]
    with paid.read() as session:
        assert session.scalars(select(PAID.c.amount).order_by(PAID.c.id)).all() == [Decimal("1.25"), Decimal(3)]


def test_a_row_leaves_out_what_stays_null_and_one_that_is_cut_off_is_not_written(paid: Database) -> None:
    with paid.write() as session:
        INSERT.run(session, {"id": 5, "to": "短"})
        with pytest.raises(StatementError):
            INSERT.run_all(session, [{"id": 6, "to": "六"}, {"id": 7}])
        assert session.scalars(select(PAID.c.id).where(PAID.c.id > 3)).all() == [5]


def test_errors_are_those_of_sqlalchemy_and_keep_peoples_data_to_themselves(paid: Database) -> None:
    with paid.write() as session:
        savepoint = session.begin_nested()
        with pytest.raises(IntegrityError) as told:
            INSERT.run(session, {"id": 8, "to": "李一"})
        savepoint.rollback()
        assert "[SQL parameters hidden due to hide_parameters=True]" in str(told.value)
        with pytest.raises(StatementError, match="amount|whole number"):
            INSERT.run(session, {"id": 8, "to": "新", "amount": Decimal("0.001")})
        assert session.scalar(select(PAID.c.to).where(PAID.c.id == 1)) == "李一"
    with paid.read() as session, pytest.raises(DBAPIError):
        Prepared(text("SELECT nothing FROM nowhere")).all(session)


def test_it_lives_in_the_sessions_savepoint_and_is_heard_of(paid: Database) -> None:
    with paid.write() as session:
        savepoint = session.begin_nested()
        with counted(session) as statements:
            RAISE.run(session, {"which": 1, "more": Decimal(7)})
            RAISE.run_all(session, [{"which": 2, "more": Decimal(7)}, {"which": 3, "more": Decimal(7)}])
        assert [each.split(" SET ")[0] for each in statements] == ["UPDATE paid", "UPDATE paid"]
        savepoint.rollback()
        assert amount(session, 1) == Decimal("800.50")


def amount(session: Session, id: int) -> Any:
    return Prepared(select(PAID.c.amount).where(PAID.c.id == bindparam("id"))).scalar(session, id=id)


def test_one_that_nobody_has_compiled_is_compiled_by_several_at_once(paid: Database) -> None:
    fresh, together, found = Prepared(ALL.limit(2)), Barrier(4), []

    def look() -> None:
        with paid.read() as session:
            together.wait()
            found.append([row.to for row in fresh.all(session)])

    threads = [Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["李一", "李%二"]] * 4


def test_what_cannot_run_like_that_says_so_and_does_not_run_otherwise(paid: Database) -> None:
    with pytest.raises(NotPreparable, match="columns"):
        Prepared(select(Region))
    with pytest.raises(NotPreparable):
        Prepared(PAID)  # type: ignore[arg-type]
    computed = Table("paid", MetaData(), Column("id", Integer, primary_key=True), Column("to", String, default=str))
    with paid.write() as session, pytest.raises(NotPreparable, match="to"):
        Prepared(insert(computed)).run(session, {"id": 9})
    with paid.write() as session, pytest.raises(StatementError):
        RAISE.run(session, {"which": 1})


def test_threads_that_learn_a_statement_at_once_read_each_value_once(
    paid: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second learns while the first is about to say that it has learnt."""
    statement, named = Prepared(ALL), prepared.namedtuple
    seconds: list[Any] = []
    with paid.read() as session:

        def meanwhile(*of: Any, **options: Any) -> Any:
            monkeypatch.setattr(prepared, "namedtuple", named)
            seconds.extend(statement.all(session))
            return named(*of, **options)

        monkeypatch.setattr(prepared, "namedtuple", meanwhile)
        assert statement.all(session) == seconds == statement.all(session)
        assert seconds[0].facts == ROWS[0]["facts"]
