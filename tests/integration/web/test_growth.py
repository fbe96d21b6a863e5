"""A process that answers all day keeps nothing of what it answered. `python -m bench.memory` asks 20,000 times."""

from __future__ import annotations

from itertools import islice

from tests.support import mixed
from tests.support.web import Web

WARM, ASKED = 27, 54


def test_requests_leave_nothing_behind(web: Web) -> None:
    asked = mixed.requests(web)
    list(islice(asked, WARM))
    before = mixed.objects()
    assert len(set(islice(asked, ASKED))) == 9
    assert mixed.objects() - before < ASKED // 4
