"""How many examples property tests and random walks take.

`make test` takes few, always the same ones; `make test DOUDI_EXAMPLES=4` takes four times as many: for the night.
"""

from __future__ import annotations

import os

_TIMES = int(os.environ.get("DOUDI_EXAMPLES", "1"))


def examples(few: int) -> int:
    """As many as `make test` takes, times `DOUDI_EXAMPLES`."""
    return few * _TIMES
