"""What may be uploaded: said before somebody chooses a file, and again when one is refused."""

from __future__ import annotations

MEGABYTE = 1024 * 1024
MAX_BYTES = 10 * MEGABYTE
ALLOWED = "照片（JPG、PNG、WebP）、PDF、Word（docx）或 Excel（xlsx）"


def limits(request_bytes: int, kinds: str = ALLOWED) -> str:
    """One sentence with the kinds, the limit of one file and that of everything sent at once."""
    most = min(MAX_BYTES, request_bytes)
    return f"可以上传{kinds}，单个不超过 {in_megabytes(most)}，一次合计不超过 {in_megabytes(request_bytes)}。"


def in_megabytes(size: int) -> str:
    """``10 MB``"""
    return f"{size / MEGABYTE:.3g} MB"
