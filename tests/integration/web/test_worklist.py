"""The list of work: urgent first, every kind in its tab, filters in the address, changes without a reload."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import select, update

from app.cases.models import Incident, Owed
from app.funds.models import Batch, PaymentOrder
from app.identity.models import User
from app.inbox import operations as inbox
from app.inbox.models import WorkItem
from app.inbox.queries import NO_DUE_DAY
from app.registry import people
from app.registry.models import Award
from tests.support.statements import counted
from tests.support.web import Web
from tests.support.worlds import VILLAGE, id_number

CADRE, COLLEAGUE = "village_cadre.220122100001", "village_cadre.220122100001.2"
CLERK = "township_clerk.220122100"
FINANCE, COUNTY_HEAD, COUNTY_CLERK = "finance.220122", "county_head.220122", "county_clerk.220122"
ADMIN, ELSEWHERE = "administrator.220122", "village_cadre.220104001001"
MOST_STATEMENTS = 10
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
    client.get("/desk/")  # names, titles and news are read once a process
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


def _fill(session: Any, web: Web, case_id: str) -> None:
    """One of each kind of work that no task stands for, due on days that tell them apart."""
    now, village, township = web.clock.now(), web.actor(CADRE).appointments[0], web.actor(CLERK).appointments[0]
    county = web.actor(FINANCE).appointments[0].region_id
    for key, day in (("recheck_on", date(2020, 10, 12)), ("visit_on", date(2020, 10, 9))):
        person_id = people.record_person(session, id_number(day.day), f"周{key[0]}", now)
        award = {"programme": "tekun", "kind": "elderly", "region_code": VILLAGE, "province_code": "220000",
                 "monthly": True, "amount": Decimal(900), "starts_on": date(2020, 1, 1), "status": "in_payment",
                 key: day}  # fmt: skip
        session.add(Award(id=key, person_id=person_id, region_id=village.region_id, township_id=township.region_id,
                          county_id=county, recorded_at=now, **award))  # fmt: skip
    session.add(Batch(id="draft", key="monthly", kind="payment", title="十月特困金", clause="", status="draft",
                      per="award", region_id=county, county_id=county, source="county",
                      due_on=date(2020, 10, 14), drafted_at=now))  # fmt: skip
    for number, file in enumerate((None, "file")):
        session.add(PaymentOrder(id=f"o{number}", programme="tekun", region_id=county, county_id=county, place=1,
                                 payee="周一", amount=Decimal(900), source="county", due_on=date(2020, 10, 15 + number),
                                 status="pending", dedup=f"o{number}", bank_file_id=file, created_at=now))  # fmt: skip
    case = {"case_id": case_id, "county_id": county, "id": "one"}
    session.add(Owed(case_seq=1, key="paper", place=1, title="补交证明", since=now, **case))
    session.add(Incident(action_id="a", element_id="x", stage="element", message="没有录入标准", cause="",
                         raised_at=now, **case))  # fmt: skip
    session.execute(update(User).where(User.username.startswith(COUNTY_CLERK)).values(active=False))


def _row(page: str, word: str) -> str:
    """The row of a list that has a word; empty where there is none."""
    return next((row for row in re.findall(r"<tr.*?</tr>", page, re.S) if word in row), "")


CONFIRMED, PAID = update(Batch).values(status="confirmed"), update(PaymentOrder).values(status="paid")
LATER = datetime(2020, 10, 12, 10, tzinfo=UTC)
# Saturday the 10th was worked.
# By what the row says: who has it, who has not, what is said of its day, its page, and what makes it done.
WITHOUT_A_TASK = {
    "复核已到期": (CADRE, FINANCE, "今天", "/desk/awards/recheck_on", update(Award).values(status="ended")),
    "探访已到期": (CLERK, FINANCE, "逾期 2 个工作日", "/desk/awards/visit_on", update(Award).values(visit_on=None)),
    "批次待确认": (COUNTY_HEAD, CLERK, "还剩 2 个工作日", "/desk/batches/draft", CONFIRMED),
    "制作银行文件": (FINANCE, COUNTY_HEAD, "还剩 3 个工作日", "/desk/payments", PAID),
    "登记银行回单": (FINANCE, COUNTY_HEAD, "还剩 4 个工作日", "/desk/payments", PAID),
    "补交证明": (CLERK, CADRE, "个工作日", "/desk/cases/", update(Owed).values(settled_at=LATER)),
    "没有录入标准": (CADRE, ELSEWHERE, "", "/desk/incidents", update(Incident).values(resolved_at=LATER)),
    "空缺，请安排人员": (ADMIN, CLERK, "", "/desk/offices/", update(User).values(active=True)),
}  # fmt: skip


def test_work_without_a_task_leads_to_where_it_is_done(web: Web) -> None:
    case_id = web.apply(name="孙七").case_id
    with web.database.write() as session:
        _fill(session, web, case_id)
    clients = {name: web.client(name) for name in {each for row in WITHOUT_A_TASK.values() for each in row[:2]}}
    before = {name: client.get("/desk/").text for name, client in clients.items()}
    for word, (whose, other, due, page, _) in WITHOUT_A_TASK.items():
        row = _row(before[whose], word)
        assert due in row, (word, row)
        assert word not in before[other], word
        target = row.split('href="')[1].split('"')[0].replace("&amp;", "&")
        assert target.startswith(page), target
        assert clients[whose].get(target).status_code == 200, target
    with web.database.write() as session:
        for *_, done in WITHOUT_A_TASK.values():
            session.execute(done)
    after = {name: client.get("/desk/").text for name, client in clients.items()}
    assert [word for word, (whose, *_) in WITHOUT_A_TASK.items() if word in after[whose]] == []


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
