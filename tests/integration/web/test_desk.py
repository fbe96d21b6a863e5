"""The desk's pages: what they show, what they refuse, and that a refusal loses nothing."""

from __future__ import annotations

import io
from datetime import timedelta

from lxml import html
from openpyxl import load_workbook
from sqlalchemy import update

from app.inbox import operations as inbox
from app.inbox.models import WorkItem
from app.registry import lookups
from app.registry import operations as registry
from tests.support.photos import photo
from tests.support.web import APPLICATION, PROGRAMME, VILLAGE, Web, flat

CADRE, COLLEAGUE = "village_cadre.220122100001", "village_cadre.220122100001.2"
CLERK = "township_clerk.220122100"
HEAD = "township_head.220122100"


def complete(web: Web, username: str, case_id: str, **data: str) -> None:
    answer = web.client(username).post(f"/desk/tasks/{web.open_task(case_id)}/complete", data=data)
    assert answer.status_code == 302, answer.text


def test_a_case_goes_from_page_to_page_to_its_letter(web: Web) -> None:
    case_id = web.apply().case_id
    complete(web, CADRE, case_id, facts_true="true", opinion="情况属实")
    complete(web, CLERK, case_id, confirmed="true", amount="800")
    clerk = web.client(CLERK)
    page = clerk.get(f"/desk/cases/{case_id}").text
    for shown in ("已批准", "800.00 元", "审批决定书", "提交申请", "已经办结，没有待办", "村（社区）调查核实"):
        assert shown in page
    letters = [part.split('"')[0] for part in page.split('href="') if part.startswith("/desk/documents/")]
    word = clerk.get(next(link for link in reversed(letters) if link.endswith(".docx")))
    assert word.data[:2] == b"PK"
    assert "attachment" in word.headers["Content-Disposition"]


def test_the_case_page_says_where_it_stands_and_how_it_came_there(web: Web) -> None:
    case_id, cadre = web.apply().case_id, web.actor(CADRE).name
    told = "下一步“村（社区）调查核实”，由村干部办理（待签收），2020年10月15日前办完。"
    assert told in case_page(web, case_id)
    web.clock.move_to(web.clock.now() + timedelta(days=1))
    complete(web, CADRE, case_id, facts_true="true")
    assert stops(web, case_id)[0][:2] == ("本人提出申请", "2020-10-12 10:00")
    assert stops(web, case_id)[-2:] == [
        ("村（社区）调查核实", "2020-10-13 10:00", cadre), ("乡镇（街道）复核确认", "正在这里", ""),
    ]  # fmt: skip
    sent = {"element_id": "village_investigation", "reason": "证明人电话打不通"}
    web.client(CLERK).post(f"/desk/tasks/{web.open_task(case_id)}/return", data=sent)
    assert stops(web, case_id)[-1] == ("村（社区）调查核实", "正在这里", "")
    web.clock.move_to(web.clock.now() + timedelta(days=7))
    assert "已经逾期" in case_page(web, case_id)
    complete(web, CADRE, case_id, facts_true="true")
    complete(web, CLERK, case_id, confirmed="true", amount="800")
    assert "已批准，2020-10-20 办结；待支付 800.00 元。" in case_page(web, case_id)
    assert stops(web, case_id)[-1] == ("救助完成，材料归档", "2020-10-20 10:00", "系统")


def test_a_person_s_file_lists_what_was_applied_for(web: Web) -> None:
    case_id = web.apply().case_id
    complete(web, CADRE, case_id, facts_true="true")
    complete(web, CLERK, case_id, confirmed="true", amount="800")
    with web.database.read() as session:
        person = lookups.person_id(session, APPLICATION["id_number"])
    file = web.client("county_clerk.220122").get(f"/desk/people/{person}").text
    assert f"/desk/cases/{case_id}" in file[file.index("申请和案件") :]


def case_page(web: Web, case_id: str) -> str:
    return web.client(CLERK).get(f"/desk/cases/{case_id}").text


