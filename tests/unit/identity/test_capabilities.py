"""Permissions come from the table: no other place of the program names a position."""

import ast
from collections.abc import Collection, Set
from datetime import date
from pathlib import Path

import pytest

import app
from app.core.actor import SYSTEM, Actor, Appointment
from app.identity import policy
from app.identity.capabilities import CAPABILITIES, DUTIES, DUTY_POSITIONS, duties_of, seeded_for
from app.identity.duties import Spell
from app.identity.login_chain import KINDS
from app.identity.positions import INSTITUTION, POSITIONS

ROOT = Path(app.__file__).parent
# An institution is also a table and a kind of office.
POSITION_KEYS = set(POSITIONS) - {INSTITUTION}
KNOW_POSITIONS = {
    "identity/positions.py",
    "identity/capabilities.py",
    "seed/world.py",
    "seed/cases.py",
    "seed/batches.py",
}


def texts(path: Path, sought: Collection[str]) -> Set[str]:
    """Which of them the code of a file holds as a text; one that does not even hold the word need not be parsed."""
    source = path.read_text(encoding="utf-8")
    there = {text for text in sought if text in source}
    nodes = ast.walk(ast.parse(source)) if there else ()
    return there & {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_no_code_names_a_position() -> None:
    files = {path.relative_to(ROOT).as_posix(): path for path in ROOT.rglob("*.py")}
    named = {(name, text) for name, path in files.items() for text in texts(path, POSITION_KEYS)}
    assert {(name, text) for name, text in named if name not in KNOW_POSITIONS} == set()
    assert {name for name, _ in named} == KNOW_POSITIONS
    pages = [path for path in ROOT.rglob("*.html") if any(key in path.read_text("utf-8") for key in POSITION_KEYS)]
    assert pages == []


def test_every_capability_is_asked_for_somewhere() -> None:
    unasked = set(CAPABILITIES)
    for path in ROOT.rglob("*.py"):
        if path.name != "capabilities.py":
            unasked -= texts(path, unasked)
    assert unasked == set()


def test_no_position_begins_with_two_duties_or_with_regions_that_it_does_not_have() -> None:
    assert {key for each in CAPABILITIES.values() for key in each.seeded} == set(POSITIONS)
    for position in POSITIONS:
        assert len(duties_of(seeded_for(position))) <= 1, position
    assert not any(CAPABILITIES[key].regional for key in seeded_for(INSTITUTION))


def test_every_duty_begins_with_a_position_of_its_own() -> None:
    assert list(DUTY_POSITIONS) == list(DUTIES)
    assert {duty: duties_of(seeded_for(position)) for duty, position in DUTY_POSITIONS.items()} == {
        duty: {duty} for duty in DUTIES
    }


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        ((None, None), (None, None), True),
        ((None, date(2020, 2, 1)), (date(2020, 2, 1), None), False),
        ((None, date(2020, 2, 2)), (date(2020, 2, 1), None), True),
        ((date(2020, 1, 1), date(2020, 1, 1)), (None, None), False),
    ],
)
def test_spells_meet_where_they_share_a_day(
    first: tuple[date | None, date | None], second: tuple[date | None, date | None], meet: bool
) -> None:
    one, other = Spell("auditor", *first), Spell("finance", *second)
    assert (one.meets(other), other.meets(one)) == (meet, meet)


def test_asking_for_an_unknown_capability_is_a_fault_of_the_program() -> None:
    clerk = Actor("staff", "李敏", "u1", (Appointment("township_clerk", "o", "r", seeded_for("township_clerk")),))
    assert policy.may(clerk, "steer_cases")
    assert not policy.may(clerk, "pay")
    assert policy.may(SYSTEM, "pay")
    with pytest.raises(KeyError):
        policy.may(clerk, "paint")


def test_auditors_read_a_title_for_everything_that_is_told_of_accounts() -> None:
    """Kinds stand as the third argument of `tell`, or as `told`."""
    told = set()
    for path in (ROOT / "identity").glob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            named = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if named in ("tell", "_tell"):
                told |= {arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}
    assert len(told) > 10
    assert told <= KINDS.keys()
