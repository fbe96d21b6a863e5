"""What rests in a case's row: it comes back as it was, also from old versions; one of the future is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases import upgrades
from app.cases.instance import Instance, StateOfTheFuture
from app.core.exact_json import dump_bytes, dump_json, load_json
from app.db import Vault
from app.db.vault import SealBroken

KEPT = Instance(
    {"review": {"amount": Decimal("800.10"), "on": date(2020, 9, 25)}}, b"{}", {"review": {"x": 1}}, {"t": "1"}
)
OF_VERSION_1 = (
    b'\x00\x00\x00\x9c{"version":1,"variables":{"review":{"amount":{"$dec":"800.10"},"on":{"$date":"2020-09-25"}}},'
    b'"unknown":{"review":{"x":1}},"timers":{"t":"1"},"started":true}{}'
)


@pytest.mark.parametrize("state", [KEPT.state, None])
def test_an_instance_comes_back_as_it_was(state: bytes | None) -> None:
    vault, kept = Vault.generate(), Instance(KEPT.variables, state, KEPT.unknown, KEPT.timers)
    sealed = kept.seal(vault, "a")
    assert Instance.open(vault, sealed, "a") == kept
    with pytest.raises(SealBroken):
        Instance.open(vault, sealed, "b")


def test_a_version_without_a_number_is_read_and_written_in_the_newest() -> None:
    assert Instance.unpack(OF_VERSION_1) == KEPT
    assert Instance.unpack(OF_VERSION_1).pack() == KEPT.pack()


def test_every_version_leads_to_the_next() -> None:
    assert list(upgrades.STEPS) == list(range(1, upgrades.VERSION))
    assert KEPT.pack()[0] == upgrades.VERSION


def test_a_state_of_the_future_is_refused_and_says_what_to_do() -> None:
    with pytest.raises(StateOfTheFuture, match="请先升级本系统"):
        Instance.unpack(bytes([upgrades.VERSION + 1]) + b"whatever")


_TEXT = st.text(st.characters(codec="utf-8"))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 70), 1 << 70) | _TEXT
    | st.floats(allow_nan=False, allow_infinity=False) | st.decimals() | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(_VALUES)
def test_the_short_way_of_writing_reads_as_the_long_one_does(value: object) -> None:
    assert repr(load_json(dump_bytes(value))) == repr(load_json(dump_json(value)))
