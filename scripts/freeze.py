"""Freeze the revisions of a release: what an installation has run is never edited.

    python -m scripts.freeze

`migrations/FROZEN` lists revision and SHA-256 of its file, one a line. Revisions behind the newest frozen one belong to
the version that is being built; they are frozen when it is released, with `python -m scripts.golden VERSION`.
"""

from __future__ import annotations

import re
from pathlib import Path

from app.core.ids import digest
from app.core.paths import MIGRATIONS

OWN_CODE = re.compile(r"^\s*(?:from|import) app\b", re.MULTILINE)
"""A revision that imports the product does not stay what it was, though its own file does."""


def main() -> None:
    new = {name: digest(path.read_bytes()) for name, path in files(MIGRATIONS).items()}
    frozen = {**new, **listed(MIGRATIONS)}
    (MIGRATIONS / "FROZEN").write_text("".join(f"{name} {hash}\n" for name, hash in sorted(frozen.items())))


def listed(folder: Path) -> dict[str, str]:
    """Hash by revision, as `FROZEN` says."""
    lines = (folder / "FROZEN").read_text().splitlines()
    return dict(line.split() for line in lines)


def files(folder: Path) -> dict[str, Path]:
    """The file of every revision; its name begins with the revision."""
    return {path.name.partition("_")[0]: path for path in (folder / "versions").glob("*.py")}


def faults(folder: Path) -> list[str]:
    """What was frozen and is not what it was, and what should be frozen and is not."""
    frozen, found = listed(folder), files(folder)
    newest = max(frozen, default="")
    return [
        *(f"{name} is frozen and its file is gone" for name in frozen.keys() - found.keys()),
        *(f"{name} is older than {newest} and not frozen" for name in found.keys() - frozen.keys() if name < newest),
        *(
            f"{name} is frozen and its file was changed: write a new revision"
            for name, hash in frozen.items()
            if name in found and digest(found[name].read_bytes()) != hash
        ),
        *(f"{name} imports the product" for name, path in found.items() if OWN_CODE.search(path.read_text())),
    ]


if __name__ == "__main__":
    main()
