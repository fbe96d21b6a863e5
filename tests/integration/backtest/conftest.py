"""Closed cases of the relief, and drafts of it, for back-tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.backtest import names, running
from app.backtest.drafts import Draft, DraftBundle
from app.backtest.totals import Totals
from app.core.clock import SHANGHAI, MovableClock, local_date
from app.core.errors import NotEligible
from app.db import Database, Vault
from app.definitions import store as releases
from app.definitions.queries import resolve
from app.identity import queries as identity
from tests.support.filling import Filled
from tests.support.worlds import RELIEF, VILLAGE, Office, id_number

NOW = datetime(2020, 10, 12, 10, 0, tzinfo=SHANGHAI)
TODAY = NOW.date()
KEY, COUNTY, TABLE, DIAGRAM = "uninsured_unemployed_relief", "220122", "eligibility.dmn", "relief.bpmn"
MONTHS = b"application.months_without_income</text>"
NOT_ASKED = b"application.months_without_income + application.household.size + application.not_asked</text>"
THREE, FOUR = b"&lt; 3</text>", b"&lt; 4</text>"
CAP = "uninsured_relief_cap"
Drafting = Callable[..., Draft]


def fill(office: Office) -> None:
    """Three who were helped (two after three months, one after four) and one who was refused at the door."""
    for number, months in enumerate((3, 3, 4)):
        receipt = office.apply(KEY, RELIEF, id_number=id_number(number), months_without_income=months)
        office.do(receipt.case_id, "village_investigation", "village_cadre", facts_true=True, opinion="属实")
        office.do(receipt.case_id, "township_review", "township_clerk", confirmed=True, amount=500 + number * 200)
    with pytest.raises(NotEligible):
        office.apply(KEY, RELIEF, id_number=id_number(9), months_without_income=2)


@pytest.fixture(scope="package")
def kept(filled: Filled, vault: Vault, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    clock = MovableClock(NOW)
    folder = tmp_path_factory.mktemp("backtest")
    with filled.open("sqlite", "backtest", lambda it: fill(Office.open(it, clock)), folder) as url:
        database = Database(url, vault, durable=False)
        yield Office(database, clock)
        database.dispose()


@pytest.fixture
def drafting(kept: Office) -> Drafting:
    """A draft of the relief for the county with bytes of its table put in the place of others."""

    def make(*changes: tuple[bytes, bytes], **more: Any) -> Draft:
        with kept.database.read() as session:
            on = local_date(kept.now)
            files = releases.files_of(session, resolve(session, KEY, _chain(session, VILLAGE), on).release_id or "")
            county = _chain(session, COUNTY)[0]
        for old, new in changes:
            path = next(path for path in (TABLE, DIAGRAM) if old in files[path])
            files[path] = files[path].replace(old, new)
        return Draft((DraftBundle("draft", KEY, (county,), files),) if changes else (), **more)

    return make


def _chain(session: Session, code: str) -> tuple[str, ...]:
    return identity.chain_of_code(session, code, TODAY).ids


def run(office: Office, draft: Draft, since: date | None = None) -> tuple[Totals, list[dict[str, Any]]]:
    pages = list(running.run(office.database, draft, since, local_date(office.now), children=1))
    totals = pages[-1].totals if pages else Totals()
    return totals, [line for page in pages for line in page.lines if line["kind"] in names.KINDS]
