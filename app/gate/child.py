"""The child's side of a check: what `isolated` sends is read and checked."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from app.figures.items import Item
from app.gate.isolated import Placed, World
from app.gate.trial import intended, run


def check(request: bytes) -> bytes:
    """Placed files as JSON give findings, stories and what these came to as JSON."""
    asked = json.loads(request)
    placed: list[Placed] = [(code, _decoded(files)) for code, files in asked["placed"]]
    world = _world(placed[:-1], asked["letters"], asked["catalogue"])
    findings, stories, reached = run(placed[-1], world, asked["stories"], check=asked["check"])
    return json.dumps({"findings": findings, "stories": stories, "reached": reached}, ensure_ascii=False).encode()


def intend(request: bytes) -> bytes:
    """Trials of a draft and what is intended, as JSON, give the stories rewritten: see `trial.intended`."""
    asked = json.loads(request)
    trials = []
    for each in asked["trials"]:
        placed: list[Placed] = [(code, _decoded(files)) for code, files in each["placed"]]
        trials.append((placed[-1], _world(placed[:-1], each["letters"], each["catalogue"])))
    return json.dumps(intended(trials, asked["marks"]), ensure_ascii=False).encode()


def _world(placed: Sequence[Placed], letters: dict[str, str] | None, catalogue: list[list[str]] | None) -> World:
    return World(
        placed,
        None if letters is None else _decoded(letters),
        None if catalogue is None else [Item(*each) for each in catalogue],
    )


def _decoded(files: dict[str, str]) -> dict[str, bytes]:
    return {path: base64.b64decode(text) for path, text in files.items()}
