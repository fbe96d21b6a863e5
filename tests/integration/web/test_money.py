"""Money on the desk: the bank gets an order once, nobody pays twice, reserves and batches tell who may what."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from app import audit
from app.audit.models import AuditEvent
from tests.support import money
from tests.support.photos import PHOTO
from tests.support.web import COUNTY, TOWNSHIP, Web

FINANCE, COLLEAGUE = f"finance.{COUNTY}", f"finance.{COUNTY}.2"
CLERK, HEAD = f"county_clerk.{COUNTY}", f"county_head.{COUNTY}"
TOWNSHIP_HEAD, TOWNSHIP_CLERK = f"township_head.{TOWNSHIP}", f"township_clerk.{TOWNSHIP}"


def pay(client: FlaskClient, **data: Any) -> TestResponse:
    sent = {"proof": "农行回单001", "receipt": (io.BytesIO(PHOTO), "回单.jpg"), **data}
    return client.post("/desk/payments/paid", data=sent, content_type="multipart/form-data")


def make_file(client: FlaskClient, **data: Any) -> str:
    answer = client.post("/desk/payments/files", data=data)
    assert answer.status_code == 302, answer.text
    return str(answer.location.partition("file=")[2])


def kinds(web: Web, chain: str) -> list[str]:
    with web.database.read() as session:
        return [event.kind for event in audit.events_of(session, chain)]


def test_an_order_goes_to_the_bank_once_and_is_paid_once(web: Web) -> None:
    order_id = money.order(web, payee="=1+1")
    client = web.client(FINANCE)
    assert money.ACCOUNT not in client.get("/desk/payments").text
    file_id = make_file(client, scope="all", until="2020-10-20")
    again = client.post("/desk/payments/files", data={"order": order_id})
    assert (again.status_code, "已在银行文件中" in again.text) == (409, True)
    sheet = load_workbook(io.BytesIO(client.post(f"/desk/payments/files/{file_id}.xlsx").data)).active
    assert [cell.value for cell in sheet[2]] == [1, "=1+1", money.ACCOUNT, 800, "支出型临时救助", order_id]
    lines = client.post(f"/desk/payments/files/{file_id}.csv").data.decode("utf-8-sig").splitlines()
    assert lines[1] == f"1,'=1+1,{money.ACCOUNT},800.00,支出型临时救助,{order_id}"
    assert pay(client, file=file_id).status_code == 302
    assert [pay(web.client(COLLEAGUE), file=file_id).status_code, pay(client, order=order_id).status_code] == [409, 409]
    page = client.get("/desk/payments?status=paid").text
    assert "农行回单001" in page
    assert client.get(f"/desk/payments/{order_id}/receipt").data == PHOTO
    with web.database.read() as session:
        told = session.query(AuditEvent).filter(AuditEvent.chain.startswith("payments:")).order_by(AuditEvent.seq).all()
        assert [event.kind for event in told] == [
            "bank_file_made", "bank_file_opened", "bank_file_opened", "paid"
        ]  # fmt: skip
        assert audit.verify(session) == []


def test_a_later_instalment_waits_for_its_day(web: Web) -> None:
    money.order(web)
    answer = web.client(FINANCE).post("/desk/payments/files", data={"scope": "all"})
    assert (answer.status_code, "没有可以列入银行文件的支付单" in answer.text) == (422, True)


def test_what_did_not_reach_the_bank_goes_into_another_file(web: Web) -> None:
    good, wrong = money.order(web), money.order(web, payee="孙立")
    client = web.client(FINANCE)
    file_id = make_file(client, order=[good, wrong])
    assert client.post("/desk/payments/take-out", data={"order": wrong}).status_code == 302
    assert pay(client, file=file_id).status_code == 302
    page = client.get("/desk/payments").text
    assert "孙立" in page
    assert money.RECIPIENT not in page
    assert make_file(client, order=wrong) != file_id


def test_what_the_bank_sent_back_is_ordered_again_by_one_and_sent_by_another(web: Web) -> None:
    good, wrong = money.order(web), money.order(web, payee="孙立")
    client = web.client(FINANCE)
    file_id = make_file(client, order=[good, wrong])
    answer = f"编号,结果,原因\n{good},成功,\n{wrong},失败,账号与户名不符\n".encode()
    sent = {"proof": "回单7", "answer": (io.BytesIO(answer), "答复.csv")}
    at = f"/desk/payments/files/{file_id}/answer"
    told = client.post(at, data=sent, content_type="multipart/form-data", follow_redirects=True).text
    assert "已登记支付 1 笔，退汇 1 笔" in told
    page = client.get(f"/desk/payments/{wrong}/returned").text
    assert ("账号与户名不符" in page, money.ACCOUNT in page) == (True, False)
    mistyped = client.post(f"/desk/payments/{wrong}/again", data={"account": "62", "basis": ""})
    assert (mistyped.status_code, mistyped.text.count("field-error")) == (422, 2)
    data = {"account": "6217000011112222333", "basis": "本人持存折核对"}
    assert client.post(f"/desk/payments/{wrong}/again", data=data).status_code == 302
    assert client.post("/desk/payments/files", data={"scope": "all", "until": "2020-10-20"}).status_code == 403
    make_file(web.client(COLLEAGUE), scope="all", until="2020-10-20")
    page = client.get("/desk/ledger").text
    assert ("账账相符" in page, page.count("1,600.00")) == (True, 0)
    sheet = load_workbook(io.BytesIO(client.get("/desk/ledger.xlsx").data)).active
    assert [cell.value for cell in sheet[2]][3:10] == [800, 800, 800, 0, 800, 0, 0]


def test_a_claim_is_paid_back_in_parts(web: Web) -> None:
    debt = money.money_things(web)["debt"]
    client, at = web.client(FINANCE), f"/desk/claims/{debt}"
    assert "尚欠" in client.get(at).text
    assert client.post(f"{at}/repaid", data={"amount": "91", "proof": ""}).status_code == 422
    assert client.post(f"{at}/repaid", data={"amount": "60", "proof": "收据1"}).status_code == 302
    assert client.post(f"{at}/waive", data={"reason": "经会议决定"}).status_code == 403
    assert web.client(HEAD).post(f"{at}/waive", data={"reason": "经会议决定"}).status_code == 302
    assert "已结清" in client.get(at).text
    rows = list(load_workbook(io.BytesIO(client.get("/desk/claims.xlsx?state=closed").data)).active.values)
    assert rows[1][4:10] == (90, 60, 0, 30, 0, 0)
    with web.database.read() as session:
        assert audit.verify(session) == []


def test_without_account_a_line_is_told_apart(web: Web) -> None:
    client = web.client(FINANCE)
    file_id = make_file(client, order=[money.order(web), money.order(web, payee="孙立", account=None)])
    book = load_workbook(io.BytesIO(client.post(f"/desk/payments/files/{file_id}.xlsx").data))
    assert [sheet.title for sheet in book] == ["支付明细", "没有账号（未列入）"]
    assert book.worksheets[1]["B2"].value == "孙立"
    assert "孙立" not in client.post(f"/desk/payments/files/{file_id}.csv").data.decode()


def test_a_payment_without_proof_keeps_what_was_typed(web: Web) -> None:
    order_id = money.order(web)
    client = web.client(FINANCE)
    without = client.post("/desk/payments/paid", data={"order": order_id, "proof": "农行回单002"})
    assert (without.status_code, "请选择银行回单" in without.text) == (422, True)
    assert 'value="农行回单002"' in without.text
    assert f'value="{order_id}" aria-label="选择 {money.RECIPIENT}" checked' in without.text
    assert pay(client, order=order_id, proof=" ").status_code == 422


@pytest.mark.parametrize("username", [CLERK, TOWNSHIP_HEAD, TOWNSHIP_CLERK])
def test_others_see_orders_but_pay_none(web: Web, username: str) -> None:
    order_id = money.order(web)
    client = web.client(username)
    page = client.get("/desk/payments").text
    assert money.RECIPIENT in page
    assert "银行回单" not in page
    assert client.post("/desk/payments/files", data={"order": order_id}).status_code == 403
    assert pay(client, order=order_id).status_code == 403


def test_a_reserve_is_opened_topped_up_and_counted(web: Web) -> None:
    township = money.money_things(web)["township"]
    client, at = web.client(TOWNSHIP_HEAD), f"/desk/reserves/{township}"
    assert client.post(f"{at}/open").status_code == 302
    assert client.post(f"{at}/open").status_code == 409
    wrong = client.post(f"{at}/top-up", data={"amount": "5000.005", "note": "县级预拨"})
    assert (wrong.status_code, "最多两位小数" in wrong.text, 'value="5000.005"' in wrong.text) == (422, True, True)
    assert client.post(f"{at}/top-up", data={"amount": "5000", "note": "县级预拨"}).status_code == 302
    assert (
        client.post(f"{at}/reconcile", data={"counted": "4990.50"}, follow_redirects=True).text.count("-9.50 元") == 2
    )
    assert "4,990.50 元" in web.client(TOWNSHIP_CLERK).get(at).text
    assert web.client(TOWNSHIP_CLERK).post(f"{at}/top-up", data={"amount": "1", "note": "x"}).status_code == 403
    with web.database.read() as session:
        (chain,) = {row.chain for row in session.query(AuditEvent).filter(AuditEvent.chain.startswith("fund:"))}
    assert kinds(web, chain) == ["top_up", "reconciled"]


def test_a_batch_is_drafted_by_one_and_confirmed_by_another(web: Web) -> None:
    money.start_award(web)
    money.start_award(web, "韩立新", "220122196103047031")
    clerk, head = web.client(CLERK), web.client(HEAD)
    form = {
        "key": "2020中秋", "kind": "seasonal", "title": "2020年中秋补助", "clause": "B6", "region": COUNTY,
        "programmes": "dibao", "per": "household", "due_on": "2020-10-20",
    }  # fmt: skip
    wrong = clerk.post("/desk/batches/new", data={**form, "amount": "-3", "title": ""})
    assert (wrong.status_code, 'value="2020中秋"' in wrong.text) == (422, True)
    assert wrong.text.count("field-error") == 2
    at = clerk.post("/desk/batches/new", data={**form, "amount": "300"}).location
    assert "2 人（户）" in clerk.get(at).text
    line = clerk.get(f"{at}?q=韩").text.split('name="line" value="')[1].split('"')[0]
    without = clerk.post(f"{at}/exclude", data={"line": line})
    assert (without.status_code, "请填写剔除理由" in without.text) == (422, True)
    assert clerk.post(f"{at}/exclude", data={"line": line, "reason": "已就业"}).status_code == 302
    assert clerk.post(f"{at}/confirm").status_code == 403
    assert "新增支付单 1 笔" in head.post(f"{at}/confirm", follow_redirects=True).text
    assert "新增支付单 0 笔" in head.post(f"{at}/confirm", follow_redirects=True).text
    assert head.post(f"{at}/include", data={"line": line}).status_code == 409
    sheet = load_workbook(io.BytesIO(clerk.get(f"{at}/lines.xlsx").data)).active
    assert {row[0].value: row[6].value for row in sheet.iter_rows(min_row=3)} == {
        money.RECIPIENT: None, "韩立新": "已就业"
    }  # fmt: skip
    assert kinds(web, f"batch:{at.rpartition('/')[2]}") == ["drafted", "excluded", "confirmed", "confirmed"]
    csv = web.client(FINANCE)
    file_id = make_file(csv, scope="all", until="2020-10-20")
    assert money.ACCOUNT in csv.post(f"/desk/payments/files/{file_id}.csv").text
