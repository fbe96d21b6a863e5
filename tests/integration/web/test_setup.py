"""机构和人员: offices and people in the browser, the import with its dry run, and the alarm of empty positions."""

from __future__ import annotations

import io
import re
from datetime import timedelta

from openpyxl import load_workbook

from app import audit
from app.core.clock import local_date
from app.identity import appointed, people, staff
from app.identity import queries as identity
from app.inbox import operations as inbox
from tests.support.web import COUNTY, TOWNSHIP, VILLAGE, Web

ADMIN, CADRE = f"administrator.{COUNTY}", f"village_cadre.{VILLAGE}"


def office_of(web: Web, code: str) -> str:
    with web.database.read() as session:
        chain = identity.chain_of_code(session, code, local_date(web.clock.now()))
        return identity.offices_of(session, chain)[chain.nearest.level].id


def test_offices_and_people_are_browsed_and_found(web: Web) -> None:
    client = web.client(ADMIN)
    page = client.get("/desk/offices").text
    assert "东好来宝村村民委员会" in page
    assert "没有人的岗位" not in page
    assert "南站" not in page
    assert client.get("/desk/offices?in=220104").status_code == 403
    assert "没有符合条件的区划" in client.get("/desk/offices?q=不存在").text
    assert "东好来宝村" in client.get(f"/desk/offices?in={TOWNSHIP}&q=好来").text
    assert CADRE in client.get(f"/desk/staff?q={CADRE}").text
    assert "village_cadre.220104001001" not in client.get("/desk/staff?q=220104001001").text
    with web.database.read() as session:
        elsewhere = appointed.actor_by_login(session, "village_cadre.220104001001", local_date(web.clock.now())).user_id
    assert client.get(f"/desk/staff/{elsewhere}").status_code == 403


def test_somebody_new_is_appointed_moved_ended_and_taken_back(web: Web) -> None:
    client, today = web.client(ADMIN), local_date(web.clock.now())
    at = f"/desk/offices/{office_of(web, VILLAGE)}"
    form = {"name": "李敏", "username": "li.min", "phone": "", "position": "village_cadre", "since": ""}
    wrong = client.post(f"{at}/people", data={**form, "position": "county_head", "username": "L"})
    assert (wrong.status_code, 'value="李敏"' in wrong.text, "用户名为 3 至 60 位" in wrong.text) == (422, True, True)
    made = client.post(f"{at}/people", data=form)
    password = re.search(r'<code class="figures">([a-z0-9-]{19})</code>', made.text)
    assert password
    assert client.post(f"{at}/people", data=form).status_code == 409
    with web.database.read() as session:
        user_id = appointed.actor_by_login(session, "li.min", today).user_id
        (post,) = people.posts_of(session, [user_id])
    person = f"/desk/staff/{user_id}"
    move = {"on": today.isoformat(), "region": f"{TOWNSHIP}000", "position": "township_clerk"}
    assert client.post(f"{person}/appointments/{post.id}/move", data={**move, "region": "220122999"}).status_code == 404
    assert client.post(f"{person}/appointments/{post.id}/move", data=move).status_code == 302
    assert "农安镇人民政府" in client.get(person).text
    with web.database.read() as session:
        (post,) = [each for each in people.posts_of(session, [user_id]) if each.position == "township_clerk"]
    end = {"on": (today + timedelta(days=3)).isoformat()}
    assert client.post(f"{person}/appointments/{post.id}/end", data={"on": "明天"}).status_code == 422
    assert client.post(f"{person}/appointments/{post.id}/end", data=end).status_code == 302
    assert "撤销结束" in client.get(person).text
    assert client.post(f"{person}/appointments/{post.id}/reopen").status_code == 302
    wrong = client.post(f"{person}/correct", data={"name": "李" * 41, "phone": "0431-83220001"})
    assert (wrong.status_code, 'value="0431-83220001"' in wrong.text, "姓名超过 40 个字" in wrong.text) == (
        422,
        True,
        True,
    )
    assert client.post(f"{person}/correct", data={"name": " 李敏敏 ", "phone": "0431-83220001"}).status_code == 302
    assert "<h1>李敏敏</h1>" in client.get(person).text
    assert client.post(f"{person}/deactivate").status_code == 302
    assert client.post(f"{person}/password").status_code == 409
    assert client.post(f"{person}/restore").status_code == 302
    assert "只显示这一次" in client.post(f"{person}/password").text
    with web.database.read() as session:
        kinds = [event.kind for event in audit.events_of(session, staff.AUDIT_CHAIN)]
    assert kinds == [
        "user_created", "appointed", "appointment_ended", "appointed", "appointment_ended", "appointment_reopened",
        "user_corrected", "user_deactivated", "user_restored", "password_reset",
    ]  # fmt: skip


