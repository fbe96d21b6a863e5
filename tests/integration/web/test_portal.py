"""Applicants without an account: applying, looking, handing in, withdrawing, objecting."""

from __future__ import annotations

import io
import re
from types import SimpleNamespace
from typing import Any

from flask.testing import FlaskClient

from app.cases import informing
from app.cases.handlers import HANDLERS
from app.cases.messaging import sending
from app.core.clock import midnight
from app.documents.operations import TAKE_BACK
from app.jobs.runner import Worker
from app.registry import operations as registry
from tests.support.photos import PHOTO
from tests.support.statements import counted
from tests.support.web import APPLICATION, VILLAGE, Web, flat

APPLY = f"/apply/uninsured_unemployed_relief/{VILLAGE}"


def apply(client: FlaskClient, **changes: Any) -> Any:
    return client.post(APPLY, data=flat({**APPLICATION, **changes}), content_type="multipart/form-data")


def receipt(client: FlaskClient) -> tuple[str, str]:
    number, code = re.findall(r"<code>(.*?)</code>", client.get("/apply/receipt").text)
    return number, code


def test_regions_are_chosen_without_a_script(web: Web) -> None:
    client = web.client()
    chosen = {"province": "22", "city": "2201", "county": "220122", "township": "220122100", "village": VILLAGE}
    page = client.get("/", query_string=chosen).text
    assert f'href="{APPLY}"' in page
    moved = client.get("/", query_string={**chosen, "county": "220104"}).text
    assert APPLY not in moved


def test_an_application_gives_number_and_code_until_one_leaves(web: Web) -> None:
    client = web.client()
    answer = apply(client)
    assert (answer.status_code, answer.location) == (302, "/apply/receipt")
    number, code = receipt(client)
    assert re.fullmatch(r"220122-2020-\d{6}", number)
    assert re.fullmatch(r"\w{4}-\w{4}-\w{4}", code)
    told = client.get("/apply/receipt").text  # for what, of whom, when, and who is asked
    assert all(each in told for each in ("未参保失业人员临时救助", "王*国", "2020年", "有事找")), told
    client.get("/my-case")
    assert client.get("/apply/receipt").location == "/my-case"
    mine = client.get("/my-case").text
    assert code not in mine
    assert "仍要求受理" not in mine  # no rule stood against it
    other = web.client()
    typed = {"number": f" {number} ", "query_code": code.lower().replace("-", "　")}
    assert other.post("/status", data=typed).location == "/my-case"
    page = other.get("/my-case").text
    assert "申请已受理，村（社区）正在核实您家的情况，10月15日前（含当天）办完这一步。" in page
    assert APPLICATION["phone"] not in page
    assert "王*国" in page
    assert "王建国" not in page.partition('id="submitted"')[0]


