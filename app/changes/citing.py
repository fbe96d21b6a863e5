"""From a clause to everything in force that carries it, as an owner's places have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.changes import policy
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import NotFound
from app.core.lru import Lru
from app.definitions import queries as definitions
from app.definitions import store as contents
from app.definitions.bundle import Bundle
from app.definitions.names import EVERYWHERE
from app.figures.catalogue import catalogue
from app.figures.clauses import Clause, PolicyDocument
from app.figures.content import Catalogue
from app.gate import carriers
from app.gate.carriers import Carrier
from app.identity import policy as identity_policy
from app.identity import queries as identity

Cited = Mapping[str, Sequence[Carrier]]
MOST_KEPT, WEIGHT = 16 << 20, 300  # bytes in a process, and about as many a carrier
_of_release: Lru[Cited] = Lru(MOST_KEPT)


@dataclass(frozen=True, slots=True)
class Carried:
    """A carrier in a programme; of figures and shared letters `programme` is "". `kind`: see `gate.carriers`."""

    programme: str
    title: str
    carrier: Carrier


@dataclass(frozen=True, slots=True)
class ClauseView:
    """A clause, where its document has it, and what carries it."""

    clause: Clause
    at: str
    carried: tuple[Carried, ...]

    def of(self, kind: str) -> list[Carried]:
        return [each for each in self.carried if each.carrier.kind == kind]

    @property
    def is_bare(self) -> bool:
        """Whether nothing but stories carries it."""
        return all(each.carrier.kind == carriers.STORY for each in self.carried)


def documents(session: Session, actor: Actor, now: datetime) -> list[tuple[PolicyDocument, list[ClauseView]]]:
    """The documents that are in force where the actor drafts, each with its clauses. Raises NotYours."""
    policy.require_reader(session, actor)
    known, chains, today = catalogue(session), _chains(session, actor), local_date(now)
    carried, codes = _carried(session, chains, now), {ref.code for chain in chains for ref in chain.refs}
    found = []
    for document in known.documents.values():
        views = [
            ClauseView(clause, at, tuple(carried.get(clause.id, ())))
            for clause in known.clauses.values()
            for source, at in clause.sources
            if source.key == document.key
        ]
        if views and document.in_force(codes, today):
            found.append((document, views))
    return found


def clause(session: Session, actor: Actor, clause_id: str, now: datetime) -> ClauseView:
    """One clause with what carries it. Raises NotYours, NotFound."""
    policy.require_reader(session, actor)
    known = catalogue(session).clauses.get(clause_id)
    if known is None:
        raise NotFound(f"没有编号为 {clause_id} 的条款，请从条款列表进入")
    return ClauseView(known, "", tuple(_carried(session, _chains(session, actor), now).get(clause_id, ())))


def _carried(session: Session, chains: Sequence[identity.RegionChain], now: datetime) -> dict[str, list[Carried]]:
    known = catalogue(session)
    found: dict[str, list[Carried]] = {}
    for bundle in _bundles(session, chains, now):
        _add(found, bundle.programme, bundle.title, _of_bundle(session, bundle, known))
    library: dict[str, bytes] = {}
    for chain in chains:
        letters = definitions.library(session, chain.ids, local_date(now))
        library |= {key: letter.contract for key, letter in letters.items()}
    shared = (*carriers.of_contracts(library), *carriers.of_figures(known))
    _add(found, "", "", _by_clause(shared, known))
    return found


def _add(found: dict[str, list[Carried]], programme: str, title: str, cited: Cited) -> None:
    for id, carried in cited.items():
        found.setdefault(id, []).extend(Carried(programme, title, each) for each in carried)


def _by_clause(found: Iterable[Carrier], known: Catalogue) -> Cited:
    by_id: dict[str, dict[Carrier, None]] = {}
    for carrier in found:
        for id in known.ids_in(carrier.cited):
            by_id.setdefault(id, {})[carrier] = None
    return {id: tuple(each) for id, each in by_id.items()}


def _bundles(session: Session, chains: Iterable[identity.RegionChain], now: datetime) -> list[Bundle]:
    """What is in force where the actor drafts."""
    found: dict[str, Bundle] = {}
    for chain in chains:
        for offer in definitions.deployed(session, (*chain.ids, EVERYWHERE), local_date(now)):
            found.setdefault(offer.release_id, contents.bundle_by_id(session, offer.release_id))
    return sorted(found.values(), key=lambda bundle: bundle.title)


def _of_bundle(session: Session, bundle: Bundle, known: Catalogue) -> Cited:
    """Of a release, stories included; it never changes, so a process reads it once for each catalogue."""
    name = f"{bundle.release_id}:{known.hash}"
    kept = _of_release.get(name)
    if kept is None:
        stories = contents.stories_of(session, bundle.release_id or "")
        cited = _by_clause((*carriers.of_bundle(bundle), *carriers.of_stories(stories)), known)
        kept = _of_release.keep(name, cited, WEIGHT * sum(map(len, cited.values())))
    return kept


def _chains(session: Session, actor: Actor) -> list[identity.RegionChain]:
    """The regions that the actor drafts for, with what is above them."""
    return [identity.chain(session, each) for each in sorted(identity_policy.region_ids(actor, policy.DRAFTS))]