def stops(web: Web, case_id: str) -> list[tuple[str, str, str]]:
    """What the diagram's text says: element, time, who."""
    tree = html.fromstring(case_page(web, case_id))
    rows = tree.xpath("//section[@id='diagram']//tbody/tr")
    return [(row[0].text_content(), row[2].text_content(), row[3].text_content()) for row in rows]


def test_a_wrong_form_comes_back_as_it_was_typed(web: Web) -> None:
    case_id = web.apply().case_id
    task = web.open_task(case_id)
    answer = web.client(CADRE).post(f"/desk/tasks/{task}/complete", data={"facts_true": "false", "opinion": " "})
    assert answer.status_code == 422
    assert 'value="false" checked' in answer.text
    assert "is-invalid" in answer.text
    assert web.open_task(case_id) == task


def test_who_signed_for_a_task_is_named_to_the_colleague(web: Web) -> None:
    task = web.open_task(web.apply().case_id)
    holder = web.actor(CADRE)
    with web.database.write() as session:
        inbox.claim(session, holder, task, web.clock.now())
    answer = web.client(COLLEAGUE).post(f"/desk/tasks/{task}/complete", data={"facts_true": "true"})
    assert answer.status_code == 409
    assert f"{holder.name}于2020-10-12 10:00签收" in answer.text


def test_a_stale_page_learns_who_was_faster(web: Web) -> None:
    case_id = web.apply().case_id
    task = web.open_task(case_id)
    complete(web, CADRE, case_id, facts_true="true")
    answer = web.client(COLLEAGUE).post(f"/desk/tasks/{task}/complete", data={"facts_true": "true"})
    assert answer.status_code == 409
    assert f"由{web.actor(CADRE).name}于2020-10-12 10:00办结" in answer.text


def test_identity_numbers_are_masked_where_nobody_checks_them(web: Web) -> None:
    case_id = web.apply().case_id
    case_page = web.client(CLERK).get(f"/desk/cases/{case_id}").text
    assert "220122198305123011" not in case_page
    assert "220122********3011" in case_page
    assert "6228480240001234568" not in case_page
    task_page = web.client(CADRE).get(f"/desk/tasks/{web.open_task(case_id)}").text
    assert "220122198305123011" in task_page


def test_a_case_is_returned_with_a_reason(web: Web) -> None:
    case_id = web.apply().case_id
    complete(web, CADRE, case_id, facts_true="true")
    client, task = web.client(CLERK), web.open_task(case_id)
    without = client.post(f"/desk/tasks/{task}/return", data={"element_id": "village_investigation", "reason": ""})
    assert without.status_code == 422
    assert "请填写理由" in without.text
    sent = {"element_id": "village_investigation", "reason": "证明人电话打不通"}
    assert client.post(f"/desk/tasks/{task}/return", data=sent).status_code == 302
    assert "证明人电话打不通" in client.get(f"/desk/cases/{case_id}").text
    assert "村（社区）调查核实" in web.client(CADRE).get("/desk/").text


def test_the_inbox_filters_and_pages_without_losing_the_filter(web: Web) -> None:
    for number in range(20):
        web.apply(name=f"王{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉'[number]}")
    web.apply(name="赵六")
    client = web.client(CADRE)
    first = client.get("/desk/?q=王").text
    assert first.count("data-row>") == 18
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(following).text
    assert second.count("data-row>") == 2
    assert "赵六" not in first + second
    assert "没有符合条件的待办" in client.get("/desk/?q=没有这个人").text
    assert "没有符合条件的待办" in client.get("/desk/?tab=overdue&step=none").text


def test_a_broken_cursor_is_no_bug(web: Web) -> None:
    web.apply()
    client = web.client(CLERK)
    assert [client.get(f"/desk/{page}?after=%27%22").status_code for page in ("", "cases", "incidents", "notices")] == [
        422, 422, 422, 200
    ]  # fmt: skip


