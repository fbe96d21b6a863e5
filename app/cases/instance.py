"""What a case remembers between two actions: the engine's state, the variables, and what the forms did not know."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

from app.cases.upgrades import LEVEL, STEPS, VERSION
from app.core.errors import Gone
from app.core.exact_json import dump_bytes, load_json
from app.db import Vault

PLACE = ("case_file", "state")


class StateOfTheFuture(Gone):
    """A newer version of the software wrote the case, such as another node that was upgraded first."""

    def __init__(self, version: int) -> None:
        super().__init__(
            f"案件由更新版本的系统保存（格式第 {version} 版，本系统只认识第 {VERSION} 版），请先升级本系统再办理"
        )


@dataclass(slots=True)
class Instance:
    """`state` is None until the engine has started (an incident at the door).

    `unknown` holds fields that no form knew, by element: they reach neither FEEL nor a template.
    `timers` maps the engine's timer ids to the moments for which jobs exist.
    """

    variables: dict[str, Any]
    state: bytes | None = None
    unknown: dict[str, Any] = field(default_factory=dict)
    timers: dict[str, str] = field(default_factory=dict)

    def pack(self) -> bytes:
        """All of it in the newest version of the format; the same instance gives the same bytes."""
        head = dump_bytes(
            {
                "variables": self.variables,
                "unknown": self.unknown,
                "timers": self.timers,
                "started": self.state is not None,
            }
        )
        return bytes([VERSION]) + zlib.compress(len(head).to_bytes(4, "big") + head + (self.state or b""), LEVEL)

    @classmethod
    def unpack(cls, data: bytes) -> Instance:
        """The instance that some version packed. Raises StateOfTheFuture."""
        version = data[0] or 1
        if version > VERSION:
            raise StateOfTheFuture(version)
        for step in range(version, VERSION):
            data = STEPS[step](data)
        content = zlib.decompress(data[1:])
        end = 4 + int.from_bytes(content[:4], "big")
        head = load_json(content[4:end])
        return cls(head["variables"], content[end:] if head["started"] else None, head["unknown"], head["timers"])

    def seal(self, vault: Vault, case_id: str) -> bytes:
        """The sealed bytes that rest in the case's row."""
        return vault.seal(self.pack(), *PLACE, case_id)

    @classmethod
    def open(cls, vault: Vault, blob: bytes, case_id: str) -> Instance:
        """The instance that `seal` stored for this case. Raises StateOfTheFuture."""
        return cls.unpack(vault.open(blob, *PLACE, case_id))
