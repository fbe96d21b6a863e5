"""Whatever an owner breaks is told: by name, in its place, with the button that mends it where that is obvious."""

from __future__ import annotations

import pytest

from app.core.ids import digest
from app.gate.check import check_bundle
from app.vocabulary import ERROR, Finding, Mend
from tests.support.breakages import ALL, MANIFEST, RULES, TABLE, Breakage, whole


def _errors(files: dict[str, bytes]) -> list[Finding]:
    return [each for each in check_bundle(files, contained=True) if each.severity == ERROR]


def _mended(files: dict[str, bytes], mend: Mend) -> dict[str, bytes]:
    content = files[mend.file].decode()
    assert mend.was == digest(files[mend.file])
    assert mend.text is not None
    return {**files, mend.file: (content[: mend.begin] + mend.text + content[mend.end :]).encode()}


def test_the_programme_that_is_broken_is_whole() -> None:
    assert check_bundle(whole(), contained=True) == []
    assert len({each.name for each in ALL}) == len(ALL) >= 60


@pytest.mark.parametrize("breakage", ALL, ids=str)
def test_what_is_broken_is_told_where_it_is(breakage: Breakage) -> None:
    files = breakage.broken()
    errors = _errors(files)
    named = [
        each for each in errors
        if each.file == breakage.file and all(word in f"{each.place} {each.message}" for word in breakage.told)
    ]  # fmt: skip
    wanted = (breakage.at, breakage.row, breakage.cell, breakage.mend)
    found = {(each.at, each.row, each.cell, each.mend.title if each.mend else ""): each for each in named}
    assert wanted in found, (list(found), [str(each) for each in errors])
    if (mend := found[wanted].mend) is not None:
        assert _errors(_mended(files, mend)) == []


def _row(text: str, decision: str, number: int) -> tuple[int, int]:
    begin = text.index(f'<decision id="{decision}"')
    for _ in range(number):
        begin = text.index("<rule", begin + 1)
    return begin, text.index("</rule>", begin) + len("</rule>")


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST"])
def test_a_row_that_says_the_same_again_may_go(policy: str) -> None:
    files = dict(whole())
    text = files[TABLE].decode().replace(
        'id="conference_binds_table" hitPolicy="COLLECT"', f'id="conference_binds_table" hitPolicy="{policy}"'
    )  # fmt: skip
    begin, end = _row(text, "conference_binds", 1)
    files[TABLE] = (text[:end] + text[begin:end].replace("row1", "row9") + text[end:]).encode()
    (found,) = _errors(files)
    assert (found.at, found.row) == ("conference_binds", 2)
    assert found.mend is not None
    assert found.mend.title == "删除第 2 行"
    assert _errors(_mended(files, found.mend)) == []


def test_files_that_nothing_uses_are_listed_or_go() -> None:
    files = {**whole(), "spare.dmn": whole()[RULES], "old.json": b"{}"}
    mends = {each.file: each.mend for each in check_bundle(files, contained=True) if each.mend is not None}
    assert {path: mend.title for path, mend in mends.items()} == {"spare.dmn": "写进清单", "old.json": "删除这个文件"}
    assert mends["old.json"].text is None
    manifest = _mended(files, mends["spare.dmn"])[MANIFEST].decode()
    assert "decisions: [eligibility.dmn, grant.dmn, spare.dmn]" in manifest


def test_a_place_that_is_written_otherwise_has_no_button() -> None:
    breakage = next(each for each in ALL if each.name == "a name that nobody gives")
    files = breakage.broken()
    files["relief.bpmn"] = files["relief.bpmn"].replace(b'id="payment"', b"id='payment'")
    assert [each.mend for each in _errors(files) if each.at == "payment"] == [None]
