"""Awards, people, what is owed, and what the office does with a case on somebody's behalf."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from app import audit
from app.cases import operations
from app.cases.models import Case, Owed
from app.cases.returned_money import HANDLERS
from app.core.actor import APPLICANT
from app.core.clock import local_date
from app.core.ids import new_id
from app.jobs.runner import Worker
from app.publicity import queries as notices
from app.registry import house_accounts, paying
from app.registry import operations as registry
from app.registry.models import Award
from tests.support import money
from tests.support.money import ID_NUMBER, RECIPIENT
from tests.support.photos import PHOTO
from tests.support.web import APPLICATION, COUNTY, TOWNSHIP, VILLAGE, Web
from tests.support.worlds import SPENDING

CADRE, COLLEAGUE = f"village_cadre.{VILLAGE}", f"village_cadre.{VILLAGE}.2"
CLERK, FINANCE, ADMIN = f"township_clerk.{TOWNSHIP}", f"finance.{COUNTY}", f"administrator.{COUNTY}"


def person_of(page: str) -> str:
    return page.split('href="/desk/people/')[1].split('"')[0]


def test_awards_are_found_by_name_and_whole_number_and_paged(web: Web) -> None:
    money.start_award(web)
    client = web.client(CLERK)
    for text in ("周", RECIPIENT, ID_NUMBER):
        assert RECIPIENT in client.get("/desk/awards", query_string={"q": text}).text
    assert "没有符合条件的人" in client.get("/desk/awards?q=龙").text
    assert "没有符合条件的人" in client.get("/desk/awards?status=ended").text
    assert "没有符合条件的人" in web.client("township_clerk.220104001").get("/desk/awards").text
    assert web.client(ADMIN).get("/desk/awards").status_code == 403
    assert "逾期" in client.get("/desk/awards/rechecks").text


def test_an_award_is_found_by_any_part_as_its_case_is(web: Web) -> None:
    """And lies in the reader's places all the same."""
    award_id, case = money.start_award(web), web.apply(name=RECIPIENT, id_number=ID_NUMBER)
    with web.database.write() as session:
        session.execute(update(Award).where(Award.id == award_id).values(case_id=case.case_id))
    client, elsewhere = web.client(CLERK), web.client("township_clerk.220104001")
    for text in (RECIPIENT[1:], RECIPIENT[-1], "zgl", "GL", case.number[-4:], ID_NUMBER[-4:]):
        asked = {"query_string": {"q": text}}
        assert award_id in client.get("/desk/awards", **asked).text, text
        assert award_id not in elsewhere.get("/desk/awards", **asked).text, text
    page = client.get("/desk/awards", query_string={"q": RECIPIENT[1:], "rows": "100"}).text
    assert f"查找“{RECIPIENT[1:]}”；在保　本页 1 条" in page
    assert award_id not in client.get("/desk/awards?q=qq").text


def test_a_recheck_begins_on_the_page_of_the_award(web: Web) -> None:
    award_id = money.start_award(web)
    client = web.client(CLERK)
    page = client.get(f"/desk/awards/{award_id}").text
    assert ID_NUMBER not in page
    assert money.ACCOUNT not in page
    assert [word in page for word in ("复核", "变更", "终止")] == [True] * 3
    unknown = client.post(f"/desk/awards/{award_id}/start", data={"process": "main"})
    assert (unknown.status_code, "请选择要办理的事项" in unknown.text) == (422, True)
    case = client.post(f"/desk/awards/{award_id}/start", data={"process": "recheck"}).location
    assert "复核家庭情况" in client.get(case).text
    assert case in client.get(f"/desk/awards/{award_id}").text


def test_a_whole_number_is_shown_once_with_a_reason_on_record(web: Web) -> None:
    client = web.client(CLERK)
    person = person_of(client.get(f"/desk/awards/{money.start_award(web)}").text)
    without = client.post(f"/desk/people/{person}/reveal", data={"reason": "查"})
    assert (without.status_code, ID_NUMBER in without.text, 'value="查"' in without.text) == (422, False, True)
    assert ID_NUMBER in client.post(f"/desk/people/{person}/reveal", data={"reason": "电话核对身份"}).text
    assert ID_NUMBER not in client.get(f"/desk/people/{person}").text
    with web.database.read() as session:
        (event,) = audit.events_of(session, f"person:{person}")
    assert (event.kind, event.actor_id, event.payload) == (
        "revealed", web.actor(CLERK).user_id, {"reason": "电话核对身份"}
    )  # fmt: skip


def owe(web: Web, case_id: str, key: str, days: int) -> None:
    since = web.clock.now() - timedelta(days=days)
    with web.database.write() as session:
        county = session.scalars(select(Case.county_id).where(Case.id == case_id)).one()
        session.add(Owed(id=new_id(), case_id=case_id, county_id=county, case_seq=1, key=key, place=0,
                         title=f"补{key}", clause="B2", since=since))  # fmt: skip


