"""How many closed cases a back-test replays: decisions and figures alone, one core. `python -m bench.backtests`.

Every decision is run by its own release; by the draft again where what decides it, or what it reads, is another.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import date

from app.backtest import running
from app.backtest.child import replay
from app.backtest.drafts import Draft, DraftBundle
from app.backtest.names import MISMATCH
from app.core import forking
from app.core.clock import local_date
from app.definitions import store
from app.definitions.queries import resolve
from app.identity import queries as identity
from bench.report import figure
from bench.world import on_sqlite
from tests.support.worlds import RELIEF, VILLAGE, Office, id_number

PROGRAMME, TABLE = "uninsured_unemployed_relief", "eligibility.dmn"
CASES, ROUNDS, AIM = 300, 3, 5_000


def _close(office: Office, count: int) -> None:
    """Cases of people in different circumstances, granted."""
    for number in range(count):
        household = {"size": 2 + number % 3, "annual_income": 9000 + 10 * number, "financial_assets": 7 * number}
        months = 3 + number % 9
        receipt = office.apply(
            PROGRAMME, RELIEF, id_number=id_number(number), household=household, months_without_income=months
        )
        office.do(receipt.case_id, "village_investigation", "village_cadre", facts_true=True, opinion="属实")
        office.do(receipt.case_id, "township_review", "township_clerk", confirmed=True, amount=500 + number)


def _draft(office: Office, on: date) -> Draft:
    """A row of a table set otherwise."""
    with office.database.read() as session:
        chain = identity.chain_by_code(session, VILLAGE, on)
        files = dict(store.files_of(session, resolve(session, PROGRAMME, chain.ids, on).release_id or ""))
    files[TABLE] = files[TABLE].replace(b"&lt; 3</text>", b"&lt; 4</text>")
    return Draft((DraftBundle("draft", PROGRAMME, (chain.refs[-1].id,), files),))


def main(count: int = CASES) -> None:
    """Print cases a second and core, of the replay alone and of all that a back-test does."""
    with on_sqlite() as office:
        _close(office, count)
        on = local_date(office.now)
        draft, asked = _draft(office, on), list[bytes]()

        def here(work: str, request: bytes, limits: forking.Limits) -> bytes:
            asked.append(request)
            return replay(request)

        forking_ask, forking.ask = forking.ask, here
        try:
            began = time.process_time()
            pages = list(running.run(office.database, draft, None, on, children=1))
            whole = time.process_time() - began
        finally:
            forking.ask = forking_ask
    totals = pages[-1].totals
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for request in asked:
            replay(request)
        taken.append(time.process_time() - began)
    cases = figure("backtest.cases", totals.met / statistics.median(taken), "cases/s/core", f">= {AIM}")
    every = figure("backtest.cases.with_reading", totals.met / whole, "cases/s/core")
    missed = figure("backtest.mismatches", totals.counts[MISMATCH], "cases", "<= 0")
    decisions = totals.decisions / totals.met
    print(f"  {totals.met} closed cases, {decisions:.1f} decisions each, {missed:.0f} other than recorded")
    print(f"  replay               {cases:7,.0f} cases/s/core   aim {AIM:,}, {cases * decisions:,.0f} decisions/s/core")
    print(f"  with reading of them {every:7,.0f} cases/s/core")


if __name__ == "__main__":
    sys.exit(main())
