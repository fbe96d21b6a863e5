"""What is told of one case of a batch: why it stands out, what would follow, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from app.cases.foresight import Foresight
from app.core.errors import (
    Duplicate,
    Gone,
    Invalid,
    NotEligible,
    NotFound,
    NotYours,
    OverLimit,
    Rejection,
    Taken,
)
from app.core.exact_json import dump_json, load_json

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "材料待补", "conflict": "须回避或不能由您办理", "limit": "超出权限或限额", "objection": "有异议",
        "rule": "不符合规则", "form": "填写内容不合", "draft": "同事有草稿", "claimed": "他人已签收",
        "gone": "已经办结", "stuck": "后续环节会出错", "failed": "试办失败",
    }
)  # fmt: skip
"""Kinds of reasons for which a case stands apart, with their titles."""
_KINDS: Sequence[tuple[type[Rejection], str]] = (
    (Taken, "claimed"), (Gone, "gone"), (NotFound, "gone"), (NotYours, "conflict"), (OverLimit, "limit"),
    (NotEligible, "rule"), (Duplicate, "rule"), (Invalid, "form"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """`apart`: pairs of a kind of `REASONS` and a sentence; `bars`: it would be refused, so it cannot be ticked.

    `letters`: titles; `money`: pairs of payee and yuan; `next`: what opens then; `message`: why it was refused.
    """

    apart: tuple[tuple[str, str], ...] = ()
    bars: bool = False
    letters: tuple[str, ...] = ()
    money: tuple[tuple[str, Decimal], ...] = ()
    next: tuple[str, ...] = ()
    message: str = ""

    def dumped(self) -> bytes:
        return dump_json(asdict(self)).encode()

    @classmethod
    def loaded(cls, content: bytes) -> Told:
        found: dict[str, Any] = load_json(content)
        return cls(
            apart=tuple((kind, text) for kind, text in found["apart"]),
            bars=found["bars"],
            letters=tuple(found["letters"]),
            money=tuple((payee, Decimal(amount)) for payee, amount in found["money"]),
            next=tuple(found["next"]),
            message=found["message"],
        )


def refused(refusal: Rejection, apart: Sequence[tuple[str, str]]) -> Told:
    """A case that would be refused; what else stands out is said beside."""
    kind = next((kind for type_, kind in _KINDS if isinstance(refusal, type_)), "rule")
    return Told(((kind, refusal.message), *apart), bars=True)


def foreseen(seen: Foresight, apart: Sequence[tuple[str, str]]) -> Told:
    """A case that would be decided, with what follows."""
    stuck = (("stuck", seen.failure),) if seen.failure else ()
    return Told(
        apart=(*stuck, *apart),
        bars=seen.failure is not None,
        letters=tuple(each.title for each in seen.letters),
        money=tuple((each.payee, each.amount) for each in seen.money),
        next=tuple(f"{each.title}（{each.post}）" for each in seen.next_steps),
    )
