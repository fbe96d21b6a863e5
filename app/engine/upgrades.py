"""Steps from one version of the stored state to the next. A change of the format adds a step and a golden state.

A step is a pure function of the document and the diagram that it was written with; `codec` runs them one after the
other when it opens a state, and writes the newest version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.engine.diagram import Diagram

Document = dict[str, Any]


def _know_the_writers(document: Document, diagram: Diagram) -> Document:
    """1 to 2: who wrote what. Version 1 kept no earlier values: a return leaves a name empty, never stale.

    What scripts wrote into `case` stays: what stood there before it is not known, and rules rely on it.
    """
    names, written = list(document["s"]), []
    rows = [row for workflow in document["w"] for row in workflow[4]]
    done = [number for number, row in enumerate(rows) if row[2] == _COMPLETED]
    rank = {number: place for place, number in enumerate(document["o"])}
    for number in sorted(done, key=lambda number: rank.get(number, -1)):
        element = diagram.elements.get(names[rows[number][1]])
        name = element and (element.id if element.type in _HUMAN else element.attributes.get("resultVariable"))
        if name:
            if name not in names:
                names.append(name)
            written.append([number, names.index(name)])
    return {**document, "v": 2, "s": names, "m": written}


_HUMAN = ("userTask", "manualTask")
_COMPLETED = 64

STEPS: Mapping[int, Callable[[Document, Diagram], Document]] = {1: _know_the_writers}
