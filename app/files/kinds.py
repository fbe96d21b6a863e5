"""What a file is, told by its bytes and never by its name."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

MAX_NAME = 100
MAX_ENTRIES = 5000


@dataclass(frozen=True, slots=True)
class Kind:
    """`shown`: browsers show it by themselves, without running anything in it."""

    media_type: str
    suffix: str
    shown: bool = False


JPEG = Kind("image/jpeg", ".jpg", shown=True)
PNG = Kind("image/png", ".png", shown=True)
WEBP = Kind("image/webp", ".webp", shown=True)
PDF = Kind("application/pdf", ".pdf")
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx")
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")
KINDS = {kind.media_type: kind for kind in (JPEG, PNG, WEBP, PDF, DOCX, XLSX)}


def kind_of(content: bytes) -> Kind | None:
    """The kind of a file that may be uploaded; None for everything else, macros included."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"%PDF-"):
        return PDF
    return _office(content) if content.startswith(b"PK\x03\x04") else None


def _office(content: bytes) -> Kind | None:
    """Word or Excel by the parts of the package; only its directory is read, nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if len(parts) > MAX_ENTRIES or "[Content_Types].xml" not in parts or any("vbaproject" in p.lower() for p in parts):
        return None
    if "word/document.xml" in parts:
        return DOCX
    return XLSX if "xl/workbook.xml" in parts else None


def safe_name(name: str, kind: Kind) -> str:
    """The name as people know it, without folders and control characters, ending as the content says."""
    base = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    stem, dot, suffix = base.rpartition(".")
    same = f".{suffix}".lower() in (kind.suffix, ".jpeg" if kind is JPEG else kind.suffix)
    return f"{((stem if dot and same else base) or '材料')[:MAX_NAME]}{kind.suffix}"
