"""An identity card into the form of an application: the applicant's, somebody's in a group, or that of one more row."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from app.core import id_card
from app.core.errors import Invalid
from app.core.id_card import Card
from app.forms import Form

TEXT, WHOSE, FILL = "_card", "_card_of", "card"
UNREADABLE = "没有读出姓名和身份证号码，或者号码校验不对。请把卡放平重读；还是读不出的，请直接在下面填写"


@dataclass(frozen=True, slots=True)
class Place:
    """Whose card may be read: `key` is the dotted path of the group or list, `names` what it asks for."""

    key: str
    label: str
    names: frozenset[str]
    is_list: bool = False


def places(form: Form) -> list[Place]:
    """The applicant first, then everybody whom the form asks for by name."""
    named = [(each, list(each.walk())) for each in form.root.walk() if each.kind in ("group", "dynamiclist")]
    found = [Place("", "申请人", _names(form.root.walk(), ()))]
    for each, inner in named:
        within = () if each.kind == "dynamiclist" else each.path
        names = _names(inner, within)
        if each.path and "name" in names:
            found.append(Place(".".join(each.path), each.label.text({}), names, each.kind == "dynamiclist"))
    return found


def _names(components: Any, within: tuple[str, ...]) -> frozenset[str]:
    return frozenset(each.path[-1] for each in components if each.is_input and each.path[:-1] == within)


def filled(form: Form, values: dict[str, Any], text: str, whose: str) -> tuple[dict[str, Any], Card]:
    """The values with what the card says; a list gets it in its first empty row, or in one more.

    Raises Invalid (`_card`) where nothing is read.
    """
    card, place = id_card.read(text), next((each for each in places(form) if each.key == whose), None)
    if card is None or place is None:
        raise Invalid({TEXT: UNREADABLE})
    values = deepcopy(values)
    known = {"name": card.name, "id_number": card.number, "address": card.address}
    row = _row(values, whose, place.is_list)
    for name in place.names & known.keys():
        if known[name] and (name != "address" or not row.get(name)):  # who lives elsewhere has said so
            row[name] = known[name]
    return values, card


def _row(values: dict[str, Any], whose: str, lists: bool) -> dict[str, Any]:
    """Where the card goes: what stands there is made where it is missing."""
    here: Any = values
    *groups, last = whose.split(".")
    for key in groups:
        here = here.setdefault(key, {})
    if not last:
        return values
    if not lists:
        return here.setdefault(last, {})
    rows: list[dict[str, Any]] = here.setdefault(last, [])
    empty = next((each for each in rows if not each.get("name") and not each.get("id_number")), None)
    if empty is None:
        rows.append(empty := {})
    return empty
