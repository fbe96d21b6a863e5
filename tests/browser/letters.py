"""Letters as a worker makes them and somebody downloads and holds them, and what its QR code is good for."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Page
from sqlalchemy import select

from app.core.ids import digest
from app.documents import codes, issuing, pdfs
from app.documents import operations as documents
from app.documents.certificates import Certificates
from app.documents.models import Document, DocumentPdf
from app.documents.pictures import qr_png
from app.jobs.runner import Worker
from tests.browser.conftest import Site

APPROVAL, IMAGE = "approval_notice", pypdfium2.raw.FPDF_PAGEOBJ_IMAGE


@dataclass(frozen=True, slots=True)
class Held:
    """`code` is what the house knows that the QR code must say."""

    number: str
    code: str
    pdf: bytes


def print_letters(site: Site) -> None:
    """What has been due for a while, as a worker does it: letters are issued, and their PDFs are made and kept."""
    site.web.clock.move_to(site.web.clock.now() + documents.TAKE_BACK)
    work = {
        documents.ISSUE: issuing.handler(),
        documents.PRINT: pdfs.Press(site.office, Certificates(Path())).handler(),
    }
    assert Worker(site.web.database, site.web.clock, work).run_once() > 1


def fetch(site: Site, page: Page, number: str, query_code: str, case_id: str) -> Held:
    """With number and query code to the decision on a case; what is downloaded is the PDF that is kept."""
    page.goto("/status")
    page.fill("#number", number)
    page.fill("#query_code", query_code)
    with page.expect_navigation():
        page.click("button:has-text('查询')")
    assert page.url.endswith("/my-case")
    assert "已经批准" in (page.text_content("#now") or ""), number
    columns = Document.id, Document.number, Document.verify_code, DocumentPdf.sha256
    kept = select(*columns).join(DocumentPdf, DocumentPdf.id == Document.id)
    with site.web.database.read() as session:
        letter = session.execute(kept.where(Document.case_id == case_id, Document.template == APPROVAL)).one()
    with page.expect_download() as download:
        page.click(f"#documents tr:has-text('{letter.number}') a:text-is('PDF')")
    pdf = download.value.path().read_bytes()
    assert pdf.startswith(b"%PDF"), number
    assert digest(pdf) == letter.sha256, number
    with page.expect_navigation():
        page.click("button:has-text('退出查询')")
    return Held(letter.number, letter.verify_code, pdf)


def address_of(site: Site, letter: Held) -> str:
    """What the QR code in the PDF says: its picture is that of this address, dot by dot."""
    address = codes.address(site.url, letter.code) or ""
    wanted = Image.open(io.BytesIO(qr_png(address)))
    assert wanted.tobytes() in [each.tobytes() for each in _pictures(letter.pdf) if each.size == wanted.size]
    return address


def believe(page: Page, letter: Held, address: str) -> None:
    """Where the QR code leads, the letter is said to be genuine."""
    page.goto(address)
    answer = page.text_content("section:has(#answer)") or ""
    assert "有这份文书，没有作废" in answer
    assert letter.number in answer


def _pictures(pdf: bytes) -> list[Image.Image]:
    """The pictures of a PDF in its own dots, black and white."""
    document = pypdfium2.PdfDocument(pdf)
    found = [each for sheet in document for each in sheet.get_objects(filter=[IMAGE])]
    pictures = [each.get_bitmap(render=False).to_pil().convert("1") for each in found]
    document.close()
    return pictures