def test_cases_are_found_by_number_name_and_identity_number(web: Web) -> None:
    number = web.apply().number
    client = web.client(CLERK)
    for text in (number, number[-4:], "王建", "建国", "国", "jg", "WJG", "w", "220122198305123011", "3011"):
        assert "王建国" in client.get("/desk/cases", query_string={"q": text}).text
    assert "没有符合条件的案件" in client.get("/desk/cases?q=国王").text
    assert "没有符合条件的案件" in web.client("village_cadre.220104001001").get("/desk/cases").text


def test_the_excel_export_never_runs_what_a_name_says(web: Web) -> None:
    web.apply(name='=HYPERLINK("http://evil")')
    content = web.client(CLERK).get("/desk/cases.xlsx").data
    sheet = load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in sheet[1]][:2] == ["案号", "申请人"]
    assert (sheet["B2"].value, sheet["B2"].data_type) == ('=HYPERLINK("http://evil")', "s")


def test_materials_are_shown_apart_from_the_site(web: Web) -> None:
    case_id = web.apply().case_id
    client = web.client(CLERK)
    sent = {"files": (io.BytesIO(photo(format="PNG")), "身份证.png")}
    answer = client.post(f"/desk/cases/{case_id}/materials", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 302
    page = client.get(f"/desk/cases/{case_id}").text
    link = page.split('href="/desk/materials/')[1].split('"')[0]
    shown = client.get(f"/desk/materials/{link}")
    assert shown.mimetype == "image/png"
    assert "sandbox" in shown.headers["Content-Security-Policy"]


def test_passwords_change_only_for_who_knows_the_old_one(web: Web) -> None:
    from tests.support.web import PASSWORD

    client = web.client(CADRE)
    new = {"new": "another long one", "again": "another long one"}
    assert client.post("/desk/password", data={"old": "wrong", **new}).status_code == 422
    assert client.post("/desk/password", data={"old": PASSWORD, **new}).status_code == 302
    login = {"username": CADRE, "password": new["new"]}
    assert web.client().post("/desk/login", data=login).status_code == 302


def test_a_copy_is_read_not_done(web: Web) -> None:
    case_id = web.apply().case_id
    task = web.open_task(case_id)
    with web.database.write() as session:
        session.execute(update(WorkItem).where(WorkItem.id == task).values(kind="copy"))
    client = web.client(CADRE)
    assert client.get(f"/desk/tasks/{task}").location == f"/desk/cases/{case_id}"
    assert client.post(f"/desk/tasks/{task}/read").status_code == 302
    assert "暂无待办" in client.get("/desk/").text


def test_the_window_is_told_what_the_registry_knows(web: Web) -> None:
    known = {"benefits": [{
        "programme": "dibao", "id_number": APPLICATION["id_number"], "region": "220122",
        "paid_on": "2020-01-10", "amount": "300",
    }]}  # fmt: skip
    with web.database.write() as session:
        registry.import_story_registry(session, known, web.clock.now())
    client, address = web.client(CLERK), f"/desk/apply/{PROGRAMME}/{VILLAGE}"
    assert address in client.get("/desk/apply", query_string={"village": VILLAGE}).text
    refused = client.post(address, data=flat(APPLICATION))
    assert refused.status_code == 422
    assert "低保" in refused.text
    insisting = client.post(address, data={**flat(APPLICATION), "insist": "true"})
    assert insisting.status_code == 302
    slip = client.get("/desk/apply/receipt").text
    assert "请打印交给申请人" in slip
    assert "申请收件回执" in slip, "received is not accepted (受理): that is decided later"
    assert APPLICATION["id_number"] in slip.partition("申请表</h2>")[2], "printed to be signed"
    assert f"/desk/apply?village={VILLAGE}" in slip.partition("下一位")[0]
    case = client.get(slip.split('href="/desk/cases/')[1].join(["/desk/cases/", ""]).split('"')[0]).text
    assert "<strong>不符合的条件</strong>" in case
    assert "窗口代办" in case


def test_a_card_is_read_into_what_was_typed(web: Web) -> None:
    client, address, number = web.client(CLERK), f"/desk/apply/{PROGRAMME}/{VILLAGE}", APPLICATION["id_number"]
    typed = {"phone": "13904310001", "_action": "card"}
    read = client.post(address, data={**typed, "_card": f"王建国|男|汉|19900101|农安县农安镇1号|{number}|农安县公安局"})
    assert read.status_code == 200
    for value in ("13904310001", "王建国", number, "农安县农安镇1号"):
        assert f'value="{value}"' in read.text
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    refused = client.post(address, data={**typed, "_card": f"王建国|{wrong}"})
    assert refused.status_code == 422
    assert "号码校验不对" in refused.text
    assert 'value="13904310001"' in refused.text


def test_a_task_goes_to_a_colleague_of_the_same_position(web: Web) -> None:
    task = web.open_task(web.apply().case_id)
    colleague = web.actor(COLLEAGUE)
    client = web.client(CADRE)
    assert colleague.name in client.get(f"/desk/tasks/{task}").text
    handed = {"user_id": colleague.user_id, "reason": "外出"}
    assert client.post(f"/desk/tasks/{task}/transfer", data=handed).status_code == 302
    assert "暂无待办" in client.get("/desk/").text
    assert web.client(COLLEAGUE).get("/desk/?scope=mine").text.count("data-row>") == 1


def test_a_case_on_hold_moves_again_after_its_release(web: Web) -> None:
    case_id = web.apply().case_id
    client, task = web.client(HEAD), web.open_task(case_id)
    clerk = web.client(CLERK)
    assert "/hold" not in clerk.get(f"/desk/cases/{case_id}").text
    assert clerk.post(f"/desk/cases/{case_id}/hold", data={"reason": "申请人外出"}).status_code == 403
    without = client.post(f"/desk/cases/{case_id}/hold", data={"reason": ""})
    assert (without.status_code, "请填写理由" in without.text) == (422, True)
    assert client.post(f"/desk/cases/{case_id}/hold", data={"reason": "申请人外出"}).status_code == 302
    stopped = web.client(CADRE).post(f"/desk/tasks/{task}/complete", data={"facts_true": "true"})
    assert stopped.status_code == 409
    assert "/release" not in clerk.get(f"/desk/cases/{case_id}").text
    assert clerk.post(f"/desk/cases/{case_id}/release").status_code == 403
    client.post(f"/desk/cases/{case_id}/release")
    complete(web, CADRE, case_id, facts_true="true")
    page = client.get(f"/desk/cases/{case_id}").text
    assert "暂停办理：申请人外出" in page
    assert "恢复办理" in page


def test_the_case_page_says_what_the_rules_saw(web: Web) -> None:
    page = web.client(CLERK).get(f"/desk/cases/{web.apply().case_id}").text
    for told in (
        "家庭人均月收入 <strong>416.67</strong>",
        "农村低保标准（月） <strong>345 元</strong>",
        "符合条件",
        "申请方式 <strong>本人申请</strong>",
    ):
        assert told in page


def test_an_application_is_corrected_on_a_page_of_its_own(web: Web) -> None:
    case_id = web.apply().case_id
    clerk, address = web.client(CLERK), f"/desk/cases/{case_id}/correct"
    assert address in clerk.get(f"/desk/cases/{case_id}").text
    assert address not in web.client(CADRE).get(f"/desk/cases/{case_id}").text
    page = clerk.get(address).text
    assert 'value="瓦工"' in page
    typed = flat({**APPLICATION, "post": "钢筋工"})
    refused = clerk.post(address, data=typed)
    assert refused.status_code == 422
    assert "请填写理由" in refused.text
    assert "钢筋工" in refused.text
    assert clerk.post(address, data={**typed, "correction_reason": "笔误"}).status_code == 302
    assert "钢筋工" in clerk.get(address).text
    assert "更正申请内容（工作岗位）：笔误" in clerk.get(f"/desk/cases/{case_id}").text
