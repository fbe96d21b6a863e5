"""The letters that ship as sheets of paper: all of them by one start of LibreOffice."""

from __future__ import annotations

import re
import shutil
from contextlib import closing

import pypdfium2
import pytest

from app.documents.contract import load_contract
from app.documents.pdf import LibreOffice
from app.documents.rendering import render
from app.documents.template import load_template
from tests.unit.documents.conftest import KEYS, Shipped

pytestmark = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")

LONG = {"application_form", "home_care_agreement", "institution_care_agreement", "approval_notice"}
"""What may take more than a sheet: forms, agreements, and a decision with five steps of reckoning."""
ONE_MORE, SHORTER = "+40", "-"
FORTY = [{"name": "周山", "relation": "其他", "id_number": "220122197204040503"}] * 40
_PROOF = re.compile(r"案件编号：\S+|验 证 码：\S+|扫码或者凭\S+|抄送：.*|— ?\d+ ?—|\d{4} ?年 ?\d+ ?月 ?\d+ ?日")


def _letter(files: Shipped, **changes: object) -> bytes:
    return render(load_template(files.template), load_contract(files.contract), files.sample | changes)


@pytest.fixture(scope="module")
def sheets() -> dict[str, list[str]]:
    """By key, and of those with members once more with forty of them: the text of each page."""
    shipped = {key: Shipped(key) for key in KEYS}
    letters = {key: _letter(files) for key, files in shipped.items()}
    for key, files in shipped.items():
        if "members" in files.sample:
            letters[key + ONE_MORE] = _letter(files, members=FORTY)
    decision, steps = shipped["approval_notice"], shipped["approval_notice"].sample["steps"]
    for some in range(len(steps)):  # row by row down to the edge of the sheet
        letters[f"approval_notice{SHORTER}{some}"] = _letter(decision, steps=steps[:some])
    with closing(LibreOffice(timeout=120)) as office:
        made = office.to_pdfs(list(letters.values()))
    return {key: _pages(pdf or b"") for key, pdf in zip(letters, made, strict=True)}


def _pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_bounded() for page in document]


def test_no_page_holds_a_code_or_a_signature_alone(sheets: dict[str, list[str]]) -> None:
    for key, pages in sheets.items():
        issuer = Shipped(re.split(r"[+-]", key)[0]).sample.get("issuer", "")
        for page in pages:
            rest = _PROOF.sub("", page).replace(issuer, "").strip()
            assert len(rest) > 40, (key, page)


def test_a_letter_is_one_sheet_where_it_can_be(sheets: dict[str, list[str]]) -> None:
    several = {key for key, pages in sheets.items() if len(pages) > 1 and not key.endswith(ONE_MORE)}
    assert several <= LONG | {f"approval_notice{SHORTER}4"}


def test_forty_members_are_a_table_with_its_heads_on_each_page(sheets: dict[str, list[str]]) -> None:
    tables = {key: pages for key, pages in sheets.items() if key.endswith(ONE_MORE)}
    assert len(tables) == 3  # the application, the decision, the notice on the wall
    for pages in tables.values():
        with_members = [page for page in pages if "其他" in page]
        assert len(with_members) > 1
        assert all("序号" in page for page in with_members)
