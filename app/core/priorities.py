"""How urgent work is, as owners write it in a manifest or at a step, and where that puts it in every list."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

URGENT, ORDINARY = "urgent", "ordinary"
RANKS: Mapping[str, int] = MappingProxyType({URGENT: 0, ORDINARY: 1})
"""What comes first has the lower number; it is kept with each work item."""
