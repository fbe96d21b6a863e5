"""What may be uploaded: said before somebody chooses a file, and again when one is refused."""

from __future__ import annotations

MEGABYTE = 1024 * 1024
MAX_BYTES = 20 * MEGABYTE
"""Of one file as it is kept."""
PHOTO_BYTES = 50 * MEGABYTE
"""Of one photo as it comes: it is made small."""
PHOTO_KINDS, OTHER_KINDS = "照片（JPG、PNG、WebP、HEIC）", "PDF、Word（docx）、Excel（xlsx）"
ALLOWED = f"{PHOTO_KINDS}或者 {OTHER_KINDS}"
PHOTO_NAMES = frozenset({"image/*", "image/jpeg", ".jpg", ".jpeg", ".heic"})
PHOTOS = ("image/*", ".heic", ".heif")
OFFERED = (*PHOTOS, ".pdf", ".docx", ".xlsx")
"""What browsers offer in the dialog; phones take a photo for the first."""
LIMITS = {"data-photo-bytes": str(PHOTO_BYTES), "data-file-bytes": str(MAX_BYTES)}
"""The same for scripts, which say it of a file before it is sent."""


def limits(request_bytes: int, kinds: str = ALLOWED) -> str:
    """One sentence with the kinds, the limit of one file and that of everything sent at once."""
    whole = f"一次合计不超过 {in_megabytes(request_bytes)}"
    if not kinds.startswith("照片"):
        space = " " if kinds[0].isascii() else ""
        return f"可以上传{space}{kinds}，单个不超过 {in_megabytes(min(MAX_BYTES, request_bytes))}，{whole}。"
    photo, other = (in_megabytes(min(each, request_bytes)) for each in (PHOTO_BYTES, MAX_BYTES))
    return f"可以上传{kinds}。照片每张不超过 {photo}，会自动缩小；其他文件每个不超过 {other}；{whole}。"


def in_megabytes(size: int) -> str:
    """``10 MB``"""
    return f"{size / MEGABYTE:.3g} MB"
