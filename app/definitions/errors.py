"""What can be wrong with a bundle as a whole."""

from __future__ import annotations


class BundleError(Exception):
    """The bundle cannot be used; `problems` says in Chinese what to mend."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("；".join(problems))
        self.problems = problems
