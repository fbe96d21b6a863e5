"""What a case remembers between two actions: the engine's state, the variables, and what the forms did not know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.core.exact_json import dump_json, load_json
from app.db import Vault

PLACE = ("case_file", "state")
VERSION = 1


class UnknownStateVersion(Exception):
    """The stored instance was written by a version of the software that this one does not know."""


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

    def seal(self, vault: Vault, case_id: str) -> bytes:
        """The sealed bytes that rest in the case's row."""
        head = dump_json(
            {
                "version": VERSION,
                "variables": self.variables,
                "unknown": self.unknown,
                "timers": self.timers,
                "started": self.state is not None,
            }
        ).encode()
        return vault.seal(len(head).to_bytes(4, "big") + head + (self.state or b""), *PLACE, case_id)

    @classmethod
    def open(cls, vault: Vault, blob: bytes, case_id: str) -> Instance:
        """The instance that `seal` stored for this case."""
        data = vault.open(blob, *PLACE, case_id)
        size = int.from_bytes(data[:4], "big")
        head = load_json(data[4 : 4 + size])
        if head["version"] != VERSION:
            raise UnknownStateVersion(f"case {case_id} is stored in version {head['version']}")
        state = data[4 + size :] if head["started"] else None
        return cls(head["variables"], state, head["unknown"], head["timers"])
