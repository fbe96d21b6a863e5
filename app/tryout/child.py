"""The child's side: each request is answered from the draft that comes with it, in a scratch world of its own."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from app.core.errors import Rejection
from app.core.paths import BUNDLES
from app.definitions.folder import MANIFEST, STORIES
from app.scenarios.play import play
from app.scenarios.story import load_story
from app.tryout import cases, playing, recording, state
from app.tryout.asking import Draft
from app.tryout.trial import Trial


def warm() -> None:
    """Play a story of everything that is shipped: what a draft leaves as it is has been read and compiled then."""
    for folder in sorted(path.parent for path in BUNDLES.glob(f"*/{MANIFEST}")):
        for path in sorted(folder.glob(f"{STORIES}*.yaml"))[:1]:
            play(playing.base(), load_story(path))


def answer(request: bytes) -> bytes:
    """JSON to JSON. `broken` says why a draft cannot be used, `refused` what is wrong with what was asked."""
    given = json.loads(request)
    letters = None if given["letters"] is None else _decoded(given["letters"])
    draft = Draft(given["region"], _decoded(given["files"]), letters)
    try:
        told = _ACTS[given["do"]](draft, given["asked"])
    except Rejection as refusal:
        told = {"refused": {"code": refusal.code, "message": refusal.message, "fields": refusal.fields}}
    except Exception as error:  # a draft may be broken in any way, and its owner is told which
        told = {"broken": getattr(error, "message", None) or str(error) or type(error).__name__}
    return json.dumps(told, ensure_ascii=False).encode()


def _play(draft: Draft, asked: dict[str, Any]) -> dict[str, Any]:
    """`trial`, and `act`, what is to be done next: the trial with it, where it was done, and the state after it.

    `shown` is the open task whose form is wanted; `case` the label of the case that is shown (default: the last).
    """
    trial = Trial.of(asked["trial"])
    with playing.played(draft, trial) as stage:
        stage.about = asked.get("case")
        typed = stage.act(asked["act"]) if asked.get("act") else None
        if stage.must_replay:
            trial = stage.trial
        else:
            return {"trial": stage.trial.as_json(), "state": state.of(stage, asked.get("shown"), typed)}
    with playing.played(draft, trial) as stage:
        stage.about = asked.get("case")
        return {"trial": trial.as_json(), "state": state.of(stage, None, None)}


def _letter(draft: Draft, asked: dict[str, Any]) -> dict[str, Any]:
    """The letter of the shown case of this number (from 0) as `{name, content}`, a Word file."""
    with playing.played(draft, Trial.of(asked["trial"])) as stage:
        stage.about = asked.get("case")
        name, content = stage.letter(asked["number"])
    return {"name": name, "content": base64.b64encode(content).decode()}


def _written(draft: Draft, asked: dict[str, Any]) -> dict[str, Any]:
    """The `letters` of a template that come of a trial, as Word files; `stopped` says why it did not get to its end."""
    with playing.played(draft, Trial.of(asked["trial"])) as stage:
        letters = [base64.b64encode(each).decode() for each in stage.letters_of(asked["template"])]
        return {"letters": letters, "stopped": stage.stop.refusal.message if stage.stop else ""}


def _record(draft: Draft, asked: dict[str, Any]) -> dict[str, Any]:
    """The trial as the text of a story with this title, which holds."""
    return {"story": recording.story(draft, Trial.of(asked["trial"]), asked["title"])}


def _tables(draft: Draft, asked: dict[str, Any]) -> dict[str, Any]:
    return {"tables": cases.tables(draft)}


def _cases(draft: Draft, asked: dict[str, Any]) -> dict[str, Any]:
    return cases.decided(draft, asked["table"], asked["rows"], asked["figures"], asked["today"])


def _decoded(files: dict[str, str]) -> dict[str, bytes]:
    return {path: base64.b64decode(text) for path, text in files.items()}


_ACTS: dict[str, Callable[[Draft, dict[str, Any]], dict[str, Any]]] = {
    "play": _play, "letter": _letter, "written": _written, "record": _record, "tables": _tables, "cases": _cases,
}  # fmt: skip