def test_what_is_owed_is_counted_and_listed_until_it_is_supplied(web: Web) -> None:
    case_id = web.apply().case_id
    client = web.client(CLERK)
    assert "没有待补的材料" in client.get("/desk/owed").text
    owe(web, case_id, "签字", 9)
    page = client.get("/desk/owed").text
    assert [text in page for text in ("补签字", "9 天", f"/desk/cases/{case_id}")] == [True] * 3
    assert '待补<span class="count">1</span>' in client.get("/desk/").text
    assert "没有待补的材料" in web.client("village_cadre.220104001001").get("/desk/owed").text
    assert client.get("/desk/owed?after=x").status_code == 422
    with web.database.write() as session:
        operations.withdraw(session, web.actor(CLERK), case_id, "已就业", web.clock.now())
    assert "没有待补的材料" in client.get("/desk/owed").text


def posted(web: Web) -> str:
    """A case of spending relief whose notice stands; its id."""
    steps = (
        ("acceptance", CLERK, {"complete": True}),
        ("verification", CLERK, {"hardship_confirmed": True, "necessary_spending": 30000}),
        ("review", f"township_head.{TOWNSHIP}", {"approved": True, "amount": 3000, "instalments": 1}),
    )
    now = web.clock.now()
    with web.database.write() as session:
        case_id = operations.apply(session, APPLICANT, "expenditure_relief", VILLAGE, SPENDING, now).case_id
    for element, username, data in steps:
        task = web.open_task(case_id)
        with web.database.write() as session:
            assert operations.complete_task(session, web.actor(username), task, data, now).incident is None, element
    return case_id


def test_staff_take_an_objection_and_prove_the_posting(web: Web) -> None:
    case_id = posted(web)
    with web.database.read() as session:
        notice = notices.notices_of(session, case_id)[0].id
    client, at = web.client(CLERK), f"/desk/cases/{case_id}"
    photo: dict[str, Any] = {"files": (io.BytesIO(PHOTO), "公示栏.jpg")}
    elsewhere = web.apply().case_id
    assert client.post(f"/desk/cases/{elsewhere}/notices/{notice}/proof", data=dict(photo)).status_code == 404
    photo = {"files": (io.BytesIO(PHOTO), "公示栏.jpg")}
    assert client.post(f"{at}/notices/{notice}/proof", data=photo).status_code == 302
    assert "更换公示照片" in client.get(at).text
    typed = {"name": "邻居", "phone": "", "reason": "家中有车"}
    without = client.post(f"{at}/objections", data={**typed, "id_seen": "1"})
    assert (without.status_code, "请填写异议人电话" in without.text, "家中有车" in without.text) == (422, True, True)
    unseen = client.post(f"{at}/objections", data={**typed, "phone": "13904310031"})
    assert (unseen.status_code, "核对异议人的身份证件" in unseen.text) == (422, True)
    objection = {**typed, "phone": "13904310031", "id_seen": "1"}
    taken = client.post(f"{at}/objections", data=objection)
    assert "<code>Y220122-2020-0001</code>" in client.get(taken.location).text
    page = client.get(at).text
    assert "有异议，暂停" in page
    assert "窗口已核对身份" in page
    (again,) = re.findall(r'action="([^"]+/objections/[0-9a-f]{32}/code)"', page)
    assert "请核对异议人的身份证件" in client.post(again).text
    renewed = client.get(client.post(again, data={"id_seen": "1"}).location).text
    number, code = re.findall(r"<code>(.*?)</code>", renewed)
    assert web.client().post("/objections", data={"number": number, "query_code": code}).location == "/my-objection"
    assert client.post(f"{at}/objections", data=objection).status_code == 302


def test_somebody_related_leaves_the_case_to_colleagues(web: Web) -> None:
    task = web.open_task(web.apply().case_id)
    client = web.client(CADRE)
    page = client.get(f"/desk/tasks/{task}/tie").text
    assert APPLICATION["name"] in page
    assert APPLICATION["id_number"] not in page
    without = client.post(f"/desk/tasks/{task}/tie", data={"person": "0", "relation": ""})
    assert (without.status_code, "请填写与本人的关系" in without.text) == (422, True)
    assert client.post(f"/desk/tasks/{task}/tie", data={"person": "7", "relation": "兄弟"}).status_code == 422
    client.post(f"/desk/tasks/{task}/claim")
    assert client.post(f"/desk/tasks/{task}/tie", data={"person": "0", "relation": "兄弟"}).status_code == 302
    kept_out = client.get(f"/desk/tasks/{task}")
    assert (kept_out.status_code, "应当回避" in kept_out.text) == (403, True)
    assert web.client(COLLEAGUE).get(f"/desk/tasks/{task}").status_code == 200


