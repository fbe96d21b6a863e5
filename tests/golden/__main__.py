"""Making golden states: `python -m tests.golden [BUNDLE…]`. Plays stories and walks, and keeps what covers each place.

Run it after a version of the format was added, or where a process got a place to wait that has no golden state.
"""

from __future__ import annotations

import sys

from app.core.paths import BUNDLES, TEMPLATES
from app.scenarios.world import WorldTemplate
from tests.golden.made import make, write
from tests.integration.walks.beginnings import bundles


def main(names: list[str]) -> int:
    template = WorldTemplate(BUNDLES, TEMPLATES)
    try:
        for folder in bundles():
            if not names or folder.name in names:
                golden, missing = make(template, folder)
                path = write(folder.name, golden)
                print(
                    f"{path}: {len(golden['states'])} states, {path.stat().st_size} bytes",
                    *missing,
                    sep="\n  missing: ",
                )
    finally:
        template.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
