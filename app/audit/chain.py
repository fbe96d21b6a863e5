"""The hash chain without a database: what an event's hash covers, and what is never written into it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.core.chinese import mask_account, mask_id_number
from app.core.exact_json import dump_json
from app.core.id_number import is_valid
from app.core.ids import digest
from app.db import utc

ORIGIN = "0" * 64
# Identity numbers (15 or 18 characters) and bank accounts, standing alone, also in groups of four; ids, dates and
# 12-digit region codes are neither.
NUMBERS = re.compile(r"(?<![0-9A-Za-z])(?:\d{14,18}[\dXx]|\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?)(?![0-9A-Za-z])")
_LIKE_NUMBERS = re.compile(r"\d{14}|\d{4}[ -]\d{4}")
"""Stands in every text in which `NUMBERS` finds something, also with JSON around it."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain; (0, ORIGIN) before the first."""

    seq: int = 0
    hash: str = ORIGIN


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold, and why, in Chinese."""

    chain: str
    seq: int
    reason: str


class Link(Protocol):
    """A stored event as the check reads it; `payload` is the JSON text as it rests."""

    chain: str
    seq: int
    at: datetime
    actor_id: str | None
    actor_name: str
    kind: str
    action_id: str | None
    payload: str
    prev_hash: str
    hash: str


def link_hash(
    prev_hash: str, chain: str, seq: int, at: datetime, actor_id: str | None, actor_name: str, kind: str,
    action_id: str | None, payload: str,
) -> str:  # fmt: skip
    """SHA-256 over everything an event says and the hash of the one before."""
    content = [prev_hash, chain, seq, utc(at).isoformat(), actor_id, actor_name, kind, action_id, payload]
    return digest(json.dumps(content).encode())


def check(links: Iterable[Link], keyed: Callable[[str], Collection[str]]) -> list[Break]:
    """The breaks of chains whose links come ordered by chain and seq.

    keyed: what the keys of this installation may make of the hash of a link. Links of before 0.3.0 have no key; in a
    chain that has gone over to keys, whoever has none can append nothing.
    """
    breaks: list[Break] = []
    chain, head, has_key = None, Head(), False
    for link in links:
        if link.chain != chain:
            chain, head, has_key = link.chain, Head(), False
        if link.seq != head.seq + 1:
            breaks.append(Break(link.chain, head.seq + 1, f"缺少第{head.seq + 1}至{link.seq - 1}条记录"))
        elif link.prev_hash != head.hash:
            breaks.append(Break(link.chain, link.seq, "与前一条记录不相连"))
        plain = _hash_of(link)
        is_keyed = link.hash in keyed(plain)
        if not is_keyed and (has_key or link.hash != plain):
            breaks.append(Break(link.chain, link.seq, "内容与其摘要不符，记录被改动过"))
        head, has_key = Head(link.seq, link.hash), has_key or is_keyed
    return breaks


def _hash_of(link: Link) -> str:
    return link_hash(
        link.prev_hash, link.chain, link.seq, link.at, link.actor_id, link.actor_name, link.kind, link.action_id,
        link.payload,
    )  # fmt: skip


def masked(value: Any) -> Any:
    """`value` with the identity and bank numbers in its texts masked, however deep: an audit can never be emptied."""
    if isinstance(value, str):
        return NUMBERS.sub(_mask, value)
    if isinstance(value, dict):
        return {masked(key): masked(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [masked(inner) for inner in value]
    return value


def masked_text(value: Any) -> str:
    """`masked` as the JSON that is hashed and stored; gone through only where something could be such a number."""
    text = dump_json(value)
    return dump_json(masked(value)) if _LIKE_NUMBERS.search(text) else text


def _mask(found: re.Match[str]) -> str:
    text = re.sub(r"[ -]", "", found.group())
    return mask_id_number(text) if is_valid(text) or len(text) == 15 else mask_account(text)
