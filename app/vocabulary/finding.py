"""What the publish gate tells, and how a reader finds the place."""

from __future__ import annotations

from dataclasses import asdict, dataclass

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend (`error` forbids publishing) or to look at (`warning`). `place` is a file and what in it."""

    severity: str
    file: str
    place: str
    message: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    def __str__(self) -> str:
        mark = "✗" if self.severity == ERROR else "!"
        where = f"{self.file} “{self.place}”" if self.place else self.file
        return f"{mark} {where}：{self.message}"
