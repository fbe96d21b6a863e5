"""Statements are shared by who holds the same posts: a value that slipped into one would show others' work."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.dialects import sqlite

from app.core.actor import Actor, Appointment
from app.identity.shapes import left_open
from app.inbox.listing import TABS, Filter, count
from app.worklist import duties

TODAY = date(2020, 10, 12)


def clerk(mark: str) -> Actor:
    """Somebody with a post of his own and one of a colleague who is away."""
    may = frozenset({"see_cases", "steer_cases", "start_processes"})
    own = Appointment("township_clerk", f"office {mark}", f"region {mark}", may, level="township")
    theirs = Appointment("county_clerk", f"county {mark}", f"above {mark}", may, f"away {mark}", "张华", "county")
    return Actor("staff", f"name {mark}", f"user {mark}", (own, theirs))


def test_one_shape_for_the_same_posts_and_another_for_others() -> None:
    one, other = clerk("一"), clerk("二")
    assert left_open(one).actor == left_open(other).actor
    assert hash(left_open(one).actor) == hash(left_open(other).actor)
    fewer = replace(one, appointments=one.appointments[:1])
    elsewhere = replace(one, appointments=(replace(one.appointments[0], level="county"), one.appointments[1]))
    assert len({left_open(each).actor for each in (one, fewer, elsewhere)}) == 3


def test_nothing_of_a_person_is_in_a_statement_and_all_that_it_asks_for_is_given() -> None:
    shape = left_open(clerk("一"))
    columns = [count(shape.actor, Filter(today=TODAY), tab) for tab in TABS]
    for column in (*columns, duties.count(shape.actor, duties.TODAY)):
        compiled = column.compile(dialect=sqlite.dialect())
        assert "一" not in str(compiled.params)
        asked = {name for name, bind in compiled.binds.items() if bind.required}
        assert asked <= {*shape.values, "today"}
        assert asked & shape.values.keys()
