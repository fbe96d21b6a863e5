"""What an expression may read: the one composition of names, with the one precedence."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

Names = Mapping[str, Any]


def compose(own: Names, variables: Names, given: Names) -> Names:
    """The scope of an expression, read name by name, so that what is lazy stays unread.

    own: what only this place has (the answer being checked, the item of a multi-instance activity, the letter being
    written). variables: those of the instance. given: what the host adds everywhere (figures, registry, today). An
    earlier one hides a later one of the same name. `app.vocabulary` describes exactly this.
    """
    return ChainMap(own, variables, given)  # type: ignore[arg-type]
