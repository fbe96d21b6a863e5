"""What a process keeps of immutable things, bounded by their size."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import update_wrapper
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Lru(Generic[Value]):
    """Values by name; those not asked for longest give way when all together weigh more than `most`. Thread-safe."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.weight = 0
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, name: Hashable) -> Value | None:
        with self._lock:
            found = self._kept.get(name)
            if found is None:
                return None
            self._kept.move_to_end(name)
            return found[0]

    def keep(self, name: Hashable, value: Value, weight: int) -> Value:
        """Keep `value`, or return what another thread kept meanwhile. The last one kept stays, however heavy."""
        with self._lock:
            if name in self._kept:
                return self._kept[name][0]
            self._kept[name] = value, weight
            self.weight += weight
            while self.weight > self.most and len(self._kept) > 1:
                _, (_, freed) = self._kept.popitem(last=False)
                self.weight -= freed
            return value


class Made(Generic[Value]):
    """A function of a file's bytes that is asked once for each content; `by_content` makes one.

    The bytes are their own name: who has them at hand has their hash too, and a digest is not made at every call.
    """

    def __init__(self, make: Callable[[bytes], Value], most: int, times: float) -> None:
        self.kept = Lru[Value](most)
        self._make, self.times = make, times
        update_wrapper(self, make)

    def __call__(self, content: bytes) -> Value:
        found = self.kept.get(content)
        if found is None:
            found = self.kept.keep(content, self._make(content), int((self.times + 1) * len(content)))
        return found


def by_content(most: int, times: float) -> Callable[[Callable[[bytes], Value]], Made[Value]]:
    """Keep what a function makes of contents, `most` bytes in all; what it makes weighs `times` the content.

    `python -m bench.memory` measures `times`.
    """
    return lambda make: Made(make, most, times)
