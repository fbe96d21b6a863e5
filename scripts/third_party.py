"""Write THIRD_PARTY.md: every locked Python package and every browser package with its licence."""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """# Third-party software

Doudi itself is under Apache-2.0. It uses the software below, each under its own licence; nothing of it is changed.
This list is written by `python -m scripts.third_party` from the lock files.

"""


def python_packages() -> list[tuple[str, str, str]]:
    """Name, version and licence of every package in requirements.lock."""
    locked = re.findall(
        r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE
    )
    return [(name, version, _licence(name)) for name, version in locked]


def browser_packages() -> list[tuple[str, str, str]]:
    """The same for what the browser bundles are built from."""
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    found = {(path.rpartition("node_modules/")[2], entry) for path, entry in _entries(lock)}
    return sorted((name, *entry) for name, entry in found)


def _entries(lock: dict[str, dict[str, dict[str, str]]]) -> list[tuple[str, tuple[str, str]]]:
    packages = ((path, entry) for path, entry in lock["packages"].items() if path and not entry.get("dev"))
    return [(path, (entry["version"], entry.get("license", "see package"))) for path, entry in packages]


def _licence(name: str) -> str:
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return "not installed here"
    lines = about.get_all("Classifier") or []
    classifiers = [line.rpartition(" :: ")[2] for line in lines if line.startswith("License")]
    text = about.get("License-Expression") or ", ".join(classifiers) or (about.get("License") or "").partition("\n")[0]
    return text or "see package"


def table(rows: list[tuple[str, str, str]]) -> str:
    lines = ["| package | version | licence |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


def main() -> None:
    text = HEAD + "## Python\n\n" + table(python_packages()) + "\n## Browser\n\n" + table(browser_packages())
    (ROOT / "THIRD_PARTY.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
