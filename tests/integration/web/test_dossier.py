"""One person, one file (E16): all of a case in one PDF, masked, with what is damaged told; for who asked alone."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pypdfium2
from docx import Document
from openpyxl import load_workbook
from PIL import Image

from app import audit
from app.desk import casefile
from app.documents import pdfs
from app.documents.certificates import Certificates
from app.dossier import making
from app.dossier import operations as dossiers
from app.files import operations as uploads
from app.jobs.runner import Worker
from tests.support.statements import counted
from tests.support.web import APPLICATION, Web

CADRE, COLLEAGUE = "village_cadre.220122100001", "village_cadre.220122100001.2"
MOST_STATEMENTS = 34
"""Of the page of a case, whatever happened in it."""


class Printer:
    """Two sheets of paper for the first Word file, one for each other; keeps what stood in them."""

    def __init__(self) -> None:
        self.starts: list[list[str]] = []

    def to_record(self, docx: bytes) -> bytes:
        return sheets(1)

    def to_pdfs(self, files: Sequence[bytes]) -> list[bytes | None]:
        self.starts.append([text_of(each) for each in files])
        return [sheets(2 if place == 0 else 1) for place in range(len(files))]


def worker(web: Web, printer: Printer) -> Worker:
    letter = partial(pdfs.Press(printer, Certificates(Path())).now, web.database, web.clock)
    return Worker(
        web.database, web.clock, {dossiers.MAKE: making.handler(web.database, printer, casefile.build, letter)}
    )


def text_of(docx: bytes) -> str:
    found = Document(io.BytesIO(docx))
    cells = (cell.text for table in found.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in found.paragraphs), *cells])


def sheets(count: int) -> bytes:
    made, buffer = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _ in range(count):
        made.new_page(595, 842)
    made.save(buffer)
    made.close()
    return buffer.getvalue()


def picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "orange").save(buffer, kind)
    return buffer.getvalue()


def test_a_case_becomes_one_file(web: Web) -> None:
    case = web.apply()
    client, colleague = web.client(CADRE), web.client(COLLEAGUE)
    form = {"facts_true": "true", "opinion": "入户核实，情况属实"}
    assert client.post(f"/desk/tasks/{web.open_task(case.case_id)}/complete", data=form).status_code == 302
    sent = [
        (picture("JPEG"), "身份证.jpg"),
        (picture("PNG"), "户口簿.png"),
        (sheets(3), "合同.pdf"),
    ]
    files = [(io.BytesIO(content), name) for content, name in sent]
    client.post(f"/desk/cases/{case.case_id}/materials", data={"files": files}, content_type="multipart/form-data")
    with web.database.write() as session:  # it came before files were opened as they come
        uploads.add(session, web.actor(CADRE), case.case_id, [("坏.pdf", b"%PDF-1.7")], web.clock.now())
    with counted(web.database.engine) as statements:
        page = client.get(f"/desk/cases/{case.case_id}").text
    assert len(statements) <= MOST_STATEMENTS, len(statements)
    assert "入户核实，情况属实" in page.split('id="timeline"')[1]
    sheet = load_workbook(io.BytesIO(client.get("/desk/cases.xlsx").data)).active
    told = dict(zip(*([cell.value for cell in row] for row in sheet.iter_rows(max_row=2)), strict=True))
    assert (told["案号"], told["办理岗位"], bool(told["当前环节"]), bool(told["办理单位"])) == (
        case.number, "乡镇（街道）经办人", True, True
    )  # fmt: skip
    asked = client.post(f"/desk/cases/{case.case_id}/dossier")
    assert client.post(f"/desk/cases/{case.case_id}/dossier").location == asked.location, "one at a time"
    assert "正在读取案卷…" in client.get(asked.location).text
    assert client.get(f"{asked.location}.pdf").status_code == 409
    printer = Printer()
    assert worker(web, printer).run_once() == 1
    (parts, (front,)) = printer.starts
    index = [line for line in front.splitlines() if line]
    pages = {title: index[place + 1] for place, title in enumerate(index) if place + 1 < len(index)}
    assert [pages["申请表"], pages["办理经过和意见"]] == ["1—2", "3"], index
    assert index[index.index("材料：坏.pdf") + 2] == "未编入"
    last = int(pages["材料：坏.pdf"])
    assert pages["材料：合同.pdf"] == f"{last - 3}—{last - 1}"
    told = "\n".join(parts)
    number = APPLICATION["id_number"]
    assert (number in parts[0], f"{number[:6]}********{number[-4:]}" in parts[0]) == (False, True)
    assert "入户核实，情况属实" in told
    assert "文件损坏" in told
    assert case.number in front
    done = client.get(asked.location).text
    assert (f'共 <span class="figures">{last + 2}</span> 页' in done, "hx-trigger" in done) == (True, False)
    content = client.get(f"{asked.location}.pdf").data
    bound = pypdfium2.PdfDocument(content)
    assert [bound[at].get_textpage().get_text_range() for at in (1, 2, last + 1)] == [
        "",
        f"1 / {last}",
        f"{last} / {last}",
    ]
    bound.close()
    assert colleague.get(f"{asked.location}.pdf").status_code == 403
    with web.database.read() as session:
        *_, event = audit.events_of(session, "exports")
        assert (event.kind, event.payload["what"], event.payload["pages"]) == ("exported", "dossier", last + 2)


def test_whole_numbers_need_a_reason_and_a_file_is_thrown_away(web: Web) -> None:
    case, client = web.apply(), web.client(CADRE)
    refused = client.post(f"/desk/cases/{case.case_id}/dossier", data={"reason": "x"})
    assert (refused.status_code, "请写明显示完整号码的理由" in refused.text) == (422, True)
    asked = client.post(f"/desk/cases/{case.case_id}/dossier", data={"reason": "移交县档案室"}).location
    printer = Printer()
    assert worker(web, printer).run_once() == 1
    assert APPLICATION["id_number"] in printer.starts[0][0]
    with web.database.write() as session:
        dossiers.prune(session, web.clock.now() + dossiers.KEPT * 2)
    assert client.get(asked).status_code == 404
