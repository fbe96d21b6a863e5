"""Ids of one process follow one another, so that lists by id are lists by time."""

from __future__ import annotations

from app.core import ids


def test_what_is_made_later_is_greater_also_when_the_clock_stands_or_goes_back(monkeypatch) -> None:
    made = [ids.new_id() for _ in range(50)]
    for moment in (0, 0, 10**18):
        monkeypatch.setattr(ids.time, "time_ns", lambda moment=moment: moment)
        made += [ids.new_id() for _ in range(50)]
    assert made == sorted(set(made))
    assert {len(each) for each in made} == {32}
