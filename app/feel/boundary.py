"""Between the caller's values and FEEL's: lifted once on the way in, given back as they were on the way out.

Inside, lists and dicts hold FEEL values only, so nothing there is converted again. A mapping of the caller stays what
it is, behind a Given that lifts an entry when it is read: it may be lazy, and may refuse. A class of mapping whose
`find` gives FEEL values by itself says so by `speaks_feel`, and needs no Given.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from app.feel.budget import MAX_CALL_DEPTH, Run, too_big, too_deep
from app.feel.errors import FeelValueError
from app.feel.moments import NanoDateTime, NanoDuration, NanoTime, plain
from app.feel.values import KINDS, Function, number

MISSING = object()


class Given(Mapping[str, Any]):
    """A mapping of the caller, as a context. What needs lifting is lifted once, however often it is read."""

    __slots__ = ("_lifted", "source")

    def __init__(self, source: Mapping[str, Any]) -> None:
        self.source = source
        self._lifted: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        value = self.find(key)
        if value is MISSING:
            raise KeyError(key)
        return value

    def find(self, key: str) -> Any:
        """The entry, or MISSING."""
        known = self._lifted.get(key, MISSING)
        if known is not MISSING:
            return known
        source = self.source
        value = source.get(key, MISSING) if type(source) is dict else look_up(source, key)
        if type(value) in READY or value is MISSING:
            return value
        lifted = self._lifted[key] = lift(value)
        return lifted

    def __iter__(self) -> Iterator[str]:
        return iter(self.source)

    def __len__(self) -> int:
        return len(self.source)

    def __contains__(self, key: object) -> bool:
        return key in self.source


class Lifted(dict[str, Any]):
    """A context for evaluation whose values are FEEL's already; a name that it does not have gives MISSING."""

    def __missing__(self, name: str) -> Any:
        return MISSING


Find = Callable[[Any, str], Any]
FINDERS: dict[type, Find] = {Given: Given.find}
"""How contexts are asked that need not raise for what they lack: names are missing often, and raising is slow."""
CONTEXTS: dict[type, Find] = {Given: Given.find}
"""Those of them whose entries are FEEL values already."""
# Values of these types need no conversion.
READY = set(KINDS) - {int, float, list, dict, Decimal} | {Given}
MAX_ADJUSTED = 6144
_FINE = frozenset((NanoTime, NanoDateTime, NanoDuration))
SAME_OUTSIDE = set(KINDS) - {list, dict} - _FINE
"""Values of these types are the caller's as they are."""
KINDS[Given] = "context"


def speaks_feel(type_: type, find: Find) -> None:
    """Declare a class of mapping that FEEL reads as it is: its `find` gives FEEL values, or MISSING."""
    KINDS[type_] = "context"
    FINDERS[type_] = CONTEXTS[type_] = find
    READY.add(type_)
    SAME_OUTSIDE.add(type_)


def lift(value: Any) -> Any:
    """A value of the caller as a FEEL value. FeelValueError for one of no FEEL type."""
    found = type(value)
    if found in READY:
        return value
    if found is Decimal:
        return value if value.is_finite() and abs(value.adjusted()) <= MAX_ADJUSTED else _extreme(value)
    if found is int:
        return Decimal(value) if abs(value) < 10**34 else number(Decimal(value))
    if found is float:
        return Decimal(repr(value)) if math.isfinite(value) else None
    if found is list or found is tuple:
        return [item if type(item) in READY else lift(item) for item in value]
    if found is dict or found in FINDERS or isinstance(value, Mapping):
        return Given(value)
    return _lift_subclass(value)


def _extreme(value: Decimal) -> Decimal | None:
    """What no decimal128 can hold is null; an expanded `1e999999999` would fill the memory."""
    return number(value) if value.is_finite() else None


def _lift_subclass(value: Any) -> Any:
    if isinstance(value, Function):
        return value
    if isinstance(value, int | float):
        return lift(int(value) if isinstance(value, int) else float(value))
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [lift(item) for item in value]
    if isinstance(value, Decimal):
        return lift(Decimal(value))
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return _plain_moment(value)
    name = type(value).__name__
    raise FeelValueError(f"表达式不能读取这种类型的值：{name}", f"a value of type {name} cannot be read by FEEL")


