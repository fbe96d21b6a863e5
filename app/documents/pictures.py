"""Pictures of a template that change with each letter, known by their alternative text."""

import io
import posixpath
from collections.abc import Mapping

import segno
from lxml import etree

_W_NS = {
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}


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
    """A QR code (error level M) as PNG. The mask is fixed: choosing the best of eight would cost most of a letter."""
    buffer = io.BytesIO()
    segno.make_qr(text, error="m", mask=2, boost_error=False).save(buffer, kind="png", scale=4, border=2)
    return buffer.getvalue()
