"""A letter whose loops and conditions left nothing where Word wants something: an empty cell, a table without rows."""

from __future__ import annotations

from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_P, _TBL, _TR, _TC, _SDT = (f"{_W}{name}" for name in ("p", "tbl", "tr", "tc", "sdt"))
_CONTENT = f"{_W}sdtContent"
_ORDER = {
    f"{_W}{name}": place
    for place, name in enumerate((
        "cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "textDirection",
        "tcFitText", "vAlign", "hideMark",
    ))
}  # fmt: skip
_MARKS = {f"{_W}{name}" for name in ("tcPr", "bookmarkStart", "bookmarkEnd", "proofErr", "permStart", "permEnd")}
_HOLDERS = tuple(f"{_W}{name}" for name in ("hdr", "ftr", "txbxContent", "footnote", "endnote"))
_LAST = {_TBL: _TR, _TR: _TC, _TC: _P, _SDT: _CONTENT, _CONTENT: _P, **dict.fromkeys(_HOLDERS, _P)}
"""What stands last in each where nothing is missing; where something else does, it is looked at closely."""
_WRITTEN = tuple(f"{_W}{name}" for name in ("gridSpan", "vMerge", "shd"))
_BLOCKS = {f"{_W}{name}" for name in ("body", "tc", "hdr", "ftr", "txbxContent", "footnote", "endnote", "sdtContent")}


def mend(root: etree._Element) -> bool:
    """Take out rows without cells and tables without rows, end every cell with a paragraph, and put what tags said of
    cells (merged, coloured) where it belongs.

    LibreOffice shows a document that needs this; Word calls it damaged. Returns whether there was anything to do.
    """
    moved = [each for each in root.iter(*_WRITTEN) if _put_in_order(each.getparent())]
    if all(len(each) and each[-1].tag == _LAST[each.tag] for each in root.iter(*_LAST)):
        return bool(moved)  # nothing is missing, as in most letters
    gone = [row for row in root.iter(_TR) if next(row.iter(_TC), None) is None]
    gone += [table for table in root.iter(_TBL) if all(row in gone for row in table.iter(_TR))]
    gone += [control for control in root.iter(_SDT) if _is_empty(control)]
    for each in gone:
        parent = each.getparent()
        if parent is not None:
            parent.remove(each)
    open_cells = [cell for cell in root.iter(_TC) if not _ends_well(cell)]
    empty = [holder for holder in root.iter(*_HOLDERS) if next(holder.iter(_P), None) is None]
    for each in (*open_cells, *empty):
        etree.SubElement(each, _P)
    return bool(gone or open_cells or empty or moved)


def _put_in_order(properties: etree._Element | None) -> bool:
    """docxtpl writes the width of a merged cell and its colour before all else. Returns whether it was so."""
    if properties is None or properties.tag != f"{_W}tcPr":
        return False
    places = [_ORDER.get(each.tag, len(_ORDER)) for each in properties]
    if places == sorted(places):
        return False
    properties[:] = sorted(properties, key=lambda each: _ORDER.get(each.tag, len(_ORDER)))
    return True


def _is_empty(control: etree._Element) -> bool:
    """Whether a content control around paragraphs has none left."""
    parent, content = control.getparent(), control.find(_CONTENT)
    if parent is None or parent.tag not in _BLOCKS or any(each.tag == _P for each in control.iterancestors()):
        return False
    return content is None or not len(content)


def _ends_well(cell: etree._Element) -> bool:
    """Whether the last thing in a cell is a paragraph, or a control that holds one."""
    last = next((each for each in reversed(cell) if each.tag not in _MARKS), None)
    return last is not None and (last.tag == _P or (last.tag == _SDT and next(last.iter(_P), None) is not None))
