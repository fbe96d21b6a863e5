"""Where stories lie: in the folders of the bundles, and where there is one, in a folder of acceptance stories."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from app.core.paths import BUNDLES, ROOT

VARIABLE = "DOUDI_STORIES"
ENDINGS = (".yaml", ".yml", ".json")


def acceptance_folder() -> Path | None:
    """The folder that `DOUDI_STORIES` names, else `../shared/scenarios`; None where there is none.

    A folder that was named must exist: a typing error must not silently play less.
    """
    named = os.environ.get(VARIABLE)
    folder = Path(named) if named else ROOT.parent / "shared" / "scenarios"
    if folder.is_dir():
        return folder
    if named:
        raise RuntimeError(f"{VARIABLE}={named} is no folder")
    return None


def stories_in(folder: Path) -> list[Path]:
    """All stories of a folder and of those in it, by name."""
    return sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS)


def bundle_stories() -> list[Path]:
    """The stories that policy owners keep beside their diagrams."""
    return [path for folder in sorted(BUNDLES.glob("*/scenarios")) for path in stories_in(folder)]


def acceptance_stories() -> list[Path]:
    folder = acceptance_folder()
    return stories_in(folder) if folder else []


def name_of(path: Path) -> str:
    """`uninsured_unemployed_relief/insisting`: the id of the test."""
    owner = path.parent.parent.name if path.parent.name == "scenarios" else path.parent.name
    return f"{owner}/{path.stem}"


def a_third(stories: list[Path]) -> list[Path]:
    """Always the same third, whatever else is added: each story draws by its name."""
    return [path for path in stories if sha256(name_of(path).encode()).digest()[0] % 3 == 0]
