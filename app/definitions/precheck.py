"""Before somebody applies: which programmes may fit, and what to bring. Questions and rules are the bundles' own.

Nothing is decided here: who does not seem to fit may apply all the same, and what is not known is said to be so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app import feel
from app.definitions.bundle import Bundle

YES, NO = "true", "false"
YES_NO = {YES: "是", NO: "不是"}


@dataclass(frozen=True, slots=True)
class Question:
    """`choices`: what may be answered, by the text that is sent; not answering is always possible."""

    key: str
    ask: str
    help: str
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Paper:
    """Something to bring. `always`: whether everybody needs it."""

    title: str
    always: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the answers say of a programme: fits or not, None where they do not tell."""

    bundle: Bundle
    fits: bool | None
    papers: list[Paper]


def questions_of(bundles: Iterable[Bundle]) -> list[Question]:
    """What all of them ask, each question once; the first bundle's words count."""
    found: dict[str, Question] = {}
    for bundle in bundles:
        for key, asked in (bundle.precheck or {"questions": {}})["questions"].items():
            found.setdefault(key, Question(key, asked["ask"], asked["help"], asked["choices"] or YES_NO))
    return list(found.values())


def answers_of(questions: Iterable[Question], sent: Mapping[str, str]) -> dict[str, Any]:
    """The answers as rules read them: true and false, a text of the choices, null for no answer."""
    found: dict[str, Any] = {}
    for each in questions:
        text = sent.get(each.key)
        known = text if text in each.choices else None
        found[each.key] = {YES: True, NO: False}.get(known, known) if known else None
    return found


def verdict(bundle: Bundle, answers: Mapping[str, Any]) -> Verdict:
    """What a bundle says to these answers; one that asks nothing does not know."""
    if bundle.precheck is None:
        return Verdict(bundle, None, [])
    fits = _holds(bundle.precheck["fits"], answers)
    return Verdict(bundle, fits, papers_of(bundle, answers))


def papers_of(bundle: Bundle, answers: Mapping[str, Any] | None = None) -> list[Paper]:
    """What to bring; those that the answers rule out are left out."""
    found = []
    for each in (bundle.precheck or {"documents": []})["documents"]:
        needed = _holds(each["when"], answers or {}) if each["when"] else True
        if needed is not False:
            found.append(Paper(each["title"], needed is True))
    return found


def _holds(text: str, answers: Mapping[str, Any]) -> bool | None:
    """Null where an answer that the rule needs was not given."""
    compiled = _compiled(text)
    try:
        value = compiled.evaluate({name: answers.get(name) for name in compiled.names})
    except feel.FeelError:
        return None
    return value if isinstance(value, bool) else None


@lru_cache(512)
def _compiled(text: str) -> Any:
    return feel.compile(text)
