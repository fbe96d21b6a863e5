"""What people send by mistake is told at once, and a photo is kept upright, small and without its place."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from app.core.errors import Invalid
from app.core.uploads import PHOTO_BYTES
from app.files.arriving import looked_at, received
from tests.support.photos import PHOTO, photo

ORIENTATION, GPS, TURNED = 0x112, 0x8825, 6
HEIC = Path(__file__).with_name("upright.heic").read_bytes()
"""Sixty dots by forty, to be turned."""


def sheet() -> bytes:
    made, buffer = pypdfium2.PdfDocument.new(), io.BytesIO()
    made.new_page(595, 842)
    made.save(buffer)
    return buffer.getvalue()


def locked() -> bytes:
    writer, buffer = copy_into_new_writer(PdfFileReader(io.BytesIO(sheet()))), io.BytesIO()
    writer.encrypt(owner_pass="owner", user_pass="user")
    writer.write(buffer)
    return buffer.getvalue()


def taken(width: int, height: int) -> bytes:
    """As a telephone that was held upright saves it, with the place where it was."""
    told = Image.Exif()
    told[ORIENTATION] = TURNED
    told.get_ifd(GPS)[1] = "N"
    return photo(width, height, exif=told.tobytes())


def test_a_photo_is_kept_upright_small_and_without_its_place() -> None:
    sent = taken(3000, 2000)
    kept = Image.open(io.BytesIO(looked_at("身份证.jpg", sent)))
    assert (kept.size, dict(kept.getexif())) == ((1600, 2400), {})
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(GPS), "the photo told its place"
    assert looked_at("小.jpg", PHOTO) == PHOTO, "nothing is drawn anew without need"


def test_what_iphones_take_becomes_a_jpeg() -> None:
    kept = Image.open(io.BytesIO(looked_at("IMG_0001.HEIC", HEIC)))
    assert (kept.format, kept.size) == ("JPEG", (40, 60))


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("户口簿.jpg", b"\0\0\0\x20ftypisom" + bytes(60 * 1024 * 1024), "是视频"),
        ("证明.pdf", locked(), "有打开密码"),
        ("证明.pdf", b"%PDF-1.7\n" + bytes(300), "打不开"),
        ("身份证.jpg", photo(800, 800)[:900], "打不开"),
        ("表.doc", b"\xd0\xcf\x11\xe0" + bytes(600), "旧版的 Office"),
        ("全部.zip", b"PK\x03\x04" + bytes(300), "是压缩包"),
        ("大.jpg", PHOTO + bytes(PHOTO_BYTES), "超过 50 MB"),
    ],
)
def test_a_mistake_is_told_with_the_name_and_what_to_do(name: str, content: bytes, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        looked_at(name, content)
    assert name in refused.value.message
    assert why in refused.value.message


def test_one_bad_file_keeps_none_of_the_others_out() -> None:
    kept, wrong = received([("a", "好.jpg", PHOTO), ("a", "坏.jpg", PHOTO[:200]), ("b", "x.exe", b"MZ")])
    assert [name for _, name, _ in kept] == ["好.jpg"]
    assert wrong.keys() == {"a", "b"}


def test_a_readable_pdf_is_kept_as_it_is() -> None:
    sent = sheet()
    assert looked_at("证明.pdf", sent) == sent
