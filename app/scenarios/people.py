"""What a story expects of the registry: who receives what, who has died, which name is known, how many stars."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import local_date
from app.registry import story as registry
from app.scenarios import seeing
from app.scenarios.telling import same, told


def failing(session: Session, expect: dict[str, Any], now: datetime) -> dict[str, list[str]]:
    """By key, how the expectations about people do not hold."""
    return {
        key: lines for key, check in CHECKS.items() if key in expect and (lines := check(session, expect[key], now))
    }


def _awards(session: Session, wanted: list[dict[str, Any]], now: datetime) -> list[str]:
    actual = seeing.awards(session, local_date(now))
    shown = "；".join(told(each) for each in actual) or "无"
    rest = list(actual)
    for want in sorted(wanted, key=len, reverse=True):
        match = next((each for each in rest if is_award(each, want)), None)
        if match is None:
            return [f"应有待遇 {told(want)}，实际 {shown}"]
        rest.remove(match)
    return [f"多出待遇 {'；'.join(map(told, rest))}"] if rest else []


def is_award(award: dict[str, Any], want: dict[str, Any]) -> bool:
    """Persons in any order."""
    return all(
        sorted(award[key]) == sorted(value) if key == "persons" else same(award[key], value)
        for key, value in want.items()
    )


def _persons(session: Session, wanted: dict[str, dict[str, Any]], now: datetime) -> list[str]:
    found = []
    for name, want in wanted.items():
        known = registry.people_named(session, name)
        if not known:
            found.append(f"应登记有 {name}")
        elif not any(all(same(person[key], value) for key, value in want.items()) for person in known):
            found.append(f"{name} 应为 {told(want)}，实际 {'；'.join(map(told, known))}")
    return found


def _institutions(session: Session, wanted: dict[str, dict[str, Any]], now: datetime) -> list[str]:
    return [
        f"{name}在 {day} 应为 {stars} 星，实际 {actual} 星"
        for name, want in wanted.items()
        for day, stars in want.get("stars", {}).items()
        if not same(actual := registry.stars_of(session, name, day), stars)
    ]


CHECKS: dict[str, Callable[[Session, Any, datetime], list[str]]] = {
    "awards": _awards, "persons": _persons, "institutions": _institutions
}  # fmt: skip
