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


def test_a_code_has_every_letter_alike_and_its_length() -> None:
    letters = "".join(map(chr, range(100, 300)))  # 200 letters: 56 of the 256 bytes are thrown away
    code = ids.random_code(letters, 20_000)
    counts = [code.count(letter) for letter in letters]
    assert (len(code), set(code)) == (20_000, set(letters))
    assert max(counts) < 170, "100 each; a letter twice as likely would have 200"
