"""What a chain notices, and what never gets into it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from app.audit.chain import ORIGIN, check, link_hash, masked, masked_text
from app.core.exact_json import dump_json

AT = datetime(2020, 10, 12, 2, tzinfo=UTC)


def no_key(plain: str) -> list[str]:
    """Links of before 0.3.0 have no key."""
    return []


@dataclass(frozen=True)
class Row:
    chain: str
    seq: int
    at: datetime
    actor_id: str | None
    actor_name: str
    kind: str
    action_id: str | None
    payload: str
    prev_hash: str
    hash: str


def links(number: int, chain: str = "case") -> list[Row]:
    rows, previous = [], ORIGIN
    for seq in range(1, number + 1):
        said = (chain, seq, AT, "u1", "李四", "completed", f"a{seq}", "{}")
        hashed = link_hash(previous, *said)
        rows.append(Row(*said, previous, hashed))
        previous = hashed
    return rows


def test_whole_chains_hold() -> None:
    assert check(links(3) + links(2, "other"), no_key) == []


@pytest.mark.parametrize(
    "change",
    [
        {"payload": '{"amount":1}'}, {"actor_name": "王五"}, {"actor_id": None}, {"kind": "refused"},
        {"action_id": None}, {"at": AT.replace(hour=3)}, {"hash": "f" * 64},
    ],
)  # fmt: skip
def test_every_change_of_what_was_said_is_noticed(change: dict) -> None:
    rows = links(3)
    rows[1] = replace(rows[1], **change)
    assert (check(rows, no_key)[0].seq, check(rows, no_key)[0].chain) == (2, "case")


def test_a_missing_link_and_a_rewritten_one_are_noticed() -> None:
    rows = links(4)
    assert [(found.seq, found.reason) for found in check([rows[0], *rows[2:]], no_key)] == [(2, "缺少第2至2条记录")]
    said = {"payload": '{"amount":1}'}
    rewritten = link_hash(rows[1].prev_hash, "case", 2, AT, "u1", "李四", "completed", "a2", said["payload"])
    rows[1] = replace(rows[1], hash=rewritten, **said)
    assert [(found.seq, found.reason) for found in check(rows, no_key)] == [(3, "与前一条记录不相连")]


def test_whoever_has_no_key_appends_nothing_to_a_chain_that_has_gone_over_to_keys() -> None:
    def keyed(plain: str) -> list[str]:
        return [f"key {plain}"[:64]]

    rows = links(2)
    last = ("case", 3, AT, "u1", "李四", "completed", "a3", "{}")
    linked = keyed(link_hash(rows[1].hash, *last))[0]
    rows.append(Row(*last, rows[1].hash, linked))
    assert check(rows, keyed) == []
    forged = ("case", 4, AT, "u1", "李四", "completed", "a4", "{}")
    rows.append(Row(*forged, linked, link_hash(linked, *forged)))
    assert [found.seq for found in check(rows, keyed)] == [4]


def test_a_link_of_another_chain_does_not_fit() -> None:
    assert check([replace(row, chain="other") for row in links(1)], no_key) != []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("身份证220122199001011237已核对", None),
        ("账号6222 0212 3456 7890 123。", "账号***************0123。"),
        ("220122199001011237", None),
        ("22012219900101123x", None),
        ("220122900101123", "220122*****1123"),
        ("220122100001", "220122100001"),
        ("018fa0c1b2d37123456789012345678a", "018fa0c1b2d37123456789012345678a"),
        ("2020-10-12 2020-10-13", "2020-10-12 2020-10-13"),
    ],
)
def test_numbers_of_people_are_masked_and_others_are_not(text: str, shown: str | None) -> None:
    result = masked({"a": [{text: text}]})["a"][0]
    for around in (text, f"第一行\n{text}\t{text}", f'"{text}"\\{text}'):
        assert masked_text([{around: (around,)}]) == dump_json(masked([{around: (around,)}]))
    ((key, value),) = result.items()
    assert key == value
    if shown is None:
        assert "19900101" not in value
        assert "*" in value
    else:
        assert value == shown