def _plain_moment(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return dt.datetime.combine(value.date(), value.timetz())
    if isinstance(value, dt.date):
        return dt.date(value.year, value.month, value.day)
    if isinstance(value, dt.timedelta):
        return dt.timedelta(value.days, value.seconds, value.microseconds)
    return dt.time(value.hour, value.minute, value.second, value.microsecond, value.tzinfo, fold=value.fold)


def look_up(context: Mapping[str, Any], name: str) -> Any:
    """What a context holds under a name, or MISSING. Only a missing key is quiet; what else is raised, passes."""
    found = type(context)
    if found is dict:
        return context.get(name, MISSING)
    if found in FINDERS:
        return FINDERS[found](context, name)
    try:
        return context[name]
    except KeyError as error:
        if type(error) is not KeyError:
            raise
        return MISSING


def _in_chain(chain: ChainMap[str, Any], name: str) -> Any:
    for each in chain.maps:
        value = each.get(name, MISSING) if type(each) is dict else look_up(each, name)
        if value is not MISSING:
            return value
    return MISSING


FINDERS[ChainMap] = _in_chain


def read_context(run: Run, context: Mapping[str, Any], name: str, default: Any = None) -> Any:
    """A name of the context of an evaluation, as a FEEL value."""
    if isinstance(context, Lifted):
        value = context[name]
        return default if value is MISSING else value
    find = FINDERS.get(type(context))
    value = look_up(context, name) if find is None else find(context, name)
    if type(value) in READY:
        return value
    return default if value is MISSING else lift_read(run, value)


def lift_read(run: Run, value: Any) -> Any:
    """What the context of an evaluation held under a name, as a FEEL value."""
    if type(value) in READY:
        return value
    if type(value) is not list and type(value) is not tuple:
        return lift(value)
    known = run.lists.get(id(value))
    if known is None:  # a list is converted once in an evaluation; holding it keeps its id its own
        run.charge(len(value))
        known = run.lists[id(value)] = (value, lift(value))
    return known[1]


def read_entry(context: Mapping[str, Any], name: str, default: Any = None) -> Any:
    """An entry of a context value."""
    if type(context) is dict:
        return context.get(name, default)
    value = look_up(context, name)
    return default if value is MISSING else value


def overlay(context: Mapping[str, Any], entries: dict[str, Any]) -> Mapping[str, Any]:
    """A context with some entries replaced. One of the caller stays lazy: its other entries are not read."""
    if type(context) in CONTEXTS:
        return Given(ChainMap(entries, getattr(context, "source", context)))  # type: ignore[arg-type]
    return {**context, **entries}


def export(value: Any, limit: int) -> Any:
    """A result for the caller: his own mappings again in place of a Given, and times to the microsecond.

    BudgetError for a result whose members, counted each time they are reached, exceed the limit, or that nests too
    deep: a list that holds itself twice, forty times over, is small in memory and endless to print.
    """
    if type(value) is dict and len(value) <= limit and SAME_OUTSIDE.issuperset(map(type, value.values())):
        return value
    if type(value) is list or type(value) is dict:
        _measure(value, limit)
    return _unwrap(value)


def _measure(value: Any, limit: int) -> None:
    left, level, depth = limit, [value], 0
    while level:
        depth += 1
        if depth > MAX_CALL_DEPTH:
            raise too_deep()
        below: list[Any] = []
        for item in level:
            left -= len(item)
            if left < 0:
                raise too_big(limit)
            members = item.values() if type(item) is dict else item
            below += [member for member in members if type(member) is list or type(member) is dict]
        level = below


def _unwrap(value: Any) -> Any:
    if type(value) is list:
        return [_unwrap(item) for item in value]
    if type(value) is dict:
        return {key: _unwrap(item) for key, item in value.items()}
    if type(value) is Given:
        return value.source
    return plain(value) if type(value) in _FINE else value
