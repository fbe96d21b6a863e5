"""Random diagrams in the notation of `tests.bpmn.notation`: nested blocks, now and then closed by the wrong gateway."""

from __future__ import annotations

import random
from typing import NamedTuple

_CONDITION = "1 = 1"


class Part(NamedTuple):
    """Lines of one scope, from `first` to `last`; `last` is '' where nothing comes after it."""

    first: str
    last: str
    lines: list[str]


class Sketch:
    """`text`: a diagram. The gate may refuse it."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.count, self.bends = rng, 0, rng.choice([0, 0, 0.7])
        self.most = rng.choice([8, 14, 24, 40])
        lines = self._scope(5, ())
        for name in ("g1", "g2"):
            lines = self._with_thrower(lines, name) if any(f"signal={name}" in line for line in lines) else lines
        self.text = "\n".join(lines)

    def _with_thrower(self, lines: list[str], signal: str) -> list[str]:
        """Beside everything else somebody throws the signal."""
        split, person, thrower = self._key("g"), self._key("t"), self._key("z")
        place = max(place for place, line in enumerate(lines) if line.startswith("s -> "))
        lines[place] = lines[place].replace("s ->", f"{split} ->")
        aside = [f"and {split}", f"user {person}", f"throw {thrower} signal={signal}", f"end {thrower}e"]
        return [*lines, *aside, f"{split} -> {person} -> {thrower} -> {thrower}e", f"s -> {split}"]

    def _key(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def _scope(self, depth: int, thrown: tuple[str, ...]) -> list[str]:
        part = self._part(depth, thrown)
        lines = [*part.lines, f"s -> {part.first}", *([f"{part.last} -> e"] if part.last else [])]
        return self._bent(lines) if self.rng.random() < self.bends else lines

    def _bent(self, lines: list[str]) -> list[str]:
        """One flow of this scope leads elsewhere in it, so that not everything is a block."""
        own, inside = [], 0
        for place, line in enumerate(lines):
            inside -= line == "}"
            own += [place] if not inside and line != "}" else []
            inside += line.endswith("{")
        flows = [place for place in own if "->" in lines[place] and lines[place][:2] != "s "]
        keys = [lines[place].split()[1] for place in own if "->" not in lines[place] and lines[place][:2] != "on"]
        if flows and keys:
            place = self.rng.choice(flows)
            chain, colon, condition = lines[place].partition(" :")
            lines[place] = f"{chain.rpartition('-> ')[0]}-> {self.rng.choice(keys)}{colon}{condition}"
        return lines

    def _part(self, depth: int, thrown: tuple[str, ...]) -> Part:
        shapes = [self._task] * 2
        if depth and self.count < self.most:
            shapes += [self._row, self._row, self._block, self._block, self._loop, self._first]
            shapes += [self._scoped, self._scoped, self._edged, self._edged]
        return self.rng.choice(shapes)(depth - 1, thrown)

    def _task(self, depth: int, thrown: tuple[str, ...]) -> Part:
        kind = self.rng.choice(["user"] * 4 + ["do"] * 3 + ["catch", "receive", "send", "throw", "signal", "many"])
        key = self._key("t")
        throws = ["", "signal=g1", "signal=g2", *(f"escalation={name}" for name in thrown if name != "C")]
        line = {
            "user": f"user {key}",
            "do": f"do {key}",
            "catch": f"catch {key} {self._awaited()}",
            "receive": f"receive {key} message=m{self.rng.randint(1, 3)}",
            "send": f"send {key} message=m{self.rng.randint(1, 3)}",
            "throw": f"throw {key} {self.rng.choice(throws)}",
            "signal": f"catch {key} signal={self.rng.choice(['g1', 'g2'])}",
            "many": f"{self.rng.choice(['user', 'do'])} {key} {self._repeated()}",
        }[kind]
        return Part(key, key, [line.strip()])

    def _awaited(self) -> str:
        return self.rng.choice([f"message=m{self.rng.randint(1, 3)}", "after=P1D", "date=2020-10-20"])

    def _repeated(self) -> str:
        return self.rng.choice(
            [
                'each="[1]"',
                'each="[1]" sequential',
                'each="[1]" until="nrOfCompletedInstances >= 2"',
                f'while="{_CONDITION}" most=2',
                f'while="{_CONDITION}" most=2 before',
            ]
        )

    def _row(self, depth: int, thrown: tuple[str, ...]) -> Part:
        one = self._part(depth, thrown)
        if not one.last:
            return one
        two = self._part(depth, thrown)
        return Part(one.first, two.last, [*one.lines, *two.lines, f"{one.last} -> {two.first}"])

    def _block(self, depth: int, thrown: tuple[str, ...]) -> Part:
        kind = self.rng.choice(["xor", "and", "or"])
        join = kind if self.rng.random() < 0.85 else self.rng.choice(["xor", "and", "or"])
        split, close, lines, closed = self._key("g"), self._key("j"), [], False
        branches = [self._part(depth, thrown) for _ in range(self.rng.choice([2, 2, 3]))]
        for number, branch in enumerate(branches):
            chosen = "" if kind == "and" else " : else" if not number else f" : {_CONDITION}"
            lines += [*branch.lines, f"{split} -> {branch.first}{chosen}"]
            if branch.last and (self.rng.random() < 0.8 or not closed):
                lines.append(f"{branch.last} -> {close}")
                closed = True
            elif branch.last:
                lines += self._ended(branch.last, thrown)
        default = "" if kind == "and" else f" default={branches[0].first}"
        lines += [f"{kind} {split}{default}", *([f"{join} {close}"] if closed else [])]
        return Part(split, close if closed else "", lines)

    def _ended(self, last: str, thrown: tuple[str, ...]) -> list[str]:
        end = self._key("z")
        kinds = ["", "", "terminate", "signal=g1", "message=m1"]
        kinds += [f"{'error' if name.startswith('E') else 'escalation'}={name}" for name in thrown if name != "C"] * 2
        kinds += ["cancel"] * 2 if "C" in thrown else []
        return [f"end {end} {self.rng.choice(kinds)}".strip(), f"{last} -> {end}"]

    def _loop(self, depth: int, thrown: tuple[str, ...]) -> Part:
        first, person, last, after = self._key("g"), self._key("t"), self._key("g"), self._key("t")
        body = self._part(depth, thrown)
        if not body.last:
            return body
        lines = [f"xor {first}", f"user {person}", f"xor {last} default={after}", f"do {after}", *body.lines]
        lines += [f"{first} -> {person} -> {body.first}", f"{body.last} -> {last}"]
        lines += [f"{last} -> {after} : else", f"{last} -> {first} : {_CONDITION}"]
        return Part(first, after, lines)

    def _first(self, depth: int, thrown: tuple[str, ...]) -> Part:
        gate, one, two, close = self._key("g"), self._key("t"), self._key("t"), self._key("j")
        lines = [f"first {gate}", f"catch {one} message={self._key('n')}"]
        lines += [
            f"catch {two} {self.rng.choice(['after=P1D', 'signal=g1', 'message=' + self._key('n')])}",
            f"xor {close}",
        ]
        for key in (one, two):
            body = self._part(depth, thrown)
            lines += [*body.lines, f"{gate} -> {key} -> {body.first}"]
            lines += [f"{body.last} -> {close}"] if body.last else []
        return Part(gate, close if any(line.endswith(f"-> {close}") for line in lines) else "", lines)

    def _scoped(self, depth: int, thrown: tuple[str, ...]) -> Part:
        kind = self.rng.choice(["sub"] * 4 + ["call", "transaction"])
        key = self._key("x")
        throws = self.rng.choice([("E1", "U1"), ("E2", "U2"), ("E1", "E2"), ("U1", "U2"), ()])
        throws += ("C",) if kind == "transaction" else ()
        inner = tuple({**dict.fromkeys(name for name in thrown if name != "C"), **dict.fromkeys(throws)})
        repeated = f" {self._repeated()}" if self.rng.random() < 0.3 else ""
        lines = self._scope(depth, inner)
        if kind == "call":
            lines = [f"process {key}q {{", *lines, "}", f"call {key} process={key}q{repeated}"]
        else:
            lines = [f"{kind} {key}{repeated} {{", *lines, "}"]
        known = {"E": "on {} at={} error=", "U": "{} {} at={} escalation="}
        events = [self._event(known[name[0]], key) + name for name in throws if name != "C"]
        events += [f"on {self._key('b')} at={key} cancel"] if "C" in throws else []
        events += [f"on {self._key('b')} at={key} error"] if self.rng.random() < 0.15 else []
        events += [f"beside {self._key('b')} at={key} escalation"] if self.rng.random() < 0.15 else []
        return self._with_events(key, lines, [*events, *self._edges(key)], depth, thrown)

    def _event(self, pattern: str, key: str) -> str:
        kinds = [self.rng.choice(["on", "beside"])] if pattern.startswith("{} ") else []
        return pattern.format(*kinds, self._key("b"), key)

    def _edged(self, depth: int, thrown: tuple[str, ...]) -> Part:
        key = self._key("t")
        repeated = self._repeated() if self.rng.random() < 0.3 else ""
        line = f"{self.rng.choice(['user', 'user', 'do'])} {key} {repeated}".strip()
        return self._with_events(
            key, [line], self._edges(key) or [f"on {self._key('b')} at={key} after=P2D"], depth, thrown
        )

    def _edges(self, key: str) -> list[str]:
        times = ["after=P1D", f"message={self._key('n')}", "signal=g1"]
        chosen = [(self.rng.choice(["on", "beside"]), each) for each in times if self.rng.random() < 0.3]
        if self.rng.random() < 0.15:
            chosen.append(("beside", self.rng.choice(["every=R2/P1D", "every=R/P2D"])))
        return [f"{kind} {self._key('b')} at={key} {each}" for kind, each in chosen]

    def _with_events(self, key: str, lines: list[str], events: list[str], depth: int, thrown: tuple[str, ...]) -> Part:
        close, joined = self._key("j"), False
        for event in events:
            kind, own, *_ = event.split()
            body = self._part(min(depth, 1), thrown)
            lines = [*lines, event, *body.lines, f"{own} -> {body.first}"]
            if body.last and kind == "on" and self.rng.random() < 0.7:
                lines.append(f"{body.last} -> {close}")
                joined = True
            elif body.last:
                lines += self._ended(body.last, thrown)
        return Part(key, close, [*lines, f"xor {close}", f"{key} -> {close}"]) if joined else Part(key, key, lines)
