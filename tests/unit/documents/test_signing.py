"""A seal where a letter ends, and the office's signature over all of it."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import pypdfium2
import pytest
from click.testing import CliRunner
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from app.cli import main
from app.documents import pdfs, signing
from app.documents.certificates import Certificates
from app.documents.child import signed_off
from app.documents.isolated import seal_isolated
from app.documents.pdf import LibreOffice
from app.outside import Refused
from tests.support.certificates import give
from tests.support.pictures import seal

OFFICE, DAY = "农安县民政局", date(2021, 4, 19)


def letter(docx: bytes, picture: bytes | None, certificate: str | None) -> pdfs.Letter:
    return pdfs.Letter("1", docx, OFFICE, DAY, datetime.now(UTC), picture, certificate)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice")
def test_a_letter_is_sealed_and_signed(word, tmp_path):
    """PDF/A for good, every font inside; the picture over name and date alone; the signature over every byte."""
    text = (
        f"由{OFFICE}决定。",
        "",
        "",
        "",
        "",
        f"　　　　　　　　　　　　　　　　　{OFFICE}",
        f"　　　　　　　　　　　　　　　　　{DAY.year}年4月19日",
    )
    give(tmp_path, "220122", OFFICE)
    picture = seal_isolated(seal())
    with closing(LibreOffice()) as office:
        press, docx = pdfs.Press(office, Certificates(tmp_path)), word(*text)
        plain, pictured, signed = (
            apart(press.make, letter(docx, *each)) for each in ((None, None), (picture, None), (picture, "220122"))
        )
        assert press.make(letter(word("没有落款"), picture, None)).signature == pdfs.NONE
    assert [(each.signature, each.signer) for each in (plain, pictured, signed)] == [
        (pdfs.NONE, None), (pdfs.PICTURE, None), (pdfs.SIGNED, f"{OFFICE}（自己颁发）"),
    ]  # fmt: skip
    for made in (plain, pictured, signed):
        assert re.search(rb"<pdfaid:part>2</pdfaid:part>\s*<pdfaid:conformance>B<", made.content)
        assert made.content.count(b"/FontDescriptor ") == made.content.count(b"/FontFile") > 0
    assert [reds(each.content) for each in (plain, pictured, signed)] == [(0, 0), (0, 1), (0, 1)]
    (found,) = PdfFileReader(io.BytesIO(signed.content)).embedded_signatures
    state = valid(found)
    assert state.bottom_line, state.pretty_print_details()
    forged = signed.content.replace(b"<pdfaid:part>2<", b"<pdfaid:part>3<")
    (found,) = PdfFileReader(io.BytesIO(forged)).embedded_signatures
    assert not valid(found).bottom_line


def apart(call: Callable[..., Any], *given: Any) -> Any:
    """In a thread, as a worker does it: the thread of tests may have the event loop of a browser."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(call, *given).result()


def valid(found: Any) -> Any:
    return apart(validate_pdf_signature, found, ValidationContext(trust_roots=[found.signer_cert]))


def reds(pdf: bytes) -> tuple[int, int]:
    """Whether there is something red in the upper and in the lower part of the letter."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0].render(scale=0.5).to_pil().convert("RGB")
    document.close()
    dots = zip(*[iter(page.tobytes())] * 3, strict=True)
    rows = {at // page.width for at, (red, green, _) in enumerate(dots) if red > 150 and green < 90}
    return int(any(row < 60 for row in rows)), int(any(row >= 60 for row in rows))


def test_the_last_name_with_a_date_below_it_is_where_a_letter_ends():
    def line(text: str, left: float, bottom: float):
        return [(sign, (left + 10 * at, bottom, left + 10 * at + 10, bottom + 10)) for at, sign in enumerate(text)]

    body = line("由甲局决定", 50, 700) + line("2021年4月19日前", 50, 680)
    end = line("甲局", 300, 300) + line("扫码核对", 50, 290) + line("2021年4月19日", 280, 270)
    copies = line("抄送：甲局", 50, 100)
    assert signed_off(body + end + copies, "甲 局", ["2021年4月19日"]) == (330, 290)
    assert signed_off(end + copies, "乙局", ["2021年4月19日"]) is None
    assert signed_off(line("甲局", 300, 300) + line("2021年4月19日", 280, 100), "甲局", ["2021年4月19日"]) is None


def test_a_certificate_that_cannot_sign_stops_the_letter(tmp_path):
    now = datetime.now(UTC)
    give(tmp_path, "good", OFFICE)
    give(tmp_path, "late", OFFICE, days=0)
    give(tmp_path, "cipher", OFFICE, signs=False)
    give(tmp_path, "locked", OFFICE)
    (tmp_path / "locked.pass").write_text("wrong")
    give(tmp_path, "mute", OFFICE)
    (tmp_path / "mute.pass").unlink()
    folder = Certificates(tmp_path)
    assert folder.of("nobody") is None
    for name, told in (("late", "有效期"), ("cipher", "不是签名用"), ("locked", "口令不对"), ("mute", "口令文件")):
        with pytest.raises(Refused, match=told):
            signing.checked(folder.of(name), now)
    answer = CliRunner().invoke(main, ["certificates"], env={"DOUDI_CERTIFICATE_FOLDER": str(tmp_path)})
    assert (answer.exit_code, answer.output.count("✗")) == (1, 4)
    assert f"good：{OFFICE}（自己颁发）" in answer.output


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", seal()[:500]])
def test_what_is_no_picture_is_no_seal(content):
    assert seal_isolated(content) is None
