"""Uploads are told by their bytes; names are only for people."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.kinds import DOCX, JPEG, MAX_UNPACKED, PDF, PNG, WEBP, XLSX, Kind, dimensions, kind_of, safe_name

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


def picture(width: int, height: int) -> dict[Kind, bytes]:
    """The headers of pictures of this size."""
    wide, high = width.to_bytes(2, "big"), height.to_bytes(2, "big")
    packed = ((width - 1) | (height - 1) << 14).to_bytes(4, "little")
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return {
        PNG: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes(5),
        JPEG: b"\xff\xd8\xff\xe1\x00\x06Exif\xff\xff\xc2\x00\x11\x08" + high + wide + bytes(10),
        WEBP: b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00" + bytes(4) + canvas,
        Kind("lossless", ""): b"RIFF\x00\x00\x00\x00WEBPVP8L\x0a\x00\x00\x00\x2f" + packed + bytes(5),
        Kind("lossy", ""): b"RIFF\x00\x00\x00\x00WEBPVP8 \x0a\x00\x00\x00\x00\x00\x00\x9d\x01\x2a"
        + wide[::-1]
        + high[::-1],
    }


def test_pictures_are_measured_by_their_headers_and_image_bombs_refused() -> None:
    for content in picture(4000, 3000).values():
        kind = kind_of(content)
        assert kind is not None
        assert dimensions(content, kind) == (4000, 3000)
    assert [kind_of(content) for content in picture(16000, 16000).values()] == [None] * 5


def test_an_archive_that_unpacks_to_gigabytes_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "x")
        with package.open("word/document.xml", "w") as part:
            for _ in range(MAX_UNPACKED // 2**20 + 1):
                part.write(bytes(2**20))
    assert kind_of(buffer.getvalue()) is None


@given(st.binary(max_size=200), st.sampled_from([*picture(10, 10).values(), b"PK\x03\x04", b"%PDF-"]))
def test_no_bytes_break_the_reading(tail: bytes, head: bytes) -> None:
    assert kind_of(head[: len(head) - len(tail) % 7] + tail) in {None, JPEG, PNG, WEBP, PDF, DOCX, XLSX}


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


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王建国220122198305123011.jpg", "王建国220122********3011.jpg"),
        ("22012219900307102x 正面.jpg", "220122********102X 正面.jpg"),
        ("银行卡6228480240001234568.jpg", "银行卡***************4568.jpg"),
        ("微信图片_20210101120000123.jpg", "微信图片_20210101120000123.jpg"),
        ("mmexport123456789012345678.jpg", "mmexport123456789012345678.jpg"),
    ],
)
def test_a_name_keeps_no_whole_number(name: str, shown: str) -> None:
    assert safe_name(name, JPEG) == shown
