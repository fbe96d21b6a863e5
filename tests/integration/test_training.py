"""A training installation: the work is as ever, it is marked everywhere, and nothing leaves the house."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app import installation, rehearsal
from app.auditing.verification import verify
from app.cases.handlers import asking
from app.config import Config
from app.core.clock import MovableClock
from app.core.errors import Gone
from app.db import Base, Database, Vault, training
from app.db.training import MARK
from app.documents import operations as documents
from app.documents import pdfs
from app.documents.certificates import Certificates
from app.documents.operations import TAKE_BACK
from app.documents.pdf import LibreOffice
from app.documents.queries import documents_of
from app.funds import bank, lists
from app.identity.operations import ensure_staffed
from app.jobs.operations import DueJob
from app.jobs.runner import Worker
from app.outside import Departments, Question, Reply
from app.sheets import Column, workbook
from app.web.download import exported
from app.worker import Outside, handlers
from tests.support.filling import BACKENDS, Filled
from tests.support.web import open_web
from tests.support.worlds import RELIEF, VILLAGE, Office

TABLES = Base.metadata.tables
PROGRAMME, PHONE = "uninsured_unemployed_relief", "13904310001"


class Recorder:
    """Would carry messages and ask departments; it keeps what it was given."""

    def __init__(self) -> None:
        self.got: list[object] = []

    def send(self, key: str, to: str, text: str) -> None:
        self.got.append(to)

    def ask(self, question: Question) -> Reply:
        self.got.append(question)
        return Reply(answer={"found": True})


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[True, False], ids=["training", "real"])
def office(
    request: pytest.FixtureRequest, backend: str, filled: Filled, vault: Vault, clock: MovableClock, tmp_path: Path
) -> Iterator[Office]:
    def fill(database: Database) -> None:
        with database.write() as session:
            installation.install(session, clock.now(), for_training=request.param)
        Office.open(database, clock)

    with filled.open(backend, f"training {request.param}", fill, tmp_path) as url:
        database = Database(url, vault, durable=False)
        yield Office(database, clock)
        database.dispose()


@pytest.fixture
def trains(office: Office) -> bool:
    return training.known(office.database)


def test_no_message_leaves_and_no_department_is_asked(office: Office, trains: bool, tmp_path: Path) -> None:
    outside, job = Recorder(), DueJob("j", "ask", None, None, {}, office.now, 0, 5)
    office.apply(PROGRAMME, RELIEF, phone=PHONE)
    office.clock.move_to(office.now + TAKE_BACK)
    leaving = Outside(outside, Departments(outside, {}), tmp_path / "anchors", LibreOffice(), Certificates(tmp_path))
    worker = Worker(office.database, office.clock, handlers(leaving))
    while worker.run_once():
        pass
    assert outside.got == ([] if trains else [PHONE])
    outside.got.clear()
    question = Question("k", "vehicles", "n", (), date(2020, 10, 20))
    reply = asking(Departments(outside, {})).do(job, (question, trains))
    assert (reply.by_hand, outside.got) == ((True, []) if trains else (False, [question]))


def test_letters_and_numbers_are_marked_and_no_bank_file_is_made(office: Office, trains: bool) -> None:
    receipt = office.apply(PROGRAMME, RELIEF)
    assert receipt.number.startswith("YL-") is trains
    office.do(receipt.case_id, "village_investigation", "village_cadre", facts_true=True)
    office.do(receipt.case_id, "township_review", "township_clerk", confirmed=True, amount=800)
    with office.database.write() as session:
        letters = documents_of(session, receipt.case_id)
        assert {bool(letter.number and letter.number.startswith("演练")) for letter in letters if letter.number} == {
            trains
        }
        for letter in letters:
            content = documents.issue(session, letter.id).content
            assert documents.issue(session, letter.id).content == content
            text = ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
            assert text.count(MARK) == (2 if trains else 0)
            printed = pdfs.lacking(session, letter.id, office.now)
            assert printed is not None
            assert (printed.certificate is None) is trains, "no office signs a letter of a training"
        finance = office.holder(session, "finance")
        if trains:
            with pytest.raises(Gone, match="演练环境，不生成银行文件"):
                bank.make_file(session, finance, lists.OrderFilter(), None, office.now)
        else:
            assert bank.make_file(session, finance, lists.OrderFilter(), None, office.now)


def test_every_page_and_every_table_says_so(office: Office, trains: bool, tmp_path: Path) -> None:
    web = open_web(office.database, office.clock)
    for path in ("/", "/desk/login", "/status", "/notices", "/api/docs", "/no-such-page"):
        assert ("演练环境" in web.client().get(path).text) is trains, path
    with web.app.test_request_context():
        answer = exported(workbook("案件", [Column("number", "编号")], [["1"]]), "cases.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    assert ("演练" in book.sheetnames) is trains
    assert (book.worksheets[0].oddHeader.center.text == MARK) is trains
    assert (quote("演练") in answer.headers["Content-Disposition"]) is trains


def test_one_is_made_beside_a_real_one_without_anybody(office: Office, trains: bool, tmp_path: Path) -> None:
    if trains:
        pytest.skip("made from a real one")
    office.apply(PROGRAMME, RELIEF)
    beside, real = tmp_path / "beside", Config(key_file=tmp_path / "real" / "keys.json")
    url = f"sqlite:///{beside / 'doudi.db'}"
    with office.database.read() as session:
        settings = rehearsal.create(session, real, beside, url, office.now)
        with pytest.raises(Gone, match="另选一个空的地方"):
            rehearsal.create(session, real, beside, url, office.now)
        kept = {name: session.scalar(select(func.count()).select_from(TABLES[name])) for name in TABLES}
    made = Database(url, Vault.load(beside / "keys.json"))
    with made.write() as session:
        there = {name: session.scalar(select(func.count()).select_from(TABLES[name])) for name in TABLES}
        assert training.is_training(session)
        assert verify(session, tmp_path / "anchors", office.now).faults == []
        assert {name: there[name] for name in rehearsal.SET_UP} == {name: kept[name] for name in rehearsal.SET_UP}
        assert not any(there[name] for name in ("user_account", "person", "case_file", "payment_order", "document"))
        ensure_staffed(session, VILLAGE, office.now)
    assert f"DOUDI_DATABASE_URL={url}" in settings.read_text().splitlines()
    trained = Office(made, office.clock)
    number = trained.apply(PROGRAMME, RELIEF).number
    assert number.startswith("YL-")
    made.dispose()


def test_a_real_installation_never_becomes_one_for_training(database: Database, clock: MovableClock) -> None:
    with database.write() as session:
        installation.install(session, clock.now())
    with database.write() as session, pytest.raises(Gone, match="另建一个数据库"):
        installation.install(session, clock.now(), for_training=True)
    assert not training.known(database)
