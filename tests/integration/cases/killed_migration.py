"""`doudi release migrate` in a process of its own that is killed while it moves its n-th case, in mid-transaction.

`python -m tests.integration.cases.killed_migration N ARGUMENT…`
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from app.cases import persist
from app.cli import main


def killed_at(count: int) -> None:
    """Let the n-th case that was written be the last thing that happens."""
    written, finish = [], persist.finish

    def count_or_die(*arguments: Any, **payload: Any) -> None:
        finish(*arguments, **payload)
        written.append(arguments)
        if len(written) == count:
            os.kill(os.getpid(), signal.SIGKILL)

    persist.finish = count_or_die


if __name__ == "__main__":
    killed_at(int(sys.argv[1]))
    main(sys.argv[2:])
