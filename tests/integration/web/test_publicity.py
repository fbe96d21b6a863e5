"""公示 on the public board: masked, open to objections, and out of the staff's sight elsewhere."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.cases import operations, queries
from app.core.actor import APPLICANT
from app.core.clock import local_date
from app.identity import queries as identity
from app.identity.credentials import Throttled
from app.jobs.runner import Worker
from app.publicity import confirming, objections
from app.publicity import queries as publicity
from tests.support.web import APPLICATION, VILLAGE, Web

CLERK, HEAD = "township_clerk.220122100", "township_head.220122100"
SPENDING: dict[str, Any] = {
    **{key: APPLICATION[key] for key in ("name", "id_number", "phone", "address", "bank_account", "applied_by")},
    "authorised": True,
    "spending": "尿毒症透析，医保报销后自付部分",
    "requested_amount": "3000",
    "household": {"size": 2, "annual_income": 6000, "financial_assets": 1000},
}
STEPS: list[tuple[str, str, dict[str, Any]]] = [
    ("acceptance", CLERK, {"complete": True}),
    ("verification", CLERK, {"necessary_spending": "12000", "hardship_confirmed": True}),
    ("review", HEAD, {"approved": True, "amount": "3000", "instalments": 1}),
]


def post_a_notice(web: Web) -> str:
    """A spending relief that stands on the board; returns the address of its notice."""
    with web.database.write() as session:
        now = web.clock.now()
        case_id = operations.apply(session, APPLICANT, "expenditure_relief", VILLAGE, SPENDING, now).case_id
    for _, username, data in STEPS:
        with web.database.write() as session:
            operations.complete_task(session, web.actor(username), web.open_task(case_id), data, now)
    (address,) = re.findall(r'href="(/notices/[0-9a-f]{32})"', web.client().get("/notices").text)
    return str(address)


def test_a_notice_tells_what_must_be_told_and_no_more(web: Web) -> None:
    address = post_a_notice(web)
    for path in ("/notices", "/notices?county=220122", address):
        page = web.client().get(path).text
        assert "王*国" in page
        for secret in ("王建国", APPLICATION["id_number"], APPLICATION["phone"], APPLICATION["bank_account"]):
            assert secret not in page
    assert "王*国" not in web.client().get("/notices?county=220104").text


def codes_sent(web: Web) -> list[str]:
    """The codes that a messenger carries, and other messages as they are, oldest first; what is due is sent."""
    found: list[str] = []

    class Phone:
        def send(self, key: str, to: str, text: str) -> None:
            found.append(next(iter(re.findall(r"验证码 (\d{6})", text)), text))

    kinds = {confirming.SEND: confirming.sending(Phone()), objections.ANSWERED: objections.telling(Phone())}
    while Worker(web.database, web.clock, kinds).run_once():
        pass
    return found


def object_to(web: Web, address: str, phone: str, reason: str, client: FlaskClient | None = None) -> FlaskClient:
    """Somebody writes an objection, and gets a code."""
    client = client or web.client()
    answer = client.post(address, data={"name": "孙志", "phone": phone, "reason": reason})
    assert (answer.status_code, answer.location) == (302, "/objections/confirm")
    return client


def receipt(client: FlaskClient, code: str) -> tuple[str, str]:
    answer = client.post("/objections/confirm", data={"code": code})
    assert answer.location == "/objections/receipt", answer.text
    number, query_code = re.findall(r"<code>(.*?)</code>", client.get(answer.location).text)
    return number, query_code


def case_of(web: Web, address: str) -> str:
    with web.database.read() as session:
        return publicity.notice(session, address.rpartition("/")[2]).case_id


def stands(web: Web) -> bool:
    return "王*国" in web.client().get("/notices").text


def test_the_board_is_read_by_place_and_programme(web: Web) -> None:
    address = post_a_notice(web)
    chosen = {"county": "220122", "township": "220122100", "village": VILLAGE}
    with web.database.read() as session:
        chosen["programme"] = publicity.programmes_on_board(session, None)[0]
        elsewhere = identity.ids_within(identity.region_by_code(session, "220104001", local_date(web.clock.now())))
        assert publicity.board(session, publicity.Asked(regions=elsewhere)) == []
    assert address in web.client().get("/notices", query_string=chosen).text
    for other in ({"programme": "没有这个项目"}, {"county": "220104"}):
        page = web.client().get("/notices", query_string={**chosen, **other}).text
        assert (address in page, "换一个地方或者项目看看" in page) == (False, True)


def test_a_notice_stops_when_the_number_is_confirmed_and_not_before(web: Web) -> None:
    address = post_a_notice(web)
    empty = web.client().post(address, data={"reason": "他家有两套房"})
    assert (empty.status_code, "他家有两套房" in empty.text) == (422, True)
    landline = web.client().post(address, data={"name": "孙志", "phone": "0431-83212345", "reason": "有房"})
    assert (landline.status_code, "带身份证到乡镇（街道）窗口" in landline.text) == (422, True)
    client = object_to(web, address, "139 0431 0009", "他家有两套房")
    (code,) = codes_sent(web)
    wrong = client.post("/objections/confirm", data={"code": "000000" if code != "000000" else "111111"})
    assert (wrong.status_code, "还可以试 4 次" in wrong.text, stands(web)) == (422, True, True)
    number, query_code = receipt(client, code)
    assert number == "Y220122-2020-0001"
    assert not stands(web)
    gone = web.client().get(address)
    assert (gone.status_code, "王*国" in gone.text, "孙志" in gone.text) == (404, False, False)
    assert client.post("/objections/confirm", data={"code": code}).status_code == 409  # a second tap
    case = f"/desk/cases/{case_of(web, address)}"
    clerk = web.client(CLERK)
    for page in (case, f"/desk/tasks/{web.open_task(case_of(web, address))}"):
        assert "他家有两套房" in clerk.get(page).text
    village = web.client("village_cadre.220122100001").get(case).text
    assert "公示期间有人提出异议" in village
    for secret in ("孙志", "13904310009", "他家有两套房", number):
        assert secret not in village
    mine = web.client()
    assert mine.post("/objections", data={"number": number, "query_code": "WRONG"}).status_code == 404
    mine.post("/objections", data={"number": number.lower(), "query_code": query_code.lower()})
    assert "正在核查" in mine.get("/my-objection").text


def test_a_code_dies_after_five_tries_and_after_ten_minutes(web: Web) -> None:
    client = object_to(web, post_a_notice(web), "13904310009", "他家有车")
    (code,) = codes_sent(web)
    for guess in [f"{number:06}" for number in range(6) if f"{number:06}" != code][:5]:
        client.post("/objections/confirm", data={"code": guess})
    dead = client.post("/objections/confirm", data={"code": code})
    assert (dead.status_code, "试错太多" in dead.text, stands(web)) == (422, True, True)
    assert client.post("/objections/code").status_code == 429
    web.clock.move_to(web.clock.now() + timedelta(minutes=2))
    assert client.post("/objections/code").status_code == 302
    (fresh,) = codes_sent(web)
    web.clock.move_to(web.clock.now() + timedelta(minutes=10, seconds=1))
    assert client.post("/objections/confirm", data={"code": fresh}).status_code == 422
    assert stands(web)
    with web.database.write() as session:
        assert confirming.prune(session, web.clock.now()) == 0
        assert confirming.prune(session, web.clock.now() + confirming.KEPT) == 1


def test_one_contact_stops_a_notice_once_and_the_reply_is_for_it_alone(web: Web) -> None:
    address = post_a_notice(web)
    number, _ = receipt(object_to(web, address, "13904310009", "他家有车"), codes_sent(web)[-1])
    again, query_code = receipt(object_to(web, address, "13904310009", "还有一套房"), codes_sent(web)[-1])
    assert again == number
    case_id = case_of(web, address)
    with web.database.read() as session:
        assert [each["reason"] for each in publicity.objections_of(session, case_id)] == ["他家有车\n补充：还有一套房"]
    with web.database.write() as session:
        operations.complete_task(session, web.actor(CLERK), web.open_task(case_id),
                                 {"upheld": False, "opinion": "车是营运车"}, web.clock.now())  # fmt: skip
    assert stands(web)
    mine = web.client()
    mine.post("/objections", data={"number": number, "query_code": query_code})
    assert "公示异议答复书" in mine.get("/my-objection").text
    assert mine.get("/my-objection/reply.pdf").status_code == 202  # a worker makes it
    with web.database.read() as session:
        (reply,) = objections.replies_of(session, case_id)
        assert reply not in {row.id for row in queries.letters_of_applicant(session, case_id)}
    letter = f"/desk/documents/{reply}.docx"
    assert web.client("village_cadre.220122100001").get(letter).status_code == 403
    assert web.client(CLERK).get(letter).status_code == 200
    web.clock.move_to(web.clock.now() + timedelta(minutes=1))
    (told,) = codes_sent(web)
    assert f"您提出的异议（{number}）已书面答复" in told
    third = object_to(web, address, "13904310009", "第三次")
    told = third.post("/objections/confirm", data={"code": codes_sent(web)[-1]}).text
    assert ("已经答复过" in told, stands(web)) == (True, True)
    assert "第三次" in web.client(CLERK).get(f"/desk/cases/{case_id}").text  # a lead


def test_a_lead_stops_nothing_and_the_township_looks_into_it(web: Web) -> None:
    address = post_a_notice(web)
    for text in ("他家有两套房", "他家 有两套房"):
        assert "线索已转给" in web.client().post(f"{address}/leads", data={"text": text}).text
    assert web.client().post(f"{address}/leads", data={"text": " "}).status_code == 422
    assert stands(web)
    case = f"/desk/cases/{case_of(web, address)}"
    assert "他家有两套房" not in web.client("village_cadre.220122100001").get(case).text
    clerk = web.client(CLERK)
    assert "公示线索待核实" in clerk.get("/desk/").text
    only = "/desk/notices?leads=open"
    assert f'href="{case}#leads">线索 1 条待核实' in clerk.get(only).text
    assert case in web.client("village_cadre.220122100001").get(only).text, "who handles none sees all, without counts"
    page = clerk.get(case).text
    assert "同样的话 2 次" in page
    (lead,) = re.findall(rf"{case}/leads/([0-9a-f]{{32}})", page)
    refused = clerk.post(f"{case}/leads/{lead}", data={"text": ""})
    assert refused.status_code == 422
    assert 'role="alert" tabindex="-1" autofocus' in refused.text, "far down a long page, it is where one looks"
    assert clerk.post(f"{case}/leads/{lead}", data={"text": "入户看过，是租的"}).status_code == 302
    assert clerk.post(f"{case}/leads/{lead}", data={"text": "再看一次"}).status_code == 409
    assert "入户看过，是租的" in clerk.get(case).text
    assert "公示线索待核实" not in clerk.get("/desk/").text
    assert "没有待核实的线索" in clerk.get(only).text
    assert case in clerk.get("/desk/notices").text


def test_the_same_objection_a_thousand_times_is_one_and_then_none(web: Web) -> None:
    address, client = post_a_notice(web), web.client()
    for _ in range(5):
        object_to(web, address, "13904310009", "他家有车", client)
    assert len(codes_sent(web)) == 1
    typed = {"name": "孙志", "phone": "13904310010", "reason": "他家有车"}
    assert client.post(address, data=typed).status_code == 429
    web.clock.move_to(web.clock.now() + timedelta(days=1, minutes=1))
    with web.database.write() as session:
        held, notice_id = "", address.rpartition("/")[2]
        for turn in range(confirming.MOST_OF_CONTACT):
            held = confirming.begin(session, notice_id, {**typed, "reason": str(turn)}, "", web.clock.now())
        with pytest.raises(Throttled):
            confirming.begin(session, notice_id, typed, "", web.clock.now())
    assert held
    assert stands(web)
