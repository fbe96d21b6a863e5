"""The list of work: urgent first, every kind in its tab, filters in the address, changes without a reload."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

from openpyxl import load_workbook
from sqlalchemy import select, update

from app.inbox import operations as inbox
from app.inbox.models import WorkItem
from app.inbox.queries import NO_DUE_DAY
from tests.support.statements import counted
from tests.support.web import Web

CADRE, COLLEAGUE = "village_cadre.220122100001", "village_cadre.220122100001.2"
CLERK = "township_clerk.220122100"
MOST_STATEMENTS = 24
"""Of a page of work, whoever is signed in and however much there is: entry, rows, counts, duties, choices, names."""


def test_urgent_work_stands_first_and_pages_go_on_behind_it(web: Web) -> None:
    for number in range(20):
        web.apply(name=f"王{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉'[number]}")
    urgent = web.open_task(web.apply(name="赵六").case_id)
    with web.database.write() as session:
        free = {"rank": 0, "clock_id": None, "due_on": None, "amount": Decimal(300)}
        session.execute(update(WorkItem).where(WorkItem.id == urgent).values(free))
        paused = select(WorkItem.id).where(WorkItem.subject == "王乙").scalar_subquery()
        session.execute(update(WorkItem).where(WorkItem.id == paused).values(due_on=None, sort_on=NO_DUE_DAY))
    client = web.client(CADRE)
    with counted(web.database.engine) as statements:
        first = client.get("/desk/").text
    assert len(statements) <= MOST_STATEMENTS, statements
    assert first.index("赵六") < first.index("王甲")
    assert '特急</span> <span class="tag tag-red">立即办理' in first
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(following).text
    assert second.count("data-row>") == 3
    assert 'tag-amber">暂停计时' in second
    assert "赵六" not in second
    for sort in ("arrived", "amount", "name"):
        page = client.get(f"/desk/?sort={sort}").text
        following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        assert client.get(following).text.count("data-row>") == 3
    narrow = client.get("/desk/?least=300&most=300&from=2020-01-01").text
    assert narrow.count("data-row>") == 0
    narrow = client.get("/desk/?least=300&most=300").text
    assert narrow.count("data-row>") == 1
    assert "我的；金额（元）300 至 300；按紧急程度和期限　本页 1 条" in narrow
    refused = client.post("/desk/together", query_string={"list": "q=赵六"}, data={})
    assert refused.status_code == 422
    assert "没有选中任何一项" in refused.text
    assert refused.text.count("data-row>") == 1


def test_work_is_found_as_people_look_for_it(web: Web) -> None:
    number = web.apply(name="赵建国").number
    web.apply(name="李四")
    client = web.client(CADRE)
    for typed in ("建", "建国", "jg", "ZJG", number, number[-4:]):
        page = client.get("/desk/", query_string={"q": typed}).text
        assert ("赵建国" in page, "李四" in page) == (True, False), typed
    assert "没有符合条件的待办" in client.get("/desk/", query_string={"q": "长" * 50}).text
    for forged in ("sort=password", "columns=draft", "tab=all", "rows=100000", "step='", "village=x"):
        assert client.get(f"/desk/?{forged}").status_code == 200, forged
    assert client.get("/desk/?from=昨天").status_code == client.get("/desk/?least=多").status_code == 422


def test_everybody_sees_where_the_work_is(web: Web) -> None:
    case_id = web.apply().case_id
    task, holder = web.open_task(case_id), web.actor(CADRE)
    client, colleague = web.client(CADRE), web.client(COLLEAGUE)
    with web.database.write() as session:
        inbox.claim(session, holder, task, web.clock.now())
    assert "暂无待办" in colleague.get("/desk/").text
    assert f"{holder.name}已签收" in colleague.get("/desk/?tab=office").text
    seen = f"/desk/worklist/changes?ids={task}&since={web.clock.now().isoformat()}".replace("+", "%2B")
    first = colleague.get(seen)
    assert first.json["rows"][task] == {"gone": False, "text": f"{holder.name}已签收 · 10月12日"}
    assert colleague.get(seen, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    answer = client.post(f"/desk/tasks/{task}/complete?list=q%3D王", data={"facts_true": "true", "opinion": "属实"})
    assert answer.location == "/desk/?q=%E7%8E%8B"
    assert colleague.get(seen).json["rows"][task]["text"].startswith(f"{holder.name}已办结")
    assert "王建国" in client.get("/desk/?tab=done").text
    assert "王建国" in client.get("/desk/?tab=waiting").text
    web.clock.move_to(web.clock.now() + timedelta(days=40))
    assert "逾期" in web.client(CLERK).get("/desk/?tab=overdue").text


def test_a_filter_is_kept_and_leaves_as_a_table(web: Web) -> None:
    task = web.open_task(web.apply(name="=1+1").case_id)
    client = web.client(CADRE)
    sheet = load_workbook(io.BytesIO(client.get("/desk/worklist.xlsx?q=1%2B1").data)).active
    assert (sheet["D2"].value, sheet["D2"].data_type) == ("=1+1", "s")
    assert sheet.max_row == 2
    saved = client.post("/desk/worklist/views", data={"name": "赵家屯", "query": "q=赵&next=//evil&sort=name"})
    assert saved.location == "/desk/?q=%E8%B5%B5&sort=name"
    assert "赵家屯" in client.get("/desk/").text
    assert "赵家屯" not in web.client(COLLEAGUE).get("/desk/").text
    assert client.post("/desk/worklist/claim", data={"item": [task, "unknown"]}).status_code == 302
    assert "已签收 1 项" in client.get("/desk/").text


def test_a_head_sees_who_holds_what_and_moves_it(web: Web) -> None:
    head, cadre = "township_head.220122100", web.actor(CADRE)
    tasks = [web.open_task(web.apply(name=name).case_id) for name in ("王一", "李二", "赵三")]
    with web.database.write() as session:
        for task in tasks[:2]:
            inbox.claim(session, cadre, task, web.clock.now())
        office = session.scalar(select(WorkItem.office_id).where(WorkItem.id == tasks[0]))
    web.clock.move_to(web.clock.now() + timedelta(days=40))
    client = web.client(head)
    assert "东好来宝村" in client.get("/desk/load").text
    with counted(web.database.engine) as statements:
        page = client.get(f"/desk/load?office={office}").text
    assert len(statements) <= MOST_STATEMENTS, statements
    assert f"{cadre.name}</a>" in page
    assert page.count("2 件") == 2
    assert "逾期 26 个工作日" in page
    whose = f"/desk/load/{office}/village_cadre/{cadre.user_id}"
    assert "王一" in client.get(whose).text
    colleague = web.actor(COLLEAGUE)
    move = {"item": tasks[0], "to": colleague.user_id}
    assert client.post(f"{whose}/move", data=move).status_code == 422
    assert client.post(f"{whose}/move", data={**move, "reason": "外出"}).status_code == 302
    assert "王一" not in client.get(whose).text
    assert "分派给您" in web.client(COLLEAGUE).get("/desk/messages").text
    assert load_workbook(io.BytesIO(client.get(f"/desk/load.xlsx?office={office}").data)).active.max_row > 3
