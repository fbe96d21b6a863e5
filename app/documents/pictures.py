"""Pictures of a template that change with each letter, known by their alternative text."""

import posixpath
import struct
import zlib
from collections.abc import Mapping, Sequence

from lxml import etree

from app.documents import superposed

_W_NS = {
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
_SCALE, _BORDER = 4, 4  # the standard asks for a quiet zone of four modules


def by_alternative_text(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Alternative text (替代文字) of each PNG picture → the part that holds it."""
    found: dict[str, str] = {}
    for name, content in parts.items():
        if not name.startswith("word/") or not name.endswith(".xml") or b"<wp:docPr" not in content:
            continue
        targets = _relations(name, parts)
        for frame in etree.fromstring(content).iterfind(".//{*}docPr/..", _W_NS):
            text = frame.find("wp:docPr", _W_NS).get("descr", "")
            blip = frame.find(".//a:blip", _W_NS)
            target = targets.get(blip.get(f"{{{_W_NS['r']}}}embed", "")) if blip is not None else None
            if text and target and target.endswith(".png"):
                found[text] = target
    return found


def _relations(part: str, parts: Mapping[str, bytes]) -> dict[str, str]:
    folder, base = posixpath.split(part)
    relations = parts.get(f"{folder}/_rels/{base}.rels")
    if relations is None:
        return {}
    return {
        rel.get("Id"): posixpath.normpath(posixpath.join(folder, rel.get("Target", "")))
        for rel in etree.fromstring(relations).iterfind("{*}Relationship")
        if rel.get("TargetMode") != "External"
    }


def qr_png(text: str) -> bytes:
    """A QR code (error level M) as PNG, four dots to a module.

    The mask is fixed: choosing the best of eight would cost most of a letter; so would a general PNG writer.
    """
    white, side = superposed.modules(text)
    bits = f"{white:0{side * side}b}"
    quiet, width = "1" * _BORDER, side + 2 * _BORDER
    rows = (f"{quiet}{bits[start : start + side]}{quiet}" for start in range(0, side * side, side))
    blank = "1" * width
    size, image = width * _SCALE, []
    for line in [*[blank] * _BORDER, *rows, *[blank] * _BORDER]:
        dots = line.replace("1", "1" * _SCALE).replace("0", "0" * _SCALE).ljust(-(-size // 8) * 8, "0")
        image += [int(dots, 2).to_bytes(len(dots) // 8, "big")] * _SCALE
    return png(size, 1, 0, image)  # one bit a dot: 1 is white


def png(width: int, depth: int, colour: int, lines: Sequence[bytes]) -> bytes:
    """A PNG of these lines of dots, from the top; `depth` bits a channel, `colour` 0: grey, 2: red, green, blue."""
    header = struct.pack(">LLBBBBB", width, len(lines), depth, colour, 0, 0, 0)
    image = b"".join(b"\0" + line for line in lines)  # 0: the line is as it is, not against another
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(image)), _chunk(b"IEND", b""))
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))
