"""The browser bundles are built from exact versions and ship with their licences."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
BUNDLE = ROOT / "app/web/static/bundle"
PACKAGE = json.loads((ROOT / "frontend/package.json").read_text())
LOCK = json.loads((ROOT / "frontend/package-lock.json").read_text())


def test_every_dependency_is_one_exact_version_of_the_lock() -> None:
    for name, version in {**PACKAGE["dependencies"], **PACKAGE["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert LOCK["packages"][f"node_modules/{name}"]["version"] == version


def test_the_lock_names_no_registry() -> None:
    assert not any("resolved" in entry for entry in LOCK["packages"].values())
    assert all("integrity" in entry for path, entry in LOCK["packages"].items() if path)


def test_the_bundle_lists_the_licences_of_what_is_in_it() -> None:
    licences = (BUNDLE / "LICENSES.txt").read_text()
    for name, version in PACKAGE["dependencies"].items():
        assert f"{name} {version} (" in licences


def test_pages_fetch_nothing_from_elsewhere() -> None:
    for page in (ROOT / "app").rglob("templates/**/*.html"):
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page.read_text()), page
    for style in BUNDLE.glob("*.css"):
        assert not re.search(r"url\(['\"]?(?:https?:)?//", style.read_text()), style
