"""The publish gate: the repository's bundles pass; what would fail later is told now, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.paths import BUNDLES
from app.gate.check import check_bundle, check_folder

FOLDERS = sorted(path.parent for path in BUNDLES.glob("*/bundle.yaml"))
RELIEF = BUNDLES / "uninsured_unemployed_relief"


def _files(**changes: bytes) -> dict[str, bytes]:
    found = {path.name: path.read_bytes() for path in RELIEF.iterdir() if path.is_file()}
    return found | {name.replace("__", "."): content for name, content in changes.items()}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_repository_may_be_published(folder: Path) -> None:
    assert [str(found) for found in check_folder(folder) if found.severity == "error"] == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b'formKey="township_review.form.json"', b'formKey="township_reviews.form.json"', "township_review.form.json"),
        (b'"village_investigation" />', b'"village_inspection" />', "village_investigation"),
        (b'camunda:topic="payment"', b'camunda:topic="pay"', "payment"),
        (b'"approval_notice"', b'"approval_note"', "approval_notice"),
        (b'candidateGroups="township_clerk"', b'candidateGroups="township_clerks"', "township_clerk"),
    ],
)
def test_a_dangling_reference_is_told_with_what_was_meant(old: bytes, new: bytes, told: str) -> None:
    broken = (RELIEF / "relief.bpmn").read_bytes().replace(old, new)
    errors = [found for found in check_bundle(_files(relief__bpmn=broken)) if found.severity == "error"]
    assert errors
    assert all(found.file == "relief.bpmn" for found in errors)
    assert any(told in found.message for found in errors)


def test_a_figure_that_nobody_can_enter_is_told() -> None:
    table = (RELIEF / "grant.dmn").read_bytes().replace(b"figure.uninsured_relief_cap", b"figure.uninsured_relief_cup")
    errors = [found for found in check_bundle(_files(grant__dmn=table)) if found.severity == "error"]
    assert errors
    assert all("uninsured_relief_cup" in found.message for found in errors)


def test_a_file_that_the_manifest_names_is_missed() -> None:
    files = _files()
    del files["grant.dmn"]
    told = [found for found in check_bundle(files) if found.severity == "error"]
    assert ("bundle.yaml", "grant.dmn") in {(found.file, found.place) for found in told}
