"""What the product does about a word of BPMN, and how a table says so."""

from __future__ import annotations

from typing import Final, NamedTuple

SUPPORTED: Final = "supported"
REFUSED: Final = "refused"
IGNORED: Final = "ignored"
DRAWN: Final = "drawn"


class Row(NamedTuple):
    """One line of a table.

    verdict: SUPPORTED does what the standard says; REFUSED is an error of the gate and of `engine.load`; IGNORED is a
    warning of the gate; DRAWN is harmless and passes without a word. title: what owners call it. note: Chinese; what it
    does here, or what to draw or write instead. harmless: values of an attribute for which REFUSED and IGNORED do not
    count, since they say what would be so anyway.
    """

    verdict: str
    title: str
    note: str
    harmless: frozenset[str] = frozenset()


def yes(title: str, note: str) -> Row:
    return Row(SUPPORTED, title, note)


def no(title: str, note: str, *harmless: str) -> Row:
    return Row(REFUSED, title, note, frozenset(harmless))


def vain(title: str, note: str, *harmless: str) -> Row:
    return Row(IGNORED, title, note, frozenset(harmless))


def drawn(title: str, note: str = "只作说明，不影响办理") -> Row:
    return Row(DRAWN, title, note)


def anchor(*words: str) -> str:
    """The place of an element (tag), attribute (tag or `*`, name) or chapter on the owners' page."""
    return "-".join(("bpmn", *words)).replace(":", "-").replace("*", "any")
