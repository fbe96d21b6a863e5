"""How a built-in is declared: its name and the names and types of its parameters, checked in one place.

`@builtin("substring", "string: string", "start position: integer", "length: integer?")`. A type is a kind of value, or
several with `|`; `integer` is a number cut to an int, `list` accepts a single value as a list of one, `any` also null.
`?` at the end: may be left out. `...` at the end: the rest of the arguments. `*`: either one list, or its members.
Decorating again under the same name adds another signature. Arguments that fit no signature give null.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.feel.budget import Run
from app.feel.values import KINDS, Function, kind

_NO = object()


@dataclass(frozen=True, slots=True)
class Param:
    name: str
    kinds: frozenset[str]
    optional: bool
    mode: str  # one, rest, members
    ready: frozenset[type]  # what is passed on as it is, and costs nothing to look at

    @classmethod
    def read(cls, text: str) -> Param:
        name, _, spec = text.partition(": ")
        mode = "rest" if spec.endswith("...") else "members" if spec.endswith("*") else "one"
        spec = spec.rstrip(".*")
        kinds = frozenset(spec.rstrip("?").split("|"))
        ready = frozenset(type_ for type_, what in KINDS.items() if what in kinds or "any" in kinds) - {str, list}
        return cls(name, kinds, spec.endswith("?"), mode, ready)

    def may_take(self, what: str) -> bool:
        """Whether a value of this kind may fit; a list of one counts as its item."""
        return (
            what in self.kinds
            or what == "list"
            or bool(self.kinds & {"any", "list"})
            or (what == "number" and "integer" in self.kinds)
        )

    def convert(self, run: Run, value: Any) -> Any:
        """The argument as the implementation wants it, or _NO."""
        what = kind(value)
        kinds = self.kinds
        if what == "list":
            run.charge(len(value))
            if len(value) == 1 and not kinds & {"list", "any"}:
                return self.convert(run, value[0])
        if what == "string":
            run.charge(len(value) >> 4)
        if what in kinds or "any" in kinds:
            return value
        if "integer" in kinds and what == "number":
            return int(value) if abs(value) < 10**12 else _NO
        if "list" in kinds and what != "null":
            return [value]
        return _NO


@dataclass(frozen=True, slots=True)
class Signature:
    params: tuple[Param, ...]
    implementation: Callable[..., Any]
    wants_run: bool
    is_plain: bool
    """Every parameter takes one argument."""

    def takes(self, count: int) -> bool:
        required = sum(not param.optional for param in self.params)
        open_ended = bool(self.params) and self.params[-1].mode != "one"
        return required <= count and (open_ended or count <= len(self.params))

    def accepts(self, kinds: list[str | None]) -> bool:
        """Whether arguments of these kinds, None where unknown, could fit."""
        if not self.takes(len(kinds)):
            return False
        last = self.params[-1:]
        if last and last[0].mode == "members":
            return True
        params = [*self.params, *last * len(kinds)][: len(kinds)]
        return all(what is None or param.may_take(what) for param, what in zip(params, kinds, strict=True))

    def bind(self, run: Run, args: list[Any]) -> list[Any] | None:
        params = self.params
        if self.is_plain and len(args) == len(params):
            return self._convert(run, zip(params, args, strict=True))
        last = params[-1] if params else None
        if last is not None and last.mode == "members":
            args = args if len(args) == 1 and kind(args[0]) == "list" else [list(args)] if args else []
        if last is None or last.mode != "rest":
            if len(args) > len(params):
                return None
            pairs = list(zip(params, args, strict=False))
        else:
            pairs = list(zip(params[:-1], args, strict=False)) + [(last, a) for a in args[len(params) - 1 :]]
        if any(not p.optional for p in params[len(args) :]):
            return None
        return self._convert(run, pairs)

    def bind_named(self, run: Run, named: dict[str, Any]) -> dict[str, Any] | None:
        known = {param.name: param for param in self.params}
        if not named.keys() <= known.keys() or any(not p.optional and p.name not in named for p in self.params):
            return None
        values = self._convert(run, [(known[name], value) for name, value in named.items()])
        return None if values is None else dict(zip(named, values, strict=True))

    def _convert(self, run: Run, pairs: Iterable[tuple[Param, Any]]) -> list[Any] | None:
        values = []
        for param, value in pairs:
            converted = value if type(value) in param.ready else param.convert(run, value)
            if converted is _NO:
                return None
            values.append(converted)
        return values

    def invoke(self, run: Run, args: list[Any]) -> Any:
        try:
            return self.implementation(run, *args) if self.wants_run else self.implementation(*args)
        except (ArithmeticError, ValueError):  # outside the domain of the function: null, as everywhere in FEEL
            return None


class Builtin(Function):
    __slots__ = ("signatures",)

    def __init__(self, name: str) -> None:
        super().__init__((), self._call, (), name)
        self.signatures: list[Signature] = []

    untyped = True

    def takes(self, count: int) -> bool:
        return any(signature.takes(count) for signature in self.signatures)

    def _call(self, run: Run, args: list[Any]) -> Any:
        return self.apply(run, args)

    def apply(self, run: Run, args: list[Any]) -> Any:
        for signature in self.signatures:
            bound = signature.bind(run, args)
            if bound is not None:
                return _charged(run, signature.invoke(run, bound))
        return None

    def apply_named(self, run: Run, named: dict[str, Any]) -> Any:
        for signature in self.signatures:
            bound = signature.bind_named(run, named)
            if bound is not None:
                return _charged(run, signature.invoke(run, _in_order(signature, bound)))
        return None


def _in_order(signature: Signature, bound: dict[str, Any]) -> list[Any]:
    """Named arguments in the order of the parameters; a gap before a given one takes the implementation's default."""
    defaults = list(inspect.signature(signature.implementation).parameters.values())[signature.wants_run :]
    last = max((i for i, p in enumerate(signature.params) if p.name in bound), default=-1)
    args = []
    for param, default in list(zip(signature.params, defaults, strict=False))[: last + 1]:
        value = bound.get(param.name, default.default)
        args.append(list(value) if param.mode == "rest" and default.kind is not default.VAR_POSITIONAL else value)
    return args


def _charged(run: Run, result: Any) -> Any:
    if type(result) is int:
        return Decimal(result)
    if type(result) is str:
        run.fits(len(result))
    elif type(result) in (list, dict):
        run.made(len(result))
    return result


KINDS[Builtin] = "function"
BUILTINS: dict[str, Builtin] = {}


def builtin(name: str, *params: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    read = tuple(Param.read(text) for text in params)

    def register(implementation: Callable[..., Any]) -> Callable[..., Any]:
        wants_run = next(iter(inspect.signature(implementation).parameters), None) == "run"
        made = BUILTINS.setdefault(name, Builtin(name))
        is_plain = all(param.mode == "one" for param in read)
        made.signatures.append(Signature(read, implementation, wants_run, is_plain))
        made.params = tuple(param.name for param in read)
        return implementation

    return register
