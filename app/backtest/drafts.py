"""What is back-tested: bundles for their places and figures, and which closed cases they would have met."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app import calendar
from app.backtest.hosts import STANDING
from app.backtest.subjects import Figure
from app.cases.closed import Closed, Which
from app.definitions import queries as definitions
from app.definitions import store
from app.definitions.folder import STORIES
from app.definitions.letters import FOLDER
from app.definitions.names import EVERYWHERE
from app.figures import queries as figures
from app.figures.catalogue import catalogue
from app.identity import queries as identity

Content = TypeVar("Content")
_UNREAD = (STORIES, f"{FOLDER}/")
"""What no decision reads."""


@dataclass(frozen=True, slots=True)
class DraftBundle:
    """A programme's files for regions, by their ids. `name` tells it from the others of the draft."""

    name: str
    programme: str
    scopes: tuple[str, ...]
    files: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that belongs together; `content_hash` names it, where it is kept."""

    bundles: tuple[DraftBundle, ...] = ()
    figures: tuple[Figure, ...] = ()
    content_hash: str = ""


@dataclass
class Reach:
    """Which cases a draft would have met. What it finds out of a region is kept."""

    draft: Draft
    on: date
    programmes: Mapping[str, str]
    _regions: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, draft: Draft, on: date) -> Reach:
        """`programmes`: of each release of a programme that the draft touches."""
        touched = {each.programme for each in draft.bundles} | _reading(session, draft)
        return cls(draft, on, definitions.releases_of(session, touched))

    def which(self, session: Session, since: date | None) -> Which:
        """The closed cases to look at."""
        scopes = {scope for each in self.draft.bundles for scope in each.scopes}
        codes = {each.region for each in self.draft.figures}
        regions = [] if EVERYWHERE in scopes else [
            *(identity.chain(session, scope).nearest for scope in sorted(scopes)),
            *(identity.chain_by_code(session, code, self.on).nearest for code in sorted(codes)),
        ]  # fmt: skip
        return Which(sorted(set(self.programmes.values())), sorted(self.programmes), regions, since)

    def codes(self, session: Session, region_id: str) -> tuple[str, ...]:
        """The codes of a region and of those above, nearest first."""
        return self._chain(session, region_id)[1]

    def calendars(self, session: Session, region_id: str, local: Collection[str]) -> list[str]:
        """Of a region and those above, the ids that are among `local`, widest first."""
        return [each for each in reversed(self._chain(session, region_id)[0]) if each in local]

    def name_for(self, session: Session, case: Closed) -> str | None:
        """The bundle of the draft that a case would have met, "" for its own with the draft's figures, else None."""
        programme = self.programmes[case.release_id]
        key = (programme, case.region_id)
        if key not in self._names:
            self._names[key] = self._nearest(session, programme, self._chain(session, case.region_id)[0])
        if self._names[key]:
            return self._names[key]
        above = self.codes(session, case.region_id)
        return "" if any(each.region in above for each in self.draft.figures) else None

    def _nearest(self, session: Session, programme: str, above: tuple[str, ...]) -> str:
        """Where a nearer region has rules of its own, the draft's do not hold."""
        distances = {above.index(scope): each.name for each in self.draft.bundles if each.programme == programme
                     for scope in each.scopes if scope in above}  # fmt: skip
        if not distances:
            return ""
        serving = definitions.place_serving(session, programme, above[:-1], self.on)
        nearest = above.index(serving) if serving in above else len(above)
        return distances[min(distances)] if min(distances) <= nearest else ""

    def _chain(self, session: Session, region_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if region_id not in self._regions:
            chain = identity.chain(session, region_id)
            self._regions[region_id] = ((*chain.ids, EVERYWHERE), tuple(each.code for each in chain.refs))
        return self._regions[region_id]


def read_by_rules(files: Mapping[str, Content]) -> dict[str, Content]:
    """The files that decisions can depend on, or their hashes: all but letters and stories."""
    return {path: content for path, content in files.items() if not path.startswith(_UNREAD)}


def setting(session: Session, draft: Draft) -> dict[str, Any]:
    """What the draft sets, and every figure that counts, as the child reads them."""
    entered = [[each.key, each.region, str(each.value), each.title] for each in draft.figures]
    spans = [
        [each.region, each.key, str(each.value), each.valid_from.isoformat(),
         (each.valid_until or date.max).isoformat(), (each.decided_at or each.entered_at).isoformat()]
        for each in figures.counting(session)
    ]  # fmt: skip
    special = calendar.working_days(session).all_special.values()
    local = {region: _days(days.values()) for region, days in calendar.local_days(session).items()}
    titles = {key: each.title for key, each in catalogue(session).figures.items()}
    return {"figures": entered, "spans": spans, "titles": titles, "days": _days(special), "local_days": local}


def _days(special: Iterable[calendar.SpecialDay]) -> list[list[str]]:
    return [[each.day.isoformat(), each.kind] for each in special]


def _reading(session: Session, draft: Draft) -> set[str]:
    """The programmes whose releases name a figure of the draft in a table, a diagram or a deadline."""
    keys = [_spelled(each.key) for each in draft.figures]
    if not keys:
        return set()
    found = definitions.releases_of(session, definitions.programme_titles(session))
    wanted = set()
    for release_id, programme in found.items():
        if programme in wanted:
            continue
        files = read_by_rules(store.files_of(session, release_id)).values()
        if any(key.search(content) for content in files for key in keys):
            wanted.add(programme)
    return wanted


def _spelled(key: str) -> re.Pattern[bytes]:
    """How a file says that it reads a figure: by its key, and the days of a 公示 by having one that names none."""
    implied = '|topic="publicity"' if key == STANDING else ""
    return re.compile(f"{re.escape(key)}{implied}".encode())
