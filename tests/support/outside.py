"""Who carries what leaves the house, in tests: files of a folder, and answers that a clerk enters."""

from __future__ import annotations

from pathlib import Path

from app.documents.certificates import Certificates
from app.documents.pdf import LibreOffice
from app.outside import Departments
from app.outside.checking import ByHand
from app.outside.spool import Spool
from app.worker import Outside


def outside(folder: Path) -> Outside:
    """Messages go to `folder`."""
    return Outside(
        Spool(folder), Departments(ByHand(), {}), folder / "audit-anchors.jsonl", LibreOffice(), Certificates(folder)
    )
