"""`make fuzz`: ten thousand mutations of what is shipped, within 256 MB; and files beyond reason, each kind of them."""

from __future__ import annotations

import resource
import sys
import tempfile

from tests.support import bounds
from tests.support.mutations import play

MEMORY_MB = 256


def main(count: int) -> int:
    ended, slowest = play(count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for name, number in sorted(ended.items()):
        print(f"{number:7} {name}")
    print(f"slowest {slowest:.2f} s (aim 1 s), peak {peak} MB (aim {MEMORY_MB} MB)")
    print(f"large files, each read by itself (aim {bounds.SECONDS} s, {bounds.MEMORY} MB, refused in words or read)")
    with tempfile.TemporaryDirectory() as folder:
        found = list(bounds.taken(folder))
    for each in found:
        print(each, "" if each.holds else "✗")
    return int(slowest > 1 or peak > MEMORY_MB or not all(each.holds for each in found))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
