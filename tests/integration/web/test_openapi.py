"""The description of the API is true: generated requests, valid and broken ones, are answered as it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from app.core.clock import MovableClock
from app.db import Database
from app.documents import queries as documents
from tests.support.examples import examples
from tests.support.web import Web, open_web, staff

CADRE, CLERK = "village_cadre.220122100001", "township_clerk.220122100"
RULED_BY_FORMS = {"apply", "complete_task", "answer_check"}
"""What they take beside the declared names is a form of the programme's; the release says what it asks, no OpenAPI."""
DECLARED = {"programme", "region", "data", "answer"}
ON_SQLITE, ON_POSTGRESQL = examples(12), examples(4)
"""What is generated knows nothing of the database: there it is the same requests, fewer of them."""
load_all_checks()


@pytest.fixture
def served(database: Database, clock: MovableClock, tmp_path: Path) -> Web:
    staff(database)
    return open_web(database, clock)


def test_every_generated_request_is_answered_as_described(served: Web) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", served.app)
    # A long refusal would come compressed, which the client of these tests does not unpack.
    known, headers = _known(served), {**served.token(CLERK), "Accept-Encoding": "identity"}
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == len(served.app.spec["paths"])
    for operation in operations:
        for mode in GenerationMode:
            _try(operation, mode, known, headers, ON_SQLITE if served.database.is_sqlite else ON_POSTGRESQL)


def _known(served: Web) -> dict[str, str]:
    """What stands at the end of a path: a paid case, one that waits, a letter."""
    client, cadre, clerk = served.client(), served.token(CADRE), served.token(CLERK)
    paid = served.apply().case_id
    for headers, data in ((cadre, {"facts_true": True}), (clerk, {"confirmed": True, "amount": "800"})):
        task = served.open_task(paid)
        answer = client.post(f"/api/v1/tasks/{task}/complete", json={"data": data}, headers=headers)
        assert answer.status_code == 200
    with served.database.read() as session:
        letter = documents.documents_of(session, paid)[-1].id
    waiting = served.apply(id_number="220122197003071231", name="李秀兰").case_id
    return {"case_id": paid, "document_id": letter, "task_id": served.open_task(waiting)}


def _try(operation: Any, mode: GenerationMode, known: dict[str, str], headers: dict[str, str], count: int) -> None:
    by_form = operation.definition.raw["operationId"] in RULED_BY_FORMS
    excluded: list[Callable[..., Any]] = list(CHECKS.get_by_names(["positive_data_acceptance"])) if by_form else []

    @given(operation.as_strategy(generation_mode=mode), st.booleans())
    @settings(
        max_examples=count, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), derandomize=True,
    )  # fmt: skip
    def ask(case: Case, real: bool) -> None:
        if real:
            case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
        answer = case.call_and_validate(headers=headers, excluded_checks=excluded)
        if by_form and mode is GenerationMode.POSITIVE and answer.status_code == 422:
            assert not answer.json()["fields"].keys() & DECLARED

    ask()
