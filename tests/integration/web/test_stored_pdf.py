"""The PDF of a letter is made once, by a worker; whoever downloads it gets those bytes, and their hash is on record."""

from __future__ import annotations

import io
import itertools
import re
from pathlib import Path

import pytest
from PIL import Image

from app import audit
from app.cases import handlers as cases
from app.cases.incidents import open_incidents
from app.cases.operations import withdraw
from app.core.actor import APPLICANT
from app.core.ids import digest
from app.documents import issuing, pdfs, queries
from app.documents import operations as documents
from app.documents.certificates import Certificates
from app.documents.models import Document
from app.inbox.queries import items_of_case
from app.jobs import lanes
from app.jobs.runner import Worker
from app.outside import Refused
from tests.support.statements import counted
from tests.support.web import APPLICATION, PROGRAMME, VILLAGE, Web, flat

CLERK = f"township_clerk.{VILLAGE[:9]}"
MOST_STATEMENTS = 14


class Printer:
    """Other bytes each time, as LibreOffice makes them; or none at all."""

    def __init__(self) -> None:
        self.copies, self.broken = itertools.count(1), False

    def to_record(self, docx: bytes) -> bytes:
        if self.broken:
            raise Refused("本机没有安装 LibreOffice")
        assert docx.startswith(b"PK")
        return b"%%PDF-1.6 copy %d" % next(self.copies)


def worker(web: Web, printer: Printer) -> Worker:
    work = {documents.ISSUE: issuing.handler(), documents.PRINT: pdfs.Press(printer, Certificates(Path())).handler()}
    return Worker(web.database, web.clock, work, on_dead=cases.on_dead)


def letter_of(web: Web, case_id: str):
    with web.database.read() as session:
        return queries.documents_of(session, case_id)[0]


def test_a_letter_is_the_same_bytes_for_everybody(web: Web) -> None:
    applicant, clerk, printer = web.client(), web.client(CLERK), Printer()
    applicant.post(f"/apply/{PROGRAMME}/{VILLAGE}", data=flat(APPLICATION), content_type="multipart/form-data")
    mine = applicant.get("/my-case").text
    (address,) = re.findall(r'href="(/my-case/letters/[^"]+\.pdf)"', mine)
    document_id = address.split("/")[-1].removesuffix(".pdf")
    desk = f"/desk/documents/{document_id}.pdf"
    assert "PDF 正在生成" in mine
    for client, path in ((applicant, address), (clerk, desk)):
        coming = client.get(path)
        assert (coming.status_code, "Refresh" in coming.headers, "正在生成" in coming.text) == (202, True, True)
    assert worker(web, printer).run_once() == 0, "an action can be taken back for a minute"

    web.clock.move_to(web.clock.now() + documents.TAKE_BACK)
    assert worker(web, printer).run_once() == 2
    with counted(web.database.engine) as statements:
        first = applicant.get(address)
    assert len(statements) <= MOST_STATEMENTS, len(statements)
    again = clerk.get(desk)
    assert (first.status_code, first.mimetype) == (200, "application/pdf")
    assert first.data == again.data == b"%PDF-1.6 copy 1"
    with web.database.write() as session:
        pdfs.keep(session, document_id, pdfs.Made(b"%PDF-1.6 another"), web.clock.now())
    assert clerk.get(desk).data == first.data
    for content, told in ((first.data, "完全一致"), (first.data + b" ", "不一致")):
        verified = web.client().post("/verify", data={"file": (io.BytesIO(content), "文书.pdf")})
        assert told in verified.text
    row = letter_of(web, queries_case(web, document_id))
    assert row.pdf_sha256 == digest(first.data)
    assert row.pdf_sha256 in clerk.get(f"/desk/cases/{row.case_id}").text
    with web.database.read() as session:
        (printed,) = (each for each in audit.events_of(session, f"document:{document_id}") if each.kind == "printed")
    assert printed.payload == {"sha256": digest(first.data), "signature": "none", "signer": None}


def queries_case(web: Web, document_id: str) -> str:
    with web.database.read() as session:
        return queries.document(session, document_id).case_id


@pytest.mark.parametrize("closed", [False, True])
def test_what_cannot_be_made_is_told_and_made_later(web: Web, closed: bool) -> None:
    """An incident of an open case, news to the office of a closed one."""
    case, clerk, printer = web.apply(), web.client(CLERK), Printer()
    if closed:
        with web.database.write() as session:
            withdraw(session, APPLICANT, case.case_id, "找到工作了", web.clock.now())
    printer.broken = True
    web.clock.move_to(web.clock.now() + documents.TAKE_BACK)
    letters = 1 + closed
    assert worker(web, printer).run_once() == 2 * letters
    row = letter_of(web, case.case_id)
    page = clerk.get(f"/desk/documents/{row.id}.pdf")
    assert ("没有生成成功" in page.text, "Refresh" in page.headers, ".docx" in page.text) == (True, False, True)
    assert f"文书“{row.title}" in clerk.get(f"/desk/cases/{case.case_id}").text
    assert "本机没有安装 LibreOffice" in clerk.get(f"/desk/cases/{case.case_id}").text
    printer.broken = False
    assert worker(web, printer).run_once() == 0
    assert clerk.get(f"/desk/documents/{row.id}.pdf?again=1").status_code == 202
    assert worker(web, printer).run_once() == 1
    assert clerk.get(f"/desk/documents/{row.id}.pdf").data.startswith(b"%PDF")
    with web.database.read() as session:
        incidents, copies = len(open_incidents(session, case.case_id)), items_of_case(session, case.case_id)
    told = [each for each in copies if each.kind == "copy" and "没有制作成功" in each.title]
    assert (incidents, len(told)) == ((0, letters) if closed else (1, 0))