def test_what_somebody_holds_goes_back_and_an_empty_position_is_an_alarm(web: Web) -> None:
    task = web.open_task(web.apply().case_id)
    cadres = [web.actor(CADRE), web.actor(f"{CADRE}.2")]
    with web.database.write() as session:
        inbox.claim(session, cadres[0], task, web.clock.now())
    client = web.client(ADMIN)
    told = client.post(f"/desk/staff/{cadres[0].user_id}/deactivate", follow_redirects=True).text
    assert "签收而未办完的 1 项工作已退回单位待办" in told
    assert "没有人的岗位" not in client.get("/desk/offices").text
    with web.database.read() as session:
        event = audit.events_of(session, staff.AUDIT_CHAIN)[-1]
        assert (event.kind, event.payload["items"][0]["item"]) == ("work_given_back", task)
        (post,) = people.posts_of(session, [cadres[1].user_id or ""])
    soon = (local_date(web.clock.now()) + timedelta(days=10)).isoformat()
    client.post(f"/desk/staff/{cadres[1].user_id}/appointments/{post.id}/end", data={"on": soon})
    assert "2020-10-22</span> 起无人" in client.get("/desk/offices").text
    client.post(f"/desk/staff/{cadres[1].user_id}/deactivate")
    page = client.get("/desk/offices").text
    assert [text in page for text in ("没有人的岗位", "现在无人", "1 项")] == [True] * 3
    assert "没有人。" in client.get(f"/desk/offices/{office_of(web, VILLAGE)}").text


def confirmed(client, page: str):
    form = page.split('action="/desk/setup/confirm"')[1].split("</form>")[0]
    hidden = dict(re.findall(r'name="(kind|content)" value="([^"]+)"', form))
    return client.post("/desk/setup/confirm", data=hidden)


def tried(client, kind: str, lines: str):
    file = (io.BytesIO(lines.encode()), "file.csv")
    return client.post("/desk/setup", data={"kind": kind, "file": file})


def test_a_file_is_tried_then_confirmed(web: Web) -> None:
    client = web.client(ADMIN)
    assert "请选择要导入的文件" in client.post("/desk/setup", data={"kind": "staff"}).text
    bad = tried(client, "regions", "代码,名称\n22012210,三岗镇\n").text
    assert "第 2 行「代码」" in bad
    assert "确认导入" not in bad
    good = tried(client, "regions", "代码,名称\n220122105000,三岗镇\n").text
    assert "新增 1 个区划" in good
    assert "三岗镇" not in client.get("/desk/offices?q=三岗").text.replace('value="三岗"', "")
    assert confirmed(client, good).location == "/desk/offices"
    assert "三岗镇人民政府" in client.get("/desk/offices?q=三岗").text
    page = tried(client, "staff", "用户名,姓名,区划代码,岗位\nli.min,李敏,220122105000,乡镇（街道）经办人\n").text
    sheet = load_workbook(io.BytesIO(confirmed(client, page).data)).active
    assert [row[3] for row in sheet.values][1:] == ["li.min"]  # type: ignore[union-attr]
    again = confirmed(client, page)
    assert again.location == "/desk/staff"
    assert client.post("/desk/setup/confirm", data={"kind": "staff", "content": "x"}).status_code == 422
    assert load_workbook(io.BytesIO(client.get("/desk/setup/staff.xlsx").data)).sheetnames == ["人员", "说明"]
    assert "220122105000,三岗镇" in client.get("/desk/setup/regions.csv").data.decode("utf-8-sig")
    assert web.client(CADRE).get("/desk/setup").status_code == 403
