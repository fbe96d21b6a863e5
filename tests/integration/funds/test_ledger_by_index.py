"""The ledger of a county is found by the county's orders and claims, however many the province has."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import event, text

from app.core.clock import MovableClock
from app.db import Database
from app.funds import agreement, ledger
from tests.support.worlds import Office

OCTOBER = ledger.LedgerFilter("2020-10", "2020-10")
WHOLE = re.compile(r"SCAN (?:payment_order|claim_entry|claim|bank_answer)\b|Index Scan using pk_payment_order")
LEFT_OUT = "nestloop", "hashjoin", "seqscan", "sort"


def test_nobody_elses_orders_are_read(database: Database, clock: MovableClock) -> None:
    office, sent = Office.open(database, clock), []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        sent.append((statement, parameters))

    with database.read() as session:
        finance = office.holder(session, "finance")
        event.listen(database.engine, "before_cursor_execute", note)
        ledger.lines(session, finance, OCTOBER)
        agreement.disagreements(session, finance, OCTOBER)
        event.remove(database.engine, "before_cursor_execute", note)
        connection = session.connection()
        if not database.is_sqlite:  # any way is cheap in small tables: leave the one that goes through all orders
            for way in LEFT_OUT:
                connection.execute(text(f"SET LOCAL enable_{way} = off"))
        how = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        joined = [each for each in sent if re.search(r"JOIN (?:claim_entry|bank_answer)\b", each[0])]
        plans = ["\n".join(map(str, connection.exec_driver_sql(how + asked, given))) for asked, given in joined]
    *of_orders, of_claims = plans
    assert len(of_orders) == 3
    assert all("ix_payment_order_county" in plan and not WHOLE.search(plan) for plan in of_orders), of_orders
    assert ("CORRELATED" if database.is_sqlite else "SubPlan") in of_claims  # one look-up a claim of the county