def test_a_refused_form_comes_back_with_its_photographs(web: Web) -> None:
    client = web.client()
    data = {**flat({**APPLICATION, "phone": "1"}), "material_files": ["", (io.BytesIO(PHOTO), "户口簿.jpg")]}
    answer = client.post(APPLY, data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "“联系电话”不正确" in answer.text
    assert "户口簿.jpg" in answer.text
    assert client.post(APPLY, data={"phone": APPLICATION["phone"]}).status_code == 302
    assert "户口簿.jpg" in client.get("/my-case").text


def test_a_row_is_added_without_a_script_and_nothing_is_sent(web: Web) -> None:
    client = web.client()
    answer = client.post(f"{APPLY}/5", data={**flat(APPLICATION), "_add:witnesses": "1"})
    assert answer.status_code == 200
    assert 'name="witnesses.2.name"' in answer.text
    assert f'value="{APPLICATION["witnesses"][1]["name"]}"' in answer.text
    assert web.client("village_cadre.220122100001").get("/desk/").text.count("data-row>") == 0


def test_rules_on_what_was_typed_answer_at_the_door(web: Web) -> None:
    answer = apply(web.client(), months_without_income=2)
    assert answer.status_code == 422
    assert "王建国" in answer.text
    assert web.client("village_cadre.220122100001").get("/desk/").text.count("data-row>") == 0


def test_nobody_learns_from_the_page_what_a_neighbour_receives(web: Web) -> None:
    plain = apply(web.client())
    with web.database.write() as session:
        known = {"benefits": [{
            "programme": "dibao", "id_number": APPLICATION["id_number"], "region": "220122",
            "paid_on": "2020-01-10", "amount": "300",
        }]}  # fmt: skip
        registry.import_story_registry(session, known, web.clock.now())
    client = web.client()
    knowing = apply(client)
    assert (plain.status_code, plain.location) == (knowing.status_code, knowing.location)
    assert "低保" not in client.get("/my-case").text
    staff = web.client("village_cadre.220122100001").get("/desk/").text
    tasks = re.findall(r"/desk/tasks/([0-9a-f]{32})", staff)
    pages = [web.client("village_cadre.220122100001").get(f"/desk/tasks/{task}").text for task in tasks]
    assert sum("<strong>不符合的条件" in page for page in pages) == 1


def test_the_proof_ends_with_leaving_and_with_time(web: Web) -> None:
    client = web.client()
    apply(client)
    assert client.get("/my-case").status_code == 200
    client.post("/status/leave")
    assert client.get("/my-case").location == "/status?next=%2Fmy-case"
    apply(client)
    web.clock.move_to(midnight(web.clock.now().date().replace(day=13)))
    assert client.get("/my-case").status_code == 302


def test_a_letter_of_somebody_else_is_not_found(web: Web) -> None:
    other, mine = web.client(), web.client()
    apply(other)
    letters = re.findall(r'href="(/my-case/letters/[^"]+\.pdf)"', other.get("/my-case").text)
    apply(mine, name="赵小明")
    assert "正在生成" in other.get(letters[0]).text
    assert mine.get(letters[0]).status_code == 404


def test_materials_are_handed_in_later_and_refused_after_the_end(web: Web) -> None:
    client = web.client()
    apply(client)
    bad = client.post("/my-case/materials", data={"files": (io.BytesIO(b"<html>"), "x.html")})
    assert bad.status_code == 422
    assert "类型不能上传" in bad.text
    good = client.post("/my-case/materials", data={"files": (io.BytesIO(PHOTO), "证明.jpg")})
    assert good.status_code == 302
    assert "证明.jpg" in client.get("/my-case").text
    assert client.post("/my-case/withdraw", data={"reason": "找到工作了"}).status_code == 302
    assert "您已经撤回" in client.get("/my-case").text
    late = client.post("/my-case/materials", data={"files": (io.BytesIO(PHOTO), "证明2.jpg")})
    assert late.status_code == 409


def test_files_of_the_staff_do_not_show_to_the_applicant(web: Web) -> None:
    client, cadre = web.client(), web.client("village_cadre.220122100001")
    apply(client)
    (case,) = set(re.findall(r"/desk/cases/([0-9a-f]{32})", cadre.get("/desk/cases").text))
    complaint = {"files": (io.BytesIO(PHOTO), "举报人孙志.jpg")}
    assert cadre.post(f"/desk/cases/{case}/materials", data=complaint).status_code == 302
    assert "举报人孙志" in cadre.get(f"/desk/cases/{case}").text
    assert "举报人孙志" not in client.get("/my-case").text


def test_the_page_of_a_case_says_whom_to_call_and_what_comes(web: Web) -> None:
    client = web.client()
    apply(client)
    with counted(web.database.engine) as statements:
        page = client.get("/my-case").text
    assert len(statements) <= 15
    way = re.findall(r'<li class="is-(\w+)".*?<strong>(.*?)</strong>', page)
    assert way == [("done", "提交申请"), ("now", "核实"), ("next", "决定")]
    assert re.search(r'<dt>有事找</dt><dd>\S+村民委员会　<a class="figures" href="tel:12345">', page)
    assert "和登记的联系电话一样" in client.post("/my-case/phone", data={"phone": APPLICATION["phone"]}).text
    asked = {"account": "6228480240001234576", "holder": "王建国"}
    assert client.post("/my-case/account", data=asked).status_code == 302
    page = client.get("/my-case").text
    assert "（尾号 4576）：等待核对" in page
    assert asked["account"] not in page
    client.post("/my-case/messages", data={"wanted": "no"})
    assert "不收短信" in client.get("/my-case").text
    clerk = web.client("township_clerk.220122100")
    assert "申请人请求：更正收款账户" in clerk.get("/desk/").text
    client.post("/my-case/withdraw", data={"reason": "找到工作了"})
    way = re.findall(r'<li class="is-(\w+)".*?<strong>(.*?)</strong>', client.get("/my-case").text)
    assert way == [("done", "提交申请"), ("done", "核实"), ("done", "办结")]


def texts_to(web: Web, phone: str) -> list[str]:
    """What the messenger carried to a telephone, a minute on."""
    got: list[tuple[str, str]] = []
    carrier = SimpleNamespace(send=lambda key, to, text: got.append((to, text)))
    web.clock.move_to(web.clock.now() + TAKE_BACK)
    worker = Worker(web.database, web.clock, {informing.SEND: sending(carrier), **HANDLERS})
    while worker.run_once():
        pass
    return [text for to, text in got if to == phone]


def test_a_lost_code_goes_to_the_telephone_on_file_and_answers_tell_nothing(web: Web) -> None:
    client = web.client()
    apply(client)
    number, code = receipt(client)
    texts_to(web, APPLICATION["phone"])
    other = web.client()
    pages = {
        re.sub(r'nonce="[^"]*"', "", other.post("/status/lost", data={"id_number": who, "phone": phone}).text)
        for who, phone in ((APPLICATION["id_number"], "13900000000"), ("220122198809093311", APPLICATION["phone"]))
    }
    assert len(pages) == 1
    assert texts_to(web, APPLICATION["phone"]) == texts_to(web, "13900000000") == []
    assert other.post("/status/lost", data={"id_number": number, "phone": APPLICATION["phone"]}).status_code == 422
    asked = {"id_number": APPLICATION["id_number"], "phone": f"{APPLICATION['phone'][:3]} {APPLICATION['phone'][3:]}"}
    assert other.post("/status/lost", data=asked).status_code == 200
    (text,) = texts_to(web, APPLICATION["phone"])
    (new,) = re.findall(r"查询码是(\w{4}-\w{4}-\w{4})，", text)
    assert other.post("/status", data={"number": number, "query_code": code}).status_code == 404
    assert other.post("/status", data={"number": number, "query_code": new}).location == "/my-case"
    other.post("/status/lost", data=asked)
    assert texts_to(web, APPLICATION["phone"]) == []
    cadre = web.client("village_cadre.220122100001")
    (case,) = set(re.findall(r"/desk/cases/([0-9a-f]{32})", cadre.get("/desk/cases").text))
    page = cadre.get(f"/desk/cases/{case}").text
    assert "向登记的电话重发查询码" in page
    assert new not in page
    assert [other.post("/status/lost", data=asked).status_code for _ in range(2)][-1] == 429


def test_a_lost_code_is_printed_anew_at_the_window(web: Web) -> None:
    client, cadre = web.client(), web.client("village_cadre.220122100001")
    apply(client)
    number, code = receipt(client)
    (case,) = set(re.findall(r"/desk/cases/([0-9a-f]{32})", cadre.get("/desk/cases").text))
    assert cadre.post(f"/desk/cases/{case}/code", data={"id_number": "220122198305123012"}).status_code == 422
    assert client.post("/status", data={"number": number, "query_code": code}).location == "/my-case"
    sent = cadre.post(f"/desk/cases/{case}/code", data={"id_number": APPLICATION["id_number"].lower()})
    slip = cadre.get(sent.location).text
    assert "补发查询码" in slip
    _, new = re.findall(r"<code>(.*?)</code>", slip)
    assert client.post("/status", data={"number": number, "query_code": code}).status_code == 404
    assert client.post("/status", data={"number": number, "query_code": new}).location == "/my-case"
    assert "核对身份后补发查询码" in cadre.get(f"/desk/cases/{case}").text
    assert any("已在窗口补发" in text for text in texts_to(web, APPLICATION["phone"]))
