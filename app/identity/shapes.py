"""Somebody's posts with every id left open: one statement serves all who hold the same posts elsewhere."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import NamedTuple

from app.core.actor import Actor, Appointment
from app.db import Open


class Shape(NamedTuple):
    """`actor` builds a statement and is a key of what is kept; `values` are what it is run with."""

    actor: Actor
    values: dict[str, str]


class _Post(Appointment):
    """A post whose ids are open; so is what work is addressed to."""

    __slots__ = ()

    @property
    def candidate(self) -> str:
        return Open(f"{self.position}_at_{self.office_id}")


def left_open(actor: Actor) -> Shape:
    """The shape of somebody's question. What a statement asks of the actor beside the ids is the same for all of it."""
    names: dict[str, defaultdict[str, Open]] = {kind: _numbered(kind) for kind in ("office", "region", "principal")}
    values: dict[str, str] = {}
    posts = []
    for held in actor.appointments:
        post = _Post(
            held.position,
            names["office"][held.office_id],
            names["region"][held.region_id],
            held.capabilities,
            names["principal"][held.principal] if held.principal else None,
            level=held.level,
        )
        values[post.candidate] = held.candidate
        posts.append(post)
    for each in names.values():
        values |= {name: id for id, name in each.items()}
    if actor.user_id is None:
        return Shape(replace(actor, name="", appointments=tuple(posts), via=None), values)
    values["user"] = actor.user_id
    return Shape(Actor(actor.kind, "", Open("user"), tuple(posts)), values)


def _numbered(kind: str) -> defaultdict[str, Open]:
    """``office_0`` for the first id that is asked for, and so on."""
    found: defaultdict[str, Open] = defaultdict(lambda: Open(f"{kind}_{len(found)}"))
    return found
