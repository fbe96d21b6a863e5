"""What the publish gate tells, and how a reader finds the place."""

from __future__ import annotations

from dataclasses import asdict, dataclass

ERROR, WARNING = "error", "warning"
_CHAPTERS = {".bpmn": "names", ".dmn": "dmn", ".form.json": "forms"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend (`error` forbids publishing) or to look at (`warning`). `place` is a file and what in it."""

    severity: str
    file: str
    place: str
    message: str
    anchor: str = ""

    @property
    def see(self) -> str:
        """Where `docs/modelling.zh-CN.md` tells more; '' for a file that it is not about."""
        own = self.anchor or next((name for suffix, name in _CHAPTERS.items() if self.file.endswith(suffix)), "")
        return f"docs/modelling.zh-CN.md#{own}" if own else ""

    def as_dict(self) -> dict[str, str]:
        told = asdict(self)
        del told["anchor"]
        return {**told, "see": self.see}

    def __str__(self) -> str:
        mark = "✗" if self.severity == ERROR else "!"
        where = f"{self.file} “{self.place}”" if self.place else self.file
        more = f"（见 {self.see}）" if self.see else ""
        return f"{mark} {where}：{self.message}{more}"
