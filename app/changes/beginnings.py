"""The files with which a new programme begins: an application, one review, two ends, and a story."""

from __future__ import annotations

import json
from pathlib import Path
from xml.sax.saxutils import escape

SKELETON = Path(__file__).parent / "skeleton"
_QUOTED = {'"': "&quot;"}


def files_for(programme: str, title: str, region_code: str, place_code: str, basis: str) -> dict[str, bytes]:
    """The files of a bundle of this programme, by path. `place_code`: where the first story plays."""
    words = {"PROGRAMME": programme, "TITLE": title, "REGION": region_code, "PLACE": place_code, "BASIS": basis}
    paths = (path for path in sorted(SKELETON.rglob("*")) if path.is_file())
    return {path.relative_to(SKELETON).as_posix(): _filled(path, words) for path in paths}


def _filled(path: Path, words: dict[str, str]) -> bytes:
    """Each word as the kind of file writes it."""
    text = path.read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(word, escape(value, _QUOTED) if path.suffix == ".bpmn" else _in_quotes(value))
    return text.encode()


def _in_quotes(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]
