"""What a file is, told by its bytes and never by its name."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

from app.core import id_number
from app.core.chinese import mask_account, mask_id_number

MAX_NAME = 100
MAX_ENTRIES = 5000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PIXELS = 120_000_000  # more than any phone takes; a picture that unpacks to gigabytes freezes who opens it
_STILLS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"}
_FILMS = {b"\x1aE\xdf\xa3", b"FLV\x01", b"\x00\x00\x01\xba", b"0&\xb2u"}
_PHOTO_SUFFIXES = (".jpg", ".jpeg", ".heic", ".heif", ".avif", ".png", ".webp")
"""Of what may have become a JPEG."""
_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|62[0-9]{14,17})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Kind:
    """`shown`: browsers show it by themselves and run nothing in it. `photo`: it is made small as it comes."""

    media_type: str
    suffix: str
    shown: bool = False
    photo: bool = False


JPEG = Kind("image/jpeg", ".jpg", shown=True, photo=True)
PNG = Kind("image/png", ".png", shown=True, photo=True)
WEBP = Kind("image/webp", ".webp", shown=True, photo=True)
HEIF = Kind("image/heif", ".heic", photo=True)
"""What telephones take; none is kept, since few programs show it."""
PDF = Kind("application/pdf", ".pdf")
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx")
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")
KINDS = {kind.media_type: kind for kind in (JPEG, PNG, WEBP, PDF, DOCX, XLSX)}


def kind_of(content: bytes) -> Kind | None:
    """The kind of a file that may be uploaded; None for everything else, macros and image bombs included."""
    kind = _by_signature(content)
    width, height = dimensions(content, kind) if kind and kind.shown else (0, 0)
    return kind if width * height <= MAX_PIXELS else None


def arriving_kind(content: bytes) -> Kind | None:
    """The kind of a file as people send it: beside what is kept, photos that are made into JPEG."""
    return HEIF if content[4:8] == b"ftyp" and content[8:12] in _STILLS else kind_of(content)


def mistaken(content: bytes) -> str:
    """What a file is that people send by mistake and what to do instead, as it goes on after its name; else nothing."""
    film = content[4:8] in (b"ftyp", b"moov", b"mdat") or content[:4] in _FILMS or content[8:12] == b"AVI "
    if film:
        return "是视频，不能作为材料。请拍成照片再上传"
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return "是带密码的或者旧版的 Office 文件。请去掉密码，另存为 docx、xlsx 或者 PDF 再上传"
    if content.startswith((b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf")) and b"[Content_Types].xml" not in content:
        return "是压缩包，不能上传。请解压后把里面的文件逐个上传"
    return ""


def _by_signature(content: bytes) -> Kind | None:
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"%PDF-"):
        return PDF
    return _office(content) if content.startswith(b"PK\x03\x04") else None


def dimensions(content: bytes, kind: Kind) -> tuple[int, int]:
    """Width and height in pixels as the picture's header says, without decoding it; zeros where it says nothing."""
    if kind is PNG:
        return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    return _webp_dimensions(content) if kind is WEBP else _jpeg_dimensions(content)


def _webp_dimensions(content: bytes) -> tuple[int, int]:
    chunk, data = content[12:16], content[20:30]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF


def _jpeg_dimensions(content: bytes) -> tuple[int, int]:
    """From the first frame header (SOF0–SOF15 without DHT, JPG, DAC); other segments are stepped over."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = content[place + 5 : place + 7], content[place + 7 : place + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        if marker == 0xFF:  # fill byte
            place += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:  # no length follows
            place += 2
        else:
            place += 2 + max(2, int.from_bytes(content[place + 2 : place + 4], "big"))
    return 0, 0


def _office(content: bytes) -> Kind | None:
    """Word or Excel by the parts of the package; only its directory is read, nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    parts = {entry.filename for entry in entries}
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        return None
    if "[Content_Types].xml" not in parts or any("vbaproject" in part.lower() for part in parts):
        return None
    if "word/document.xml" in parts:
        return DOCX
    return XLSX if "xl/workbook.xml" in parts else None


def safe_name(name: str, kind: Kind) -> str:
    """The name as people know it, without folders and control characters, ending as the content says.

    People name photographs by the number on the card; names rest unsealed, so whole numbers in them are masked.
    """
    base = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    base = _NUMBER.sub(_masked, base)
    stem, dot, suffix = base.rpartition(".")
    same = f".{suffix}".lower() in (_PHOTO_SUFFIXES if kind is JPEG else (kind.suffix,))
    return f"{((stem if dot and same else base) or '材料')[:MAX_NAME]}{kind.suffix}"


def _masked(found: re.Match[str]) -> str:
    text = found.group().upper()
    if id_number.is_valid(text):
        return mask_id_number(text)
    return mask_account(text) if text.startswith("62") else found.group()
