"""A bundle as a folder: what is read of it, and written back byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.definitions.letters import FOLDER

MANIFEST = "bundle.yaml"
CATALOGUE = "catalogue.yaml"
STORIES = "scenarios/"
_LETTER = r"[a-z][a-z0-9_]*/(?:template\.docx|contract\.yaml|sample\.json)"
_BUNDLE = re.compile(rf"[^/]+\.(?:yaml|bpmn|dmn|json)|scenarios/.+\.(?:yaml|yml|json)|{FOLDER}/{_LETTER}")
_LIBRARY = re.compile(_LETTER)


def is_library(folder: Path) -> bool:
    """Whether the folder holds letters alone (`<key>/template.docx`), as the letter library does."""
    return not (folder / MANIFEST).exists() and any(folder.glob("*/template.docx"))


def belongs(path: str) -> bool:
    """Whether a bundle may have a file of this path."""
    return _BUNDLE.fullmatch(path) is not None and ".." not in path.split("/")


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files of a bundle or of a letter library, by path; what belongs to neither stays where it is."""
    if is_library(folder):
        return {f"{FOLDER}/{path}": (folder / path).read_bytes() for path in _paths(folder, _LIBRARY)}
    return {path: (folder / path).read_bytes() for path in _paths(folder, _BUNDLE)}


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """The inverse of `read_folder`."""
    prefix = "" if MANIFEST in files else f"{FOLDER}/"
    for path, content in files.items():
        target = folder / path.removeprefix(prefix)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _paths(folder: Path, wanted: re.Pattern[str]) -> Iterator[str]:
    paths = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    return (path for path in paths if wanted.fullmatch(path))
