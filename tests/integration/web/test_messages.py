"""What acts look like on pages: the bell, the list of messages, what is asked and answered, the minute to take back."""

from __future__ import annotations

import re
from datetime import timedelta

from app.messages import operations as messages
from tests.support.statements import counted
from tests.support.web import TOWNSHIP, VILLAGE, Web

CADRE, COLLEAGUE = f"village_cadre.{VILLAGE}", f"village_cadre.{VILLAGE}.2"
CLERK, HEAD = f"township_clerk.{TOWNSHIP}", f"township_head.{TOWNSHIP}"


def test_who_is_asked_finds_it_answers_and_the_asker_is_told(web: Web) -> None:
    case_id = web.apply().case_id
    task, clerk = web.open_task(case_id), web.actor(CLERK)
    asker, asked = web.client(CADRE), web.client(CLERK)
    key = f"{clerk.user_id}|{next(iter(clerk.candidates))}"
    empty = asker.post(f"/desk/tasks/{task}/ask", data={"kind": "consult", "to": key, "text": ""})
    assert (empty.status_code, "请写明请对方做什么" in empty.text, f'value="{key}" selected' in empty.text) == (
        422, True, True,
    )  # fmt: skip
    asker.post(f"/desk/tasks/{task}/ask", data={"kind": "consult", "to": key, "text": "他家有车吗？"})
    assert asked.get("/desk/messages/unread").json == {"count": "1", "text": "消息，1 条未读"}
    page = asked.get("/desk/messages").text
    opened = asked.post(re.search(r'action="(/desk/messages/[0-9a-f]{32}/open)"', page)[1])
    form = asked.get(opened.location, follow_redirects=True)
    assert "他家有车吗？" in form.text
    answered = asked.post(form.request.path, data={"text": "没有登记车辆。"})
    assert answered.status_code == 302
    assert asked.get("/desk/messages/unread").json["count"] == ""
    assert "没有登记车辆。" in asker.get(f"/desk/tasks/{task}").text
    timeline = asker.get(f"/desk/cases/{case_id}").text
    assert f"请{clerk.name}协办：他家有车吗？" in timeline
    assert "的协办已答复：没有登记车辆。" in timeline


def test_a_head_sees_who_signed_and_frees_it(web: Web) -> None:
    case_id = web.apply().case_id
    task, holder = web.open_task(case_id), web.actor(CADRE)
    web.client(CADRE).post(f"/desk/tasks/{task}/claim")
    head = web.client(HEAD)
    assert f"{holder.name}已签收 · 10月12日" in head.get(f"/desk/cases/{case_id}").text
    assert f"/desk/tasks/{task}/free" not in web.client(COLLEAGUE).get(f"/desk/cases/{case_id}").text
    assert head.post(f"/desk/tasks/{task}/free", data={"reason": ""}).status_code == 422
    assert head.post(f"/desk/tasks/{task}/free", data={"reason": "对方住院"}).status_code == 302
    assert "待签收" in head.get(f"/desk/cases/{case_id}").text
    told = web.client(CADRE).get("/desk/messages").text
    assert "已解除您的签收" in told
    assert "对方住院" in told


def test_a_minute_to_take_back_and_no_longer(web: Web) -> None:
    case_id = web.apply().case_id
    task, client = web.open_task(case_id), web.client(CADRE)
    client.post(f"/desk/tasks/{task}/complete", data={"facts_true": "true", "opinion": "情况属实"})
    assert f"/desk/tasks/{task}/take-back" in client.get("/desk/").text
    again = client.post(f"/desk/tasks/{task}/take-back")
    page = client.get(again.location).text
    assert "情况属实" in page
    assert "take-back" not in page
    client.post(again.location + "/complete", data={"facts_true": "true"})
    web.clock.move_to(web.clock.now() + timedelta(seconds=61))
    assert "take-back" not in client.get("/desk/").text
    late = client.post(f"{again.location}/take-back")
    assert (late.status_code, "已超过 60 秒" in late.text) == (409, True)


def test_the_applicant_answers_and_urges(web: Web) -> None:
    receipt = web.apply()
    task, cadre = web.open_task(receipt.case_id), web.client(CADRE)
    cadre.post(f"/desk/tasks/{task}/ask", data={"kind": "question", "text": "您现在住在哪里？"})
    applicant = web.client()
    applicant.post("/status", data={"number": receipt.number, "query_code": receipt.query_code})
    page = applicant.get("/my-case").text
    assert "您现在住在哪里？" in page
    address = re.search(r'action="(/my-case/questions/[0-9a-f]{32})"', page)[1]
    empty = applicant.post(address, data={"answer": " "})
    assert (empty.status_code, "请填写答复" in empty.text) == (422, True)
    assert applicant.post(address, data={"answer": "住在女儿家"}).status_code == 302
    assert "住在女儿家" in cadre.get(f"/desk/tasks/{task}").text
    assert applicant.post("/my-case/urge").status_code == 302
    again = applicant.post("/my-case/urge").text  # on the page of the case, not on one of errors
    assert again.index("今天已经催办过 1 次") < again.index("现在怎么样了")
    assert "申请人催您办理" in cadre.get("/desk/messages").text


def test_messages_are_paged_in_bounded_statements(web: Web) -> None:
    actor, by = web.actor(CADRE), web.actor(CLERK)
    about = messages.About(web.apply().case_id, "220122-2020-000001", "入户调查")
    client = web.client(CADRE)

    def cost() -> tuple[int, str]:
        with counted(web.database.engine) as statements:
            page = client.get("/desk/messages").text
        return len(statements), page

    cost()  # a session is noted as used once a minute
    few, _ = cost()
    with web.database.write() as session:
        for n in range(20):
            messages.tell(session, [actor.user_id], "urged", about, by, web.clock.now(), f"第 {n} 次")
    many, page = cost()
    assert many == few
    assert ("第 19 次" in page, "第 1 次" in page) == (True, False)
    second = client.get(re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")).text
    assert ("第 19 次" in second, "第 1 次" in second) == (False, True)
    assert client.post("/desk/messages/read").status_code == 302
    assert client.get("/desk/messages/unread").json["count"] == ""
