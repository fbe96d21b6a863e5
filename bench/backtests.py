"""How many closed cases a back-test replays on one core, and how many human steps. `python -m bench.backtests`.

Every decision is run by its own release; by the draft again where what decides it, or what it reads, is another. What
the way through the diagram costs is what it adds: each case is walked as recorded and, where anything is
another, as the draft leads it.
"""

from __future__ import annotations

import gc
import json
import time
from datetime import date

from app.backtest import running
from app.backtest.child import talk
from app.backtest.drafts import Draft, DraftBundle
from app.backtest.names import MISMATCH, UNFAITHFUL, UNWALKED
from app.core import forking
from app.core.clock import local_date
from app.core.spare import COLLECTED
from app.definitions import store
from app.definitions.queries import resolve
from app.identity import queries as identity
from bench.report import figure, middle
from bench.world import on_sqlite
from tests.support.worlds import RELIEF, VILLAGE, Office, id_number

PROGRAMME, TABLE = "uninsured_unemployed_relief", "eligibility.dmn"
CASES, ROUNDS, AIM, STEPS_AIM, FIRST = 300, 3, 5_000, 1_000, 5


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
    """Print cases and human steps a second and core, of the replay alone, and all that a back-test does."""
    with on_sqlite() as office:
        _close(office, count)
        on = local_date(office.now)
        draft, asked = _draft(office, on), list[bytes]()

        class Here:
            def __init__(self, work: str, limits: forking.Limits) -> None:
                self._replay, self.close = talk(), list

            def ask(self, request: bytes) -> bytes:
                asked.append(request)
                return self._replay(request)

        kept, forking.Talk = forking.Talk, Here  # type: ignore[misc, assignment]
        gc.set_threshold(*COLLECTED)
        try:
            began = time.process_time()
            pages = list(running.run(office.database, draft, None, on, children=1))
            whole = time.process_time() - began
        finally:
            forking.Talk = kept  # type: ignore[misc]
    totals = pages[-1].totals
    alone = [_without_ways(request) for request in asked]
    taken, both = _taken(alone), _taken(asked)
    cases = middle("backtest.cases", [totals.met / each for each in taken], "cases/s/core", f">= {AIM}")
    walked = [totals.human_steps / (all_of_it - each) for each, all_of_it in zip(taken, both, strict=True)]
    steps = middle("backtest.steps", walked, "human steps/s/core", f">= {STEPS_AIM}")
    every = figure("backtest.cases.with_reading", totals.met / whole, "cases/s/core")
    others = totals.counts[MISMATCH] + totals.ways[UNFAITHFUL] + totals.ways[UNWALKED]
    missed = figure("backtest.mismatches", others, "cases", "<= 0")
    decisions = totals.decisions / totals.met
    print(f"  {totals.met} closed cases, {decisions:.1f} decisions each, {missed:.0f} other than recorded")
    print(
        f"  decisions and figures {cases:7,.0f} cases/s/core   aim {AIM:,}, {cases * decisions:,.0f} decisions/s/core"
    )
    print(f"  through the diagram   {steps:7,.0f} human steps/s/core   aim {STEPS_AIM:,}; each is walked once or twice")
    print(f"  both, with reading    {every:7,.0f} cases/s/core")


def _taken(requests: list[bytes]) -> list[float]:
    """Seconds of processor time for all of them, a round each. What bundles hold was read before: a child
    reads it once."""
    first, later, taken = _with(requests[0], FIRST), [_with(each, None, bundles={}) for each in requests], []
    for _ in range(ROUNDS):
        replay = talk()
        replay(first)
        began = time.process_time()
        for request in later:
            replay(request)
        taken.append(time.process_time() - began)
    return taken


def _with(request: bytes, count: int | None, **other: object) -> bytes:
    """The page with its first cases only, or otherwise another."""
    content = json.loads(request)
    return json.dumps({**content, "cases": content["cases"][:count], **other}, ensure_ascii=False).encode()


def _without_ways(request: bytes) -> bytes:
    """The same cases with nothing to walk."""
    content = json.loads(request)
    for case in content["cases"]:
        case |= {"state": None, "events": [], "done": []}
    return json.dumps(content, ensure_ascii=False).encode()


if __name__ == "__main__":
    main()
