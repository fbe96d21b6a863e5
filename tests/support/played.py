"""Stories that leave an award: each is played once in a session, and who needs its award goes on in a copy."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from app.cases import queries
from app.scenarios.play import Player
from app.scenarios.story import Story
from app.scenarios.world import World


class _Played(NamedTuple):
    """What a story left: the database and the moment, beside the award. The story is kept, so that its id stays its."""

    story: Story
    file: Path
    now: datetime
    award_id: str


_PLAYED: dict[tuple[Path, int], _Played] = {}
"""By folder of worlds and story; the files go with the folder."""


def award_left_by(world: World, story: Story) -> str:
    """Let a fresh world of SQLite be as the story leaves it; the award. Take the same object for the same story."""
    place = Path(world.database.engine.url.database or "")
    known = place.parent, id(story)
    if known not in _PLAYED:
        player = Player(world, story)
        assert player.run().problems == []
        with world.database.read() as session:
            award_id = queries.head(session, player.last or "").award_id
        assert award_id is not None
        _PLAYED[known] = _Played(story, place.with_name(f"played-{len(_PLAYED)}.db"), world.clock.now(), award_id)
        _copy(place, _PLAYED[known].file)
        return award_id
    played = _PLAYED[known]
    world.database.dispose()
    _copy(played.file, place)
    world.restart()
    world.clock.move_to(played.now)
    return played.award_id


def _copy(source: Path, target: Path) -> None:
    """All that is committed in a database of SQLite, over whatever the other one holds."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)
