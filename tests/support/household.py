"""A household of any size from its application for 低保 to a re-check by which all but one are others, and back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from app.cases import reversal, store
from tests.integration.bundles import test_dibao as dibao
from tests.support.statements import counted
from tests.support.worlds import Office, id_number

CHECKED = {"annual_income": dibao.INCOME, "financial_assets": dibao.ASSETS}
Taken = dict[str, tuple[int, float]]
"""By action, its statements and seconds of processor time."""


def prepare(office: Office) -> None:
    """Figures by which a household without much is admitted, and re-checked."""
    dibao.put_in_force(office, rural_dibao_standard_month=400, publicity_days=7)


def walked(office: Office, members: int, first: int) -> Taken:
    """What the actions take. People are numbered from `first` on (`id_number`), twice as many as there are members."""
    before, others = _people(members, first), _people(members, first + members)
    head, after, taken = before[0], [before[0], *others[1:]], Taken()

    def do(case_id: str, element: str, position: str, data: Mapping[str, Any]) -> None:
        with _measured(office, taken, element):
            done = office.do(case_id, element, position, **data)
        assert done.incident is None

    own = {**dibao.APPLICATION, "name": head["name"], "id_number": head["id_number"]}
    with _measured(office, taken, "apply"):
        case_id = office.apply("dibao", own, household={"members": before, **CHECKED}).case_id
    do(case_id, "acceptance", "township_clerk", {"complete": True})
    do(case_id, "means_check", "township_clerk", CHECKED)
    do(case_id, "household_visit", "township_clerk", {"consistent": True, "irregular_income": False})
    do(case_id, "review", "township_head", {"approved": True})
    dibao.pass_days(office, 8)
    do(case_id, "county_confirmation", "county_head", {"approved": True})
    again = dibao.begin(office, dibao.award_of(office, case_id), "recheck")
    do(again, "recheck", "township_clerk", {**CHECKED, "irregular_income": True, "household": {"members": after}})
    do(again, "recheck_review", "township_head", {"approved": True})
    with _measured(office, taken, "reversed"), office.database.write() as session:
        action = store.lock(session, office.holder(session, "township_head"), again, office.now)
        reversal.reverse(action, action.case.audit_seq, "退回重办")
        reversal.write_planned(action)
    return taken


@contextmanager
def _measured(office: Office, taken: Taken, action: str) -> Iterator[None]:
    with counted(office.database.engine) as statements:
        began = time.process_time()
        yield
        taken[action] = len(statements), time.process_time() - began


def _people(count: int, first: int) -> list[dict[str, Any]]:
    names = (f"周{chr(0x4E00 + each)}" for each in range(count))
    return [
        {"name": name, "id_number": id_number(first + each), "relation": "子" if each else "本人"}
        for each, name in enumerate(names)
    ]
