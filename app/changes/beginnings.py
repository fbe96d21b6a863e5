"""What new things begin with: a programme (an application, one review, two ends, a story), and each kind of file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.sax.saxutils import escape

from app.core.errors import Invalid
from app.definitions.folder import CATALOGUE, STORIES

SKELETON, BEGUN = Path(__file__).parent / "skeleton", Path(__file__).parent / "begun"
_KINDS = {".bpmn": "process.bpmn", ".dmn": "table.dmn", ".form.json": "form.form.json"}
_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
_QUOTED = {'"': "&quot;"}


def files_for(programme: str, title: str, region_code: str, place_code: str, basis: str) -> dict[str, bytes]:
    """The files of a bundle of this programme, by path. `place_code`: where the first story plays."""
    words = {"PROGRAMME": programme, "TITLE": title, "REGION": region_code, "PLACE": place_code, "BASIS": basis}
    paths = (path for path in sorted(SKELETON.rglob("*")) if path.is_file())
    return {path.relative_to(SKELETON).as_posix(): _filled(path, words) for path in paths}


def file_for(path: str, programme: str, title: str, place_code: str) -> bytes:
    """With what a new file of a bundle begins; its name without the ending names the process, decision or form in it.

    Raises Invalid (path): a kind of file that cannot begin empty, or a name that cannot be an id.
    """
    if path == CATALOGUE:
        return (BEGUN / CATALOGUE).read_bytes()
    if path.startswith(STORIES) and path.endswith(".yaml"):
        words = {"PROGRAMME": programme, "TITLE": title, "PLACE": place_code}
        return _filled(SKELETON / STORIES / "approved.yaml", words)
    kind = next((kind for kind in _KINDS if path.endswith(kind)), None)
    if kind is None:
        raise Invalid({"path": "文件名应以 .bpmn、.dmn、.form.json 结尾，或者是 scenarios/名称.yaml、catalogue.yaml"})
    key = path.removesuffix(kind)
    if not _KEY.fullmatch(key):
        raise Invalid({"path": "文件名以小写字母开头，只用小写字母、数字和下划线，例如 county_decision.form.json"})
    return _filled(BEGUN / _KINDS[kind], {"KEY": key})


def _filled(path: Path, words: dict[str, str]) -> bytes:
    """Each word as the kind of file writes it."""
    text = path.read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(word, escape(value, _QUOTED) if path.suffix == ".bpmn" else _in_quotes(value))
    return text.encode()


def _in_quotes(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]