def test_a_letter_from_before_is_made_when_somebody_wants_it(web: Web) -> None:
    case, clerk, printer = web.apply(), web.client(CLERK), Printer()
    web.clock.move_to(web.clock.now() + documents.TAKE_BACK)
    assert worker(web, printer).run_once() == 2
    row = letter_of(web, case.case_id)
    with web.database.write() as session:  # as an installation of an older version left it
        session.execute(pdfs.TABLE.delete())
        session.execute(documents.jobs.JOB.delete())
    assert worker(web, printer).run_once() == 0
    assert clerk.get(f"/desk/documents/{row.id}.pdf").status_code == 202
    assert worker(web, printer).run_once() == 1
    assert clerk.get(f"/desk/documents/{row.id}.pdf").data == b"%PDF-1.6 copy 2"


def test_what_was_taken_back_in_time_has_no_file(web: Web) -> None:
    case, clerk = web.apply(), web.client(CLERK)
    row = letter_of(web, case.case_id)
    with web.database.write() as session:
        documents.drop_unissued(session, case.case_id, 0, web.clock.now())
    assert "没有制发" in clerk.get(f"/desk/cases/{case.case_id}").text
    for kind in ("docx", "pdf"):
        gone = clerk.get(f"/desk/documents/{row.id}.{kind}")
        assert (gone.status_code, "文号作废，没有文件" in gone.text) == (409, True)


def test_the_picture_of_a_seal_is_kept_by_who_keeps_the_office(web: Web) -> None:
    case, keeper, clerk = web.apply(), web.client("administrator.220122"), web.client(CLERK)
    with web.database.write() as session:
        documents.issue(session, letter_of(web, case.case_id).id)
        document = session.get_one(Document, letter_of(web, case.case_id).id)
        office_id = document.office_id
    page = f"/desk/offices/{office_id}"
    refused = keeper.post(f"{page}/seal", data={"seal": (io.BytesIO(b"%PDF-1.7"), "章.png")})
    assert (refused.status_code, "不是可用的印章图样" in refused.text) == (422, True)
    assert 'class="mb-2 is-invalid"' in refused.text, "the last sheet of a long page: the cursor goes there"
    assert "可以上传 PNG 图片" in refused.text
    picture = io.BytesIO()
    Image.new("RGBA", (300, 300), "red").save(picture, "PNG")
    assert clerk.post(f"{page}/seal", data={"seal": (io.BytesIO(picture.getvalue()), "章.png")}).status_code == 403
    assert keeper.post(f"{page}/seal", data={"seal": (io.BytesIO(picture.getvalue()), "章.png")}).status_code == 302
    assert f"{page}/seal.png" in keeper.get(page).text
    shown = keeper.get(f"{page}/seal.png")
    assert (shown.mimetype, shown.data[:4]) == ("image/png", b"\x89PNG")
    with web.database.read() as session:
        letter = pdfs.lacking(session, document.id, web.clock.now())
        kept = audit.events_of(session, "seals")[-1]
    assert letter is not None
    assert (letter.seal, letter.certificate) == (shown.data, VILLAGE[:9])
    assert (kept.kind, kept.payload) == ("seal.kept", {"office": office_id, "sha256": digest(shown.data)})
    assert keeper.post(f"{page}/seal/drop").status_code == 302
    assert keeper.get(f"{page}/seal.png").status_code == 404


def test_a_letter_that_is_taken_back_while_a_worker_renders_it_is_never_issued(web: Web) -> None:
    case, work = web.apply(), issuing.handler()
    web.clock.move_to(web.clock.now() + documents.TAKE_BACK)
    now = web.clock.now()
    with web.database.write() as session:
        (lane,) = lanes.due_lanes(session, {documents.ISSUE}, now)
        leased = lanes.lease(session, lane, now, "somebody", 60, most=10)
    with web.database.read() as session:
        prepared = work.prepare(session, leased, now)
    done = [(job, work.do(job, each)) for job, each in zip(leased, prepared, strict=True)]
    with web.database.write() as session:
        documents.drop_unissued(session, case.case_id, 0, now)
        work.finish(session, done, now)
    assert done[0][1].startswith(b"PK")
    assert letter_of(web, case.case_id).sha256 is None
    assert worker(web, Printer()).run_once() == 0
