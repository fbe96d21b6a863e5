"""Closed cases by the number, for trying a change on: made by the real commands, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from random import Random
from typing import Any

from app.core import id_number
from app.core.errors import NotEligible
from app.db import Database
from app.seed.cases import play
from app.seed.data import read

LONGEST, SPREAD = 40, 120
"""Days that a case takes at most, and over which they begin."""
PART = 200
"""Cases that are played together."""
MOST = 200_000
"""Cases of one seed; another seed makes other people."""
PEOPLE = 30 * 12 * 28 * 1000
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


def play_closed(database: Database, count: int, seed: int, now: datetime) -> Iterator[int]:
    """Make `count` cases (and refusals at the door) that were over before `now`; yields how many are made."""
    random = Random(seed)  # invented people for a demo, no secret
    kinds = read("closed")["kinds"]
    shares = [kind["share"] for kind in kinds]
    for first in range(0, count, PART):
        numbers = range(first, min(count, first + PART))
        cases = [_case(random.choices(kinds, shares)[0], seed, number, random) for number in numbers]
        play(database, cases, now, passes=NotEligible)
        yield numbers.stop


def _case(kind: Mapping[str, Any], seed: int, number: int, random: Random) -> dict[str, Any]:
    """One demo case: its kind with every word filled in."""
    words = {name: random.choice(values) for name, values in kind["vary"].items()}
    words |= {"name": random.choice(SURNAMES) + random.choice(GIVEN) + random.choice(GIVEN),
              "id": _person(seed * MOST + number), "phone": f"139{random.randrange(10**8):08d}"}  # fmt: skip
    days = LONGEST + random.randrange(SPREAD)
    steps = [{"days": days - step["after"], "do": step["do"], "with": _filled(step["with"], words)}
             for step in kind["steps"]]  # fmt: skip
    apply = _filled(kind["apply"], words)
    return {"programme": kind["programme"], "region": kind["region"], "days": days, "apply": apply, "steps": steps}


def _filled(value: Any, words: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(each, words) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, words) for each in value]
    return words[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def _person(number: int) -> str:
    """The identity number of the n-th, of working age: the day of birth and the order in it tell people apart."""
    rest, order = divmod(number % PEOPLE, 1000)
    rest, day = divmod(rest, 28)
    year, month = divmod(rest, 12)
    body = f"220122{1965 + year}{1 + month:02d}{1 + day:02d}{order:03d}"
    return body + id_number.check_character(body)
