"""Nothing typed is lost: desk, window and portal keep it alike, with and without a script."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.drafting import keeping, visitor
from tests.integration.web.test_publicity import CLERK, codes_sent, post_a_notice
from tests.support.photos import PHOTO
from tests.support.web import APPLICATION, COUNTY, PROGRAMME, VILLAGE, Web, flat

CADRE, COLLEAGUE = f"village_cadre.{VILLAGE}", f"village_cadre.{VILLAGE}.2"
APPLY = f"/apply/{PROGRAMME}/{VILLAGE}"
JSON = {"Accept": "application/json"}


def carried(page: str) -> dict[str, str]:
    """What the first form with a draft carries besides the answers."""
    form = page.partition("data-draft=")[2].partition("</form>")[0]
    found = dict(re.findall(r'name="(_draft|_revision|csrf_token)" value="([^"]*)"', form))
    assert set(found) >= {"_draft", "_revision"}
    return found


def saved(client: FlaskClient, page: str, status: int = 200, **typed: Any) -> Any:
    answer = client.post("/drafts", data={**carried(page), **typed}, headers=JSON)
    assert answer.status_code == status, answer.text
    return answer.json


def test_a_form_sent_after_the_session_ended_comes_back_after_the_login_of_the_same_person(web: Web) -> None:
    web.app.config["WTF_CSRF_ENABLED"] = True
    task = web.open_task(web.apply().case_id)
    path, client = f"/desk/tasks/{task}", web.app.test_client()
    web.sign_in(client, CADRE)
    page = client.get(path).text
    web.clock.move_to(web.clock.now() + timedelta(hours=1))
    assert saved(client, page, opinion="自动存的")["ended"]
    parked = client.post(f"{path}/complete", data={**carried(page), "_revision": "1", "opinion": "入户看过"})
    assert (parked.status_code, parked.location) == (302, path)
    login = client.get(path, follow_redirects=True)
    assert login.request.path == "/desk/login"
    assert login.request.args["next"] == path
    assert "已经存好" in login.text
    web.sign_in(client, COLLEAGUE)
    theirs = client.get(path).text
    assert "起草" in theirs
    assert 'rows="3" id="opinion"' not in theirs or "入户看过</textarea>" not in theirs
    assert saved(client, page, 403, opinion="别人接着写")["code"] == "not_yours"
    web.sign_in(client, CADRE)
    again = client.get(path).text
    assert "入户看过</textarea>" in again
    done = client.post(f"{path}/complete", data={**carried(again), **flat({"facts_true": True, "opinion": "属实"})})
    assert (done.status_code, done.location) == (302, "/desk/")


def test_a_colleague_who_is_faster_takes_the_task_and_not_the_text(web: Web) -> None:
    task = web.open_task(web.apply().case_id)
    path, mine, theirs = f"/desk/tasks/{task}", web.app.test_client(), web.app.test_client()
    web.sign_in(mine, CADRE)
    web.sign_in(theirs, COLLEAGUE)
    page = mine.get(path).text
    mine.post(f"{path}/claim", data={**carried(page), "opinion": ""})
    assert "填的内容。" not in mine.get(path).text  # nothing was typed
    mine.post(f"{path}/unclaim", data={**carried(page), "opinion": ""})
    saved(mine, page, opinion="我写的意见")
    copied = re.search(rf'action="({path}/drafts/\w+)"', theirs.get(path).text)
    assert copied is not None
    assert theirs.post(copied[1]).location == path
    assert "我写的意见</textarea>" in theirs.get(path).text
    posted = {**carried(page), "_revision": "1", "opinion": "签收时写的"}
    mine.post(f"{path}/claim", data=posted)
    assert "签收时写的</textarea>" in mine.get(path).text
    assert theirs.get(path).status_code == 409  # signed for: what was copied is there to be read
    mine.post(f"{path}/unclaim", data={**posted, "_revision": "2", "opinion": "放回时写的"})
    theirs.post(f"{path}/complete", data=flat({"facts_true": True, "opinion": "属实"}))
    refused = mine.post(f"{path}/complete", data=flat({"facts_true": True, "opinion": "晚了一步"}))
    assert refused.status_code == 409
    assert "晚了一步" in refused.text
    late = mine.get(path)
    assert late.status_code == 409
    assert "放回时写的" in late.text
    assert "办结" in late.text


def test_an_applicant_goes_on_on_the_same_phone_and_by_code_on_another(web: Web) -> None:
    phone, other = web.client(), web.client()
    code = re.search(r"data-resume-code>([^<]+)<", phone.get(APPLY).text)[1]  # type: ignore[index]
    saved(phone, phone.get(f"{APPLY}/1").text, name=APPLICATION["name"])
    photo = phone.get(f"{APPLY}/7").text
    kept = saved(phone, photo, name="别的页写不进来", material_files=(BytesIO(PHOTO), "户口簿.jpg"))
    assert [(each["field"], each["name"]) for each in kept["files"]] == [("material_files", "户口簿.jpg")]
    assert f'value="{APPLICATION["name"]}"' in phone.get(f"{APPLY}/1").text
    assert "户口簿.jpg" in phone.get(f"{APPLY}/7").text
    assert other.post("/resume", data={"code": "0000-0000-0000"}).status_code == 404
    assert APPLICATION["name"] not in other.get(f"{APPLY}/1").text
    as_read = code.lower().replace("0", "o").replace("1", "l")
    assert other.post("/resume", data={"code": as_read}).status_code == 302
    assert APPLY in other.get("/resume").text
    assert "户口簿.jpg" in other.get(f"{APPLY}/check").text
    assert other.post(APPLY, data=flat(APPLICATION)).location == "/apply/receipt"
    assert APPLY not in other.get("/resume").text  # its receipt is nothing to go on with
    assert "户口簿.jpg" in other.get("/my-case").text
    assert APPLICATION["name"] not in phone.get(f"{APPLY}/1").text
    assert visitor.read("7K3m-9qxr-2htb") == visitor.read("７K3M9QXR2HTB") == "7K3M9QXR2HTB"
    assert [visitor.read(each) for each in ("", "7K3M", "7K3M-9QXR-2HT!")] == ["", "", ""]


def test_two_tabs_of_the_window_are_told_and_both_texts_are_offered(web: Web) -> None:
    client = web.client()
    web.sign_in(client, f"county_clerk.{COUNTY}")
    address = f"/desk{APPLY}"
    first, second = client.get(address).text, client.get(address).text
    saved(client, first, name="王桂芳")
    assert saved(client, second, 409, name="李秀兰")["beside"]
    page = client.get(address).text
    assert 'value="王桂芳"' in page
    assert "李秀兰" in page
    client.post("/drafts/swap", data={"_draft": carried(page)["_draft"]})
    assert 'value="李秀兰"' in client.get(address).text
    client.post("/drafts/drop", data={"_draft": carried(page)["_draft"]})
    assert "李秀兰" not in client.get(address).text
    assert client.post("/drafts", data={"_draft": "made up", "name": "x"}, headers=JSON).status_code == 409


def test_a_correction_begun_by_one_is_kept_seen_by_the_other_and_told_when_the_application_moved(web: Web) -> None:
    address = f"/desk/cases/{web.apply().case_id}/correct"
    mine, theirs = web.client(CLERK), web.client(f"{CLERK}.2")
    page = mine.get(address).text
    saved(mine, page, **flat({**APPLICATION, "post": "钢筋工"}), correction_reason="笔误，已核对")
    again = mine.get(address).text
    assert 'value="钢筋工"' in again
    assert "笔误，已核对</textarea>" in again
    assert "申请内容在您填写以后变过" not in again
    seen = theirs.get(address).text
    assert "起草" in seen
    assert "笔误，已核对</dd>" in seen
    assert 'value="瓦工"' in seen
    sent = {**carried(seen), **flat({**APPLICATION, "post": "木工"}), "correction_reason": "本人说明"}
    assert theirs.post(address, data=sent).status_code == 302
    assert "申请内容在您填写以后变过" in mine.get(address).text
    assert "本人说明" not in theirs.get(address).text  # what was sent is nobody's draft


def test_an_objection_half_written_is_back_on_this_device_and_on_no_other(web: Web) -> None:
    address, phone = post_a_notice(web), web.client()
    typed = {"name": "孙志", "phone": "13904310009", "reason": "他家有两套房"}
    saved(phone, phone.get(address).text, **typed)
    back = phone.get(address).text
    assert "他家有两套房</textarea>" in back
    assert "他家有两套房" not in web.client().get(address).text
    assert address in phone.get("/resume").text
    assert phone.post(address, data={**carried(back), **typed}).status_code == 302
    assert address in phone.get("/resume").text  # until the number is confirmed
    phone.post("/objections/confirm", data={"code": codes_sent(web)[-1]})
    assert address not in phone.get("/resume").text


def test_the_form_of_tasks_that_are_decided_together_is_kept_until_it_is_tried(web: Web) -> None:
    case_id = web.apply().case_id
    web.client(CADRE).post(
        f"/desk/tasks/{web.open_task(case_id)}/complete", data=flat({"facts_true": True, "opinion": "属实"})
    )
    clerk = web.client(CLERK)
    page = clerk.post("/desk/together", data={"item": web.open_task(case_id)}).location
    saved(clerk, clerk.get(page).text, amount="700")
    again = clerk.get(page).text
    assert 'value="700"' in again
    assert clerk.post(f"{page}/try", data={**carried(again), "confirmed": "true", "amount": "800"}).status_code == 302
    assert saved(clerk, again, 409, amount="700")["code"] == "gone"  # a tab that still knew what was tried


def test_what_is_begun_in_several_acts_of_a_task_stays_each_in_its_own(web: Web) -> None:
    case_id = web.apply().case_id
    first = web.open_task(case_id)
    web.client(CADRE).post(f"/desk/tasks/{first}/complete", data=flat({"facts_true": True, "opinion": "属实"}))
    task, clerk, other = web.open_task(case_id), web.client(CLERK), web.client(f"{CLERK}.2")
    address = f"/desk/tasks/{task}"
    page = clerk.get(address).text
    saved(
        clerk,
        "data-draft=" + page.partition('/return" data-confirm')[2].partition("data-draft=")[2],
        reason="材料缺病历，请补",
    )
    saved(clerk, page.partition("/comments")[2], text="请再核实收入")
    again = clerk.get(address).text
    assert "材料缺病历，请补</textarea>" in again
    assert "请再核实收入</textarea>" in again
    assert "请再核实收入</textarea>" in clerk.get(f"/desk/cases/{case_id}").text
    assert "请再核实收入" not in other.get(address).text
    elsewhere = clerk.post(f"/desk/cases/{case_id}/code", data={"id_number": "1"})  # another form of the page, refused
    assert (elsewhere.status_code, "data-unsent" in elsewhere.text) == (422, False), "empty reasons are no drafts"
    assert "请再核实收入</textarea>" in elsewhere.text
    other.post(f"{address}/complete", data={"confirmed": "true", "amount": "800"})
    late = clerk.post(f"{address}/return", data={"element_id": "verification", "reason": "材料缺病历，请补齐"})
    assert late.status_code == 409
    assert "材料缺病历，请补齐</dd>" in late.text
    assert "材料缺病历，请补</dd>" in clerk.get(address).text
    sent = {**carried(again.partition("/comments")[2]), "text": "请再核实收入"}
    assert clerk.post(f"/desk/cases/{case_id}/comments", data=sent).status_code == 302
    assert "请再核实收入</textarea>" not in clerk.get(f"/desk/cases/{case_id}").text


def test_a_figure_half_entered_is_back_where_it_was_begun(web: Web) -> None:
    owner, address = web.client(f"policy_owner.{COUNTY}"), "/desk/figures/new"
    page = owner.get(address).text
    saved(owner, page, value="512", reason="吉民发〔2020〕7号")
    assert "吉民发〔2020〕7号</textarea>" in owner.get(address).text
    assert "吉民发〔2020〕7号" not in owner.get(f"{address}?key=rural_basic_home_month").text


def test_an_address_without_an_account_fills_no_disk_in_a_day(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_BEGUN", 2)
    monkeypatch.setattr(keeping, "MOST_MEGABYTES", 3)
    monkeypatch.setattr(keeping, "MEGABYTE", 1024)
    phone = web.client()
    page, photos = phone.get(f"{APPLY}/1").text, phone.get(f"{APPLY}/7").text
    assert saved(phone, page, 413, name="长" * keeping.LONGEST)["code"] == "too_long"
    begun = saved(phone, photos, material_files=(BytesIO(PHOTO + bytes(1024)), "户口簿.jpg"))
    known = {"_revision": str(begun["revision"])}  # going on with a draft begins none
    two = {"material_files": (BytesIO(PHOTO + bytes(1025)), "病历.jpg")}
    assert saved(phone, photos, 429, **known, **two)["code"] == "throttled"
    saved(phone, page, **known, name="王建国")
    saved(web.client(), web.client().get(f"{APPLY}/1").text, name="李")
    assert "24 小时" in saved(web.client(), web.client().get(f"{APPLY}/1").text, 429, name="孙")["message"]
    web.clock.move_to(web.clock.now() + keeping.DAY)
    saved(web.client(), web.client().get(f"{APPLY}/1").text, name="孙")