def test_the_office_withdraws_for_the_applicant_with_a_reason(web: Web) -> None:
    case_id = web.apply().case_id
    client = web.client(CADRE)
    without = client.post(f"/desk/cases/{case_id}/withdraw", data={"reason": " "})
    assert (without.status_code, "请填写申请人撤回的理由" in without.text) == (422, True)
    assert client.post(f"/desk/cases/{case_id}/withdraw", data={"reason": "已找到工作"}).status_code == 302
    assert "撤回申请：已找到工作" in client.get(f"/desk/cases/{case_id}").text


def test_the_county_draws_rechecks_and_keeps_accounts_of_institutions(web: Web) -> None:
    house = money.money_things(web)["institution"]
    county = web.client(f"county_clerk.{COUNTY}")
    nameless = county.post("/desk/awards/rechecks/draw", data={"region": COUNTY, "programme": "dibao"})
    assert (nameless.status_code, "请填写抽查名称" in nameless.text) == (422, True)
    draw = {"region": COUNTY, "programme": "dibao", "occasion": "第四季度"}
    assert county.post("/desk/awards/rechecks/draw", data=draw).status_code == 302
    assert "第四季度" in county.get("/desk/awards/rechecks").text
    assert "随机抽取" not in web.client(CLERK).get("/desk/awards/rechecks").text
    where = f"/desk/awards/institutions/{house}/account"
    assert county.post(where, data={"account": "12"}).status_code == 422
    assert county.post(where, data={"account": "6217 0000 1111 2222", "basis": "开户许可证"}).status_code == 302
    with web.database.read() as session:
        assert paying.accounts_of_institutions(session, {house}) == {}
        (waiting,) = house_accounts.history(session, house)
    assert county.post(f"{where}/{waiting.id}/confirm").status_code == 403
    assert web.client(f"county_clerk.{COUNTY}.2").post(f"{where}/{waiting.id}/confirm").status_code == 302
    with web.database.read() as session:
        assert paying.accounts_of_institutions(session, {house}) == {house: "6217000011112222"}


def test_the_line_for_places_is_shown(web: Web) -> None:
    house, award_id = money.money_things(web)["institution"], money.start_award(web, "郑福", "220122194802170021")
    with web.database.write() as session:
        registry.change_award(session, award_id, now=web.clock.now(), waits=True, place_rank=1)
    page = web.client(CLERK).get("/desk/awards/institutions").text
    account = f"/desk/awards/institutions/{house}/account"
    assert ("轮候床位" in page, "郑福" in page, account in page) == (True, True, False)


def test_a_death_is_entered_on_the_page_of_a_person_and_corrected_there(web: Web) -> None:
    award_id = money.start_award(web)
    client = web.client(CLERK)
    person = person_of(client.get(f"/desk/awards/{award_id}").text)
    page = client.get(f"/desk/people/{person}").text
    assert "登记死亡" in page
    assert "登记死亡" not in web.client("village_cadre.220122100001").get(f"/desk/people/{person}").text
    assert "不能晚于今天" in client.post(f"/desk/people/{person}/death", data={"happened_on": "2099-01-01"}).text
    assert "“五月”不是日期" in client.post(f"/desk/people/{person}/death", data={"happened_on": "五月"}).text
    day = local_date(web.clock.now())
    client.post(f"/desk/people/{person}/death", data={"happened_on": day.isoformat()})
    assert "更正死亡登记" in client.get(f"/desk/people/{person}").text
    assert "等待重新核算" in client.get(f"/desk/awards/{award_id}").text
    assert "请写明更正的理由" in client.post(f"/desk/people/{person}/death", data={"happened_on": ""}).text
    client.post(f"/desk/people/{person}/death", data={"happened_on": "", "death_reason": "同名误登"})
    assert "登记死亡" in client.get(f"/desk/people/{person}").text


def test_what_was_paid_too_much_stays_listed_until_it_came_back(web: Web) -> None:
    case_id, client = web.apply().case_id, web.client(CLERK)
    order_id = money.order(web)
    with web.database.write() as session:
        for _ in range(2):
            operations.claim_back(session, case_id, [(order_id, Decimal("420.00"))], web.clock.now())
        session.get_one(Case, case_id).closed_at = web.clock.now()
    assert client.get("/desk/owed").text.count("追回死亡次月以后多发的420.00元") == 1
    finance = web.client(f"finance.{COUNTY}")
    claim_id = finance.get("/desk/claims").text.split('href="/desk/claims/')[1].split('"')[0]
    finance.post(f"/desk/claims/{claim_id}/repaid", data={"amount": "420", "proof": "收据 20210601-3"})
    while Worker(web.database, web.clock, HANDLERS).run_once():
        pass
    assert "没有待补的材料" in client.get("/desk/owed").text
