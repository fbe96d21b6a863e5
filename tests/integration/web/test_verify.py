"""Whoever holds a letter learns whether it is genuine; whoever does not learns nothing."""

from __future__ import annotations

import io
from dataclasses import dataclass
from zipfile import ZipFile

import pytest

from app.core import uploads
from app.documents import operations as documents
from app.documents.models import Document
from app.documents.pictures import qr_png
from app.identity.credentials import count_visit
from app.portal.verify import MOST_QUESTIONS
from tests.integration.web.test_publicity import post_a_notice
from tests.support.web import APPLICATION, Web

PUBLIC = "https://jiuzhu.example.gov.cn"
GENUINE, UNKNOWN, FORGED = "有这份文书，没有作废", "没有查到这份文书", "这个文件不是原件"


@dataclass
class Held:
    """A letter as somebody holds it."""

    id: str
    number: str
    code: str
    file: bytes


@pytest.fixture
def letter(web: Web, monkeypatch: pytest.MonkeyPatch) -> Held:
    monkeypatch.setattr(web.database, "public_url", PUBLIC)
    post_a_notice(web)
    with web.database.write() as session:
        row = session.query(Document).filter_by(template="publicity_notice").one()
        issued = documents.issue(session, row.id)
        return Held(row.id, row.number or "", row.verify_code, issued.content)


def ask(web: Web, *, number: str = "", code: str = "", file: bytes | None = None) -> str:
    data: dict[str, object] = {"number": number, "code": code}
    if file is not None:
        data["file"] = (io.BytesIO(file), "决定书.docx")
    answer = web.client().post("/verify", data=data, content_type="multipart/form-data")
    assert answer.status_code == 200
    return answer.text


def test_the_qr_code_leads_to_a_page_that_knows_the_letter(web: Web, letter: Held) -> None:
    address = f"{PUBLIC}/verify/{letter.code}"
    with ZipFile(io.BytesIO(letter.file)) as docx:
        assert qr_png(address) in [docx.read(name) for name in docx.namelist() if name.endswith(".png")]
    page = web.client().get(address.removeprefix(PUBLIC)).text
    for told in (GENUINE, letter.number, "2020年10月12日", "3000.00"):
        assert told in page
    assert APPLICATION["id_number"] not in page


def test_a_code_is_read_as_people_type_it_and_a_wrong_number_tells_no_more_than_a_wrong_code(
    web: Web, letter: Held
) -> None:
    typed = f" {letter.code[:4].lower()} {letter.code[4:9]}-{letter.code[9:]} "
    number = letter.number.replace("〔", "[").replace("〕", " ] ")
    assert GENUINE in ask(web, number=number, code=typed)
    wrong = [
        ask(web, number="长农民救示〔2020〕999号", code=letter.code),
        ask(web, number="长农民救示〔2020〕999号", code="K7M2Q9XD4HTBWCEF"),
        ask(web, number="长农民救示〔2020〕999号", code="0" * 16),
    ]
    said = {page.partition('id="answer"')[2].partition("<form")[0] for page in wrong}
    assert len(said) == 1
    assert UNKNOWN in wrong[0]
    assert web.client().post("/verify", data={"number": letter.number}).status_code == 422


def test_a_file_is_compared_with_what_was_issued(web: Web, letter: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = ask(web, file=letter.file)
    assert "文件与出具的原件完全一致" in alone
    assert letter.number in alone
    assert "3000.00" not in alone  # who has the file alone types its code for that
    forged = ask(web, code=letter.code, file=letter.file + b" ")
    assert FORGED in forged
    assert "notice-success" not in forged  # nothing green, and what is read out first is the warning
    assert forged.count("autofocus") == 1
    with web.database.write() as session:
        form = session.query(Document).filter_by(template="application_form").one()
        other = documents.issue(session, form.id).content
    assert "另一份文书" in ask(web, code=letter.code, file=other)
    assert "任何一份文书都不一致" in ask(web, file=b"%PDF-1.7 forged")
    assert UNKNOWN in ask(web, code="K7M2Q9XD4HTBWCEF", file=letter.file)
    monkeypatch.setattr(uploads, "MAX_BYTES", 1024)
    big = {"file": (io.BytesIO(bytes(1025)), "录像.jpg")}
    refused = web.client().post("/verify", data=big, content_type="multipart/form-data")
    assert (refused.status_code, "不会是本平台出具的文书" in refused.text) == (422, True)


def test_a_voided_letter_names_its_notice_and_one_that_never_left_is_unknown(web: Web, letter: Held) -> None:
    with web.database.write() as session:
        row = session.get_one(Document, letter.id)
        row.sha256 = None
    assert UNKNOWN in web.client().get(f"/verify/{letter.code}").text
    with web.database.write() as session:
        session.get_one(Document, letter.id).sha256 = "0" * 64
        documents.void(session, letter.id, letter.id, web.clock.now())
    page = web.client().get(f"/verify/{letter.code}").text
    assert "这份文书已经作废" in page
    assert f"》{letter.number}作废" in page
    assert GENUINE not in page


def test_nobody_asks_without_end(web: Web, letter: Held) -> None:
    with web.database.write() as session:
        count_visit(session, "verify", "127.0.0.1", MOST_QUESTIONS, web.clock.now(), weight=MOST_QUESTIONS)
    assert web.client().get(f"/verify/{letter.code}").status_code == 429
    assert web.client().get("/verify").status_code == 200
