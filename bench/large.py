"""What the gate takes for large files, as `make bpmn` prints it. `python -m bench.large`. Aims below."""

from __future__ import annotations

from bench.report import figure
from tests.support import large

AIM_SECONDS, AIM_MEMORY = 3, 256


def main() -> None:
    """Print a line for each file."""
    for each in large.taken():
        figure(f"large.{each.key}.gate", each.seconds, "s", f"<= {AIM_SECONDS}")
        figure(f"large.{each.key}.memory", each.memory, "MB", f"<= {AIM_MEMORY}")
        print(f"{each} (aims: {AIM_SECONDS} s, {AIM_MEMORY} MB)")


if __name__ == "__main__":
    main()
