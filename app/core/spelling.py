"""One person is written in many ways: what is dropped before two spellings are compared.

The name as it was typed is kept for letters and lists; only comparing and searching use the key.
"""

from __future__ import annotations

import re
import unicodedata

DOTS = "·•‧・･∙⋅᛫．."
"""What stands between the parts of a name (姓名间隔号), as keyboards and other systems write it."""
SPACES = " \u00a0\u2002\u2003\u2009\u3000"
DROPPED_FROM_NAMES = DOTS + SPACES
_UNSEEN = frozenset({"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"})
_HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}
_BETWEEN = re.compile(f"[{re.escape(DOTS)}]")


def half_width(text: str) -> str:
    """Letters, digits and signs as an input method writes them (０１．－（）) as the keyboard has them."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def compact(text: str) -> str:
    """Without blanks and characters that nobody sees; full-width letters and digits as half-width ones."""
    if text.isascii() and text.isalnum():
        return text
    return "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) not in _UNSEEN)


def name_key(name: str) -> str:
    """What is equal for all spellings of a name: `阿依古丽 · 买买提`, `阿依古丽•买买提` and `阿依古丽买买提`."""
    return _BETWEEN.sub("", compact(name)).casefold()


def same_name(one: str, other: str) -> bool:
    """Whether two names differ in their spelling alone."""
    return one == other or name_key(one) == name_key(other)
