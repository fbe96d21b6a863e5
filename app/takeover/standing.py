"""What a file is compared with: programmes, divisions, institutions, and what people receive already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app.cases.queries import awards_with_cases
from app.core.errors import NotEligible, NotFound
from app.core.exact_json import load_json
from app.definitions import queries as definitions
from app.definitions.bundle import Bundle
from app.figures import exclusions
from app.figures.catalogue import catalogue
from app.funds import taken_over as funds
from app.identity import queries as identity
from app.identity.queries import RegionChain
from app.registry import houses, receiving, taking_over
from app.registry.overlaps import Other
from app.takeover.models import TakeoverAward

KEPT: Table = TakeoverAward.__table__  # type: ignore[assignment]
CHUNK = 500
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Kept:
    """An award as it was brought in."""

    award_id: str
    text: str

    @property
    def id_number(self) -> str:
        return str(load_json(self.text)["id_number"])


class Standing:
    """Looked up once each; what concerns thousands is read in chunks."""

    def __init__(self, session: Session, today: date) -> None:
        self.session, self.today = session, today
        self._places: dict[str, identity.Place] = {}
        self._bundles: dict[tuple[str, str], Bundle | str] = {}
        self._houses: dict[tuple[str, str], houses.InstitutionRow | None] = {}
        self._others: dict[tuple[str, str], list[Other]] = {}
        self._exclusions = catalogue(session).exclusions

    def read_places(self, codes: Iterable[str]) -> None:
        for part in chunks(sorted(set(codes))):
            self._places |= identity.places_by_code(self.session, part, self.today)

    def place(self, code: str) -> identity.Place | None:
        """The division of a code, of today or the last that carried it."""
        return self._places.get(code)

    def chain(self, region_id: str) -> RegionChain:
        return identity.chain(self.session, region_id)

    def bundle(self, programme: str, region_id: str) -> Bundle | str:
        """The release of today there; why there is none."""
        key = programme, region_id
        if key not in self._bundles:
            try:
                chain = self.chain(region_id)
                self._bundles[key] = definitions.resolve(self.session, programme, chain.ids, self.today)
            except (NotFound, NotEligible) as missing:
                self._bundles[key] = missing.message
        return self._bundles[key]

    def house(self, county_id: str, name: str) -> houses.InstitutionRow | None:
        key = county_id, name
        if key not in self._houses:
            self._houses[key] = houses.institution_named(self.session, county_id, name)
        return self._houses[key]

    def others(self, programme: str, chain: RegionChain) -> list[Other]:
        """The programmes that nobody receives beside this one; brought in, neither gives way to the other."""
        key = programme, (chain.county or chain.nearest).id
        if key not in self._others:
            pairs = exclusions.between(self._exclusions, programme, [ref.code for ref in chain.refs])
            self._others[key] = [
                Other(pair.yields if pair.prevails == programme else pair.prevails, False, pair.clause, pair.text)
                for pair in pairs
            ]
        return self._others[key]

    def kept(self, scopes: Collection[str], numbers: Sequence[str]) -> dict[tuple[str, str], Kept]:
        """What was brought in before under these numbers, by county and number."""
        mine = KEPT.c.scope_id.in_(scopes) & KEPT.c.number.in_(numbers)
        return {(row.scope_id, row.number): self._kept(row) for row in self.session.execute(select(KEPT).where(mine))}

    def kept_by_award(self, award_ids: Iterable[str]) -> dict[str, Kept]:
        rows = self.session.execute(select(KEPT).where(KEPT.c.id.in_(list(award_ids))))
        return {row.id: self._kept(row) for row in rows}

    def gone_on_with(self, award_ids: Sequence[str]) -> set[str]:
        """Those to which anything happened here since they were brought in."""
        if not award_ids:
            return set()
        session = self.session
        return (
            taking_over.gone_on_with(session, award_ids)
            | funds.ordered_here(session, award_ids)
            | awards_with_cases(session, award_ids)
        )

    def people(self, numbers: Iterable[str]) -> Mapping[str, receiving.Known]:
        return receiving.known(self.session, numbers)

    def _kept(self, row: Any) -> Kept:
        text = self.session.info["vault"].open_text(row.line, "takeover_award", "line", row.id)
        return Kept(row.id, text)


def scope_of(chain: RegionChain) -> str:
    """Where a number of an old system names one award: the county."""
    return (chain.county or chain.nearest).id


def chunks(found: Sequence[_T], size: int = CHUNK) -> Iterator[Sequence[_T]]:
    for start in range(0, len(found), size):
        yield found[start : start + size]
