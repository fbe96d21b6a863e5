"""Uploads are told by their bytes; names are only for people."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.files.kinds import DOCX, JPEG, PDF, PNG, WEBP, XLSX, kind_of, safe_name

JPEG_BYTES = b"\xff\xd8\xff\xe0" + bytes(20)


def office(*parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for part in ("[Content_Types].xml", *parts):
            package.writestr(part, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (JPEG_BYTES, JPEG),
        (b"\x89PNG\r\n\x1a\n" + bytes(9), PNG),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", WEBP),
        (b"%PDF-1.7\n", PDF),
        (office("word/document.xml"), DOCX),
        (office("xl/workbook.xml"), XLSX),
    ],
)
def test_the_content_says_what_a_file_is(content: bytes, kind: object) -> None:
    assert kind_of(content) is kind


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"MZ\x90\x00",
        b"PK\x03\x04 broken",
        office("word/document.xml", "word/vbaProject.bin"),
        office("other.xml"),
        b"",
    ],
)
def test_everything_else_is_refused(content: bytes) -> None:
    assert kind_of(content) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("户口簿.jpg", "户口簿.jpg"),
        ("户口簿.JPEG", "户口簿.jpg"),
        ("C:\\temp\\..\\身份证.exe", "身份证.exe.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("\u202egpj.exe", "gpj.exe.jpg"),
        ("", "材料.jpg"),
        ("长" * 300 + ".jpg", "长" * 100 + ".jpg"),
    ],
)
def test_a_name_cannot_lie_about_the_kind_nor_leave_its_folder(name: str, shown: str) -> None:
    assert safe_name(name, JPEG) == shown
