"""The application: a page at a time, saved as it is typed, checked before it is signed."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from app.cases import operations as cases
from app.core.actor import APPLICANT
from tests.integration.web.test_drafts import carried
from tests.integration.web.test_portal import APPLY, apply
from tests.support.statements import counted
from tests.support.web import APPLICATION, VILLAGE, Web, flat
from tests.support.worlds import id_number

DIBAO = f"/apply/dibao/{VILLAGE}"


def walk(client: FlaskClient, start: str, answers: dict[str, Any]) -> list[str]:
    """Fill in page after page as a browser without a script does; returns the titles that were seen."""
    typed, seen = flat(answers), list[str]()
    address = re.search(r'btn-primary" href="([^"]+)">(?:开始填写|接着填)', client.get(start).text)[1]
    while not address.endswith("/check"):
        page = client.get(address)
        seen.append(re.search(r"<h1>(.*?)</h1>", page.text, re.S)[1])
        names = set(re.findall(r'name="([^_"][^"]*)"', page.text))
        posted = {name: typed[name] for name in names & typed.keys()}
        answer = client.post(address, data={**carried(page.text), **posted} if "data-draft" in page.text else posted)
        assert answer.status_code == 302, answer.text
        address = answer.location
    return seen


def test_page_after_page_without_a_script_to_one_receipt(web: Web) -> None:
    client = web.client()
    seen = walk(client, APPLY, {**APPLICATION, "authorised": None})
    assert seen == [
        "申请人",
        "住址、户口和账号",
        "困难情况",
        "原来的工作单位",
        "单位证明人",
        "家庭经济状况",
        "材料照片",
    ]
    check = client.get(f"{APPLY}/check").text
    assert "第 8 步，共 8 步" in check
    assert "王建国" in check
    assert re.search(rf'href="{APPLY}/1\?then=check#f-phone"', check)
    posted = {**carried(check), "authorised": "true"}
    first, second = client.post(APPLY, data=posted), client.post(APPLY, data=posted)
    assert first.location == second.location == "/apply/receipt"
    codes = re.findall(r"<code>(.*?)</code>", client.get("/apply/receipt").text)
    assert len(codes) == 2
    assert web.client(f"village_cadre.{VILLAGE}").get("/desk/").text.count("data-row>") == 1


MEMBER = {"name": "王建国", "id_number": APPLICATION["id_number"], "relation": "本人"}
HOUSEHOLD = {"annual_income": "9000", "financial_assets": "1000"}


def members(number: int) -> list[dict[str, Any]]:
    return [MEMBER, *({"name": f"家人{n}", "id_number": id_number(n), "relation": "子"} for n in range(1, number))]


def test_forty_members_one_by_one_and_one_of_them_taken_out_again(web: Web) -> None:
    client, listed = web.client(), f"{DIBAO}/5"
    client.post(f"{DIBAO}/2", data={"name": "王建国", "id_number": MEMBER["id_number"]})
    first = client.get(f"{listed}/0").text
    assert all(f'value="{text}"' in first for text in MEMBER.values())  # who applies is the first of them
    for place, member in enumerate(members(40)):
        page = client.get(f"{listed}/{place}").text
        assert f"第 {place + 1} 位" in page
        posted = {f"household.members.{place}.{key}": text for key, text in member.items()}
        answer = client.post(f"{listed}/{place}", data={**carried(page), **posted, "_another": "1"})
        assert answer.location == f"{listed}/{place + 1}", answer.text
    assert client.get(listed).text.count("修改<span") == 40
    wrong = client.post(f"{listed}/40", data={"household.members.40.name": "没填完"})
    assert wrong.status_code == 422
    assert client.post(listed, data={}).status_code == 422  # the last one is not complete
    assert client.post(listed, data={"_remove:household.members.40": "1"}).location == listed
    client.post(listed, data={"_remove:household.members.1": "1"})
    page = client.get(listed).text
    assert "家人1<" not in page
    with counted(web.database.engine) as statements:
        client.get(f"{DIBAO}/3")  # with the lists of regions
        client.get(f"{DIBAO}/check")
    assert len(statements) <= 12
    assert page.index("家人2<") < page.index("家人39<")
    assert client.post(listed, data={}).location == f"{DIBAO}/6"


def test_a_few_questions_tell_which_programmes_may_fit_and_what_to_bring(web: Web) -> None:
    client = web.client()
    page = client.get(f"/fits?at={VILLAGE}").text
    assert page.count("<fieldset") == len(set(re.findall(r'name="(\w+)" value="true"', page))) > 5
    told = client.get(f"/fits?at={VILLAGE}&asked=1&poor=true&disabled=true&ill=false&disaster=false").text
    fits, unknown, not_ = (told.index(f"<h2>{each}</h2>") for each in ("可能符合", "还说不准", "看来不符合"))
    assert fits < told.index("<h3>最低生活保障</h3>") < told.index("残疾人证</li>") < unknown
    assert "诊断证明" not in told[fits:unknown]
    assert unknown < told.index("<h3>孤儿") < not_ < told.index("<h3>受灾人员救助</h3>")
    unanswered = client.get(f"/fits?at={VILLAGE}&asked=1").text
    assert ("您还没有回答问题" in told, "您还没有回答问题" in unanswered) == (False, True)
    assert f"/fits?at={VILLAGE}" in client.get("/", query_string={"village": VILLAGE, **PATH}).text
    assert "诊断证明和医疗费票据（有的才要）" in client.get(DIBAO).text


PATH = {"province": "22", "city": "2201", "county": "220122", "township": "220122100"}


def test_letters_are_as_large_as_they_were_chosen_and_the_form_can_be_printed_empty(web: Web) -> None:
    client = web.client()
    assert client.get("/display?text=large&back=https://example.org/").location == "/"
    assert client.get(f"/display?text=larger&back={DIBAO}").location == DIBAO
    assert '<html lang="zh-CN" data-text="larger">' in client.get(DIBAO).text
    paper = client.get(f"{DIBAO}/paper").text
    assert paper.count("<tr>") == 7
    assert "□ 家人、邻居等代为申请" in paper
    assert "仍要求受理" not in paper
    assert "<input" not in paper.partition("paper-form")[2]
    client.get("/display?text=")
    assert "data-text" not in client.get(DIBAO).text


def test_who_applied_for_somebody_as_a_neighbour_does_not_handle_it(web: Web) -> None:
    clerk = "township_clerk.220122100"
    data = {
        **{key: APPLICATION[key] for key in ("name", "id_number", "phone", "address", "bank_account", "authorised")},
        "applied_by": "proxy", "household": {"members": members(3), **HOUSEHOLD},
        "proxy": {"name": web.actor(clerk).name, "relation": "邻居", "phone": "13904310005"},
    }  # fmt: skip
    with web.database.write() as session:
        case_id = cases.apply(session, APPLICANT, "dibao", VILLAGE, data, web.clock.now()).case_id
    task = web.open_task(case_id)
    answer = web.client(clerk).post(f"/desk/tasks/{task}/complete", data={"complete": "true"})
    assert answer.status_code == 403
    assert "代办人" in answer.text
    assert web.client(f"{clerk}.2").post(f"/desk/tasks/{task}/complete", data={"complete": "true"}).status_code != 403


def test_a_region_is_chosen_by_its_names_and_a_wrong_way_counts_as_far_as_it_leads(web: Web) -> None:
    client, page = web.client(), f"{APPLY}/2"
    assert ["220122", "农安县"] in client.get("/regions?above=2201").json
    lists = client.post(page, data={"hukou_region": ["22", "2201"], "_add:hukou_region": "1"}).text
    assert lists.count('name="hukou_region"') == 3
    assert '<option value="220122">农安县</option>' in lists
    assert client.post(page, data={"hukou_region": ["22", "3401"]}).text.count("请选到县（市、区）") > 0
    client.post(page, data={"hukou_region": ["22", "2201", "220122"]})
    assert "吉林省长春市农安县" in client.get(f"{APPLY}/check").text


def test_nobody_is_asked_to_insist_before_a_rule_was_shown(web: Web) -> None:
    client = web.client()
    client.post(f"{APPLY}/3", data={"months_without_income": "2"})
    assert 'name="insist"' not in client.get(f"{APPLY}/check").text
    refused = apply(client, months_without_income=2)
    assert 'name="insist"' in refused.text
    assert "（吉民" in refused.text  # people know the document, not our id of its clause
    assert client.post(APPLY, data={"insist": "true"}).location == "/apply/receipt"


def test_village_or_community_is_chosen_by_the_name_of_the_place(web: Web) -> None:
    page = web.client().get(f"{APPLY}/2").text
    assert re.search(r'name="urban" value="(\w+)" checked', page)[1] == "false"  # type: ignore[index]
    assert "已经按“东好来宝村”选好" in page
