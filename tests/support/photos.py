"""Photos as people send them."""

from __future__ import annotations

import io

from PIL import Image


def photo(width: int = 60, height: int = 40, colour: str = "navy", **how: object) -> bytes:
    """A JPEG, or what `format` says."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, **{"format": "JPEG", **how})  # type: ignore[arg-type]
    return buffer.getvalue()


PHOTO = photo()
