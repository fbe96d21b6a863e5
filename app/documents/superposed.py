"""QR codes of many texts that differ little: laid over one another instead of encoded again.

The modules of a code are an affine function over GF(2) of the bits of its text as long as length, mode, version, level
and mask stay: Reed-Solomon is linear, masking and padding are constants. The codes of a batch's letters differ in the
twelve characters of their check code alone, and encoding was half of a letter. What segno gives is what comes out.
"""

from __future__ import annotations

from functools import lru_cache

import segno

_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_BITS = bytes.maketrans(b"\0\1", b"10")
_FAMILIES = 16
"""Lengths and modes that a process keeps; an installation prints one."""


def modules(text: str) -> tuple[int, int]:
    """The modules line by line as the bits of a number, 1 is white, and the length of a side."""
    mode = _mode(text)
    if mode is None:
        return _encoded(text)
    family = _family(mode, len(text))
    return family.white(text), family.side


def _mode(text: str) -> str | None:
    """The mode that segno chooses; None for a text of another, which is left to it."""
    if not text.isascii() or text.isdecimal():
        return None
    return "alphanumeric" if all(each in _ALPHANUMERIC for each in text) else "byte"


class _Family:
    """Texts of one mode and length: the code of the first of them, and what each bit of a symbol changes in it.

    A symbol is what the mode writes as one number: a byte, or two characters of 45.
    """

    def __init__(self, mode: str, length: int) -> None:
        self.side = 0
        self._mode, self._length = mode, length
        self._step = 2 if mode == "alphanumeric" else 1
        self._first, self._white = "", 0
        self._changes: dict[tuple[int, str], int] = {}

    def white(self, text: str) -> int:
        if not self._first:
            self._white, self.side = _encoded(text, self._mode)
            self._first = text
        found = self._white
        for place in range(0, self._length, self._step):
            before, symbol = self._first[place : place + self._step], text[place : place + self._step]
            if symbol != before:
                found ^= self._change(place, before) ^ self._change(place, symbol)
        return found

    def _change(self, place: int, symbol: str) -> int:
        """What this symbol changes where a zero stands."""
        known = self._changes.get((place, symbol))
        if known is None:
            value = self._value(symbol)
            bits = [1 << bit for bit in range(value.bit_length()) if value >> bit & 1]
            if bits == [value]:
                known = self._with(place, value) ^ self._with(place, 0)
            else:
                known = 0
                for bit in bits:
                    known ^= self._change(place, self._spelled(bit, len(symbol)))
            self._changes[place, symbol] = known
        return known

    def _with(self, place: int, value: int) -> int:
        symbol = self._spelled(value, min(self._step, self._length - place))
        return _encoded(self._first[:place] + symbol + self._first[place + len(symbol) :], self._mode)[0]

    def _value(self, symbol: str) -> int:
        if self._mode == "byte":
            return ord(symbol)
        value = 0
        for each in symbol:
            value = value * len(_ALPHANUMERIC) + _ALPHANUMERIC.index(each)
        return value

    def _spelled(self, value: int, length: int) -> str:
        if self._mode == "byte":
            return chr(value)
        tens, ones = divmod(value, len(_ALPHANUMERIC))
        return (_ALPHANUMERIC[tens] + _ALPHANUMERIC[ones])[-length:]


@lru_cache(maxsize=_FAMILIES)
def _family(mode: str, length: int) -> _Family:
    return _Family(mode, length)


def _encoded(text: str, mode: str | None = None) -> tuple[int, int]:
    rows = segno.make_qr(text, error="m", mask=2, boost_error=False, mode=mode).matrix
    return int(b"".join(row.translate(_BITS) for row in rows), 2), len(rows)
