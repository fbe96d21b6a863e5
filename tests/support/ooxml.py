"""Whether Word would open a document: its parts against the schemas of Microsoft's Open XML SDK."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from openxml_audit import OpenXmlValidator
from openxml_audit.context import ValidationContext
from openxml_audit.package import OpenXmlPackage
from openxml_audit.parts import OpenXmlPart
from openxml_audit.schema.validator import SchemaValidator

_SOUND: set[bytes] = set()
"""Parts that were found right: letters share their styles and themes, which take longest."""


@cache
def _schema() -> SchemaValidator:
    return SchemaValidator()


@cache
def _whole() -> OpenXmlValidator:
    return OpenXmlValidator(schema_validation=False)


def faults(docx: bytes, *, whole: bool = False) -> list[str]:
    """What is wrong with the parts of a document, and with `whole` how they hang together: relations and ids."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "letter.docx")
        path.write_bytes(docx)
        with OpenXmlPackage(path) as package:
            found = [fault for uri in package.list_parts() if uri.endswith(".xml") for fault in _part(package, uri)]
        if whole:
            found += [str(each) for each in _whole().validate(path).errors]
    return found


def _part(package: OpenXmlPackage, uri: str) -> list[str]:
    content = package.get_part_content(uri)
    if content in _SOUND:
        return []
    context = ValidationContext(package=package)
    _schema().validate_part(OpenXmlPart(package, uri), context)
    if not context.errors:
        _SOUND.add(content)
    return [str(each) for each in context.errors]
