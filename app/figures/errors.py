"""What goes wrong when a figure is read, or when a catalogue is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.core.chinese import chinese_date


class FigureMissing(Exception):
    """A rule read a figure that nobody has entered for the region and day. The case waits as an incident."""

    def __init__(self, key: str, title: str, region_name: str, on: date) -> None:
        self.key, self.title, self.region_name, self.on = key, title, region_name, on
        super().__init__(
            f"{region_name}没有{chinese_date(on)}有效的“{title}”（{key}）。"
            "请政策管理员在“标准和时限”中录入这项标准，然后重新处理本环节"
        )


class CatalogueError(Exception):
    """A catalogue's content cannot be used; `problems` says in Chinese what to mend, each with its place."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("；".join(problems))
        self.problems = list(problems)
