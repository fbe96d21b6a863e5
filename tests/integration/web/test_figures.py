"""The page of figures: what waits for a second person, who brought it, and confirming it there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.cases import surveys
from app.core.money import CENT
from app.figures import operations, queries
from app.jobs.runner import Worker
from app.registry import story
from tests.support.web import COUNTY, VILLAGE, Web
from tests.support.worlds import STANDARDS

FIRST, SECOND = f"policy_owner.{COUNTY}", f"policy_owner.{COUNTY}.2"
BORN_1970 = "220122197003071231"


def test_what_waits_shows_who_brought_it_and_another_confirms_it(web: Web) -> None:
    with web.database.write() as session:
        proposer = web.actor(FIRST)
        entered = operations.propose(
            session, proposer, "extra_share_minor", COUNTY, "0.25",
            valid_from=date(2020, 10, 1), reason="农政发〔2020〕3号", now=web.clock.now(),
        )  # fmt: skip
    confirming = f"/desk/figures/{entered.id}/confirm"
    own = web.client(FIRST).get("/desk/figures").text
    assert all(text in own for text in ("等待确认", "农政发〔2020〕3号", proposer.name, "撤回"))
    assert confirming not in own
    clerk = web.client(f"county_clerk.{COUNTY}").get("/desk/figures").text
    assert "等待另一人确认" in clerk
    assert confirming not in clerk
    refused = web.client(FIRST).post(confirming)
    assert (refused.status_code, "另一位" in refused.text) == (403, True)
    second = web.client(SECOND)
    assert confirming in second.get("/desk/figures").text
    assert second.post(confirming).status_code == 302
    after = second.get("/desk/figures").text
    assert "自动重新核算" in after
    assert "等待确认" not in after
    assert "25%" in after
    assert second.post(confirming).status_code == 409


def test_an_entry_is_sent_back_with_a_reason(web: Web) -> None:
    with web.database.write() as session:
        entered = operations.propose(
            session, web.actor(FIRST), "extra_share_minor", COUNTY, "0.25",
            valid_from=date(2020, 10, 1), reason="文件", now=web.clock.now(),
        )  # fmt: skip
    second = web.client(SECOND)
    assert second.post(f"/desk/figures/{entered.id}/reject", data={"reason": " "}).status_code == 422
    assert second.post(f"/desk/figures/{entered.id}/reject", data={"reason": "文件未印发"}).status_code == 302
    assert "等待确认" not in second.get("/desk/figures").text


def typed(**changes: str) -> dict[str, str]:
    given = {"key": "rural_dibao_standard_month", "region": COUNTY, "value": "500", "from": "2020-11-01"}
    return {**given, "until": "", "clause": "", "reason": "农政发〔2020〕9号", **changes}


def test_a_figure_is_entered_on_the_page_and_its_history_shows_it(web: Web) -> None:
    owner = web.client(FIRST)
    form = owner.get("/desk/figures/new").text
    assert "农村低保标准" in form
    answer = owner.post("/desk/figures/new", data=typed())
    assert answer.status_code == 302
    history = owner.get(answer.location).text
    assert all(text in history for text in ("500 元", "待确认", "农政发〔2020〕9号"))
    assert "录入标准" not in web.client(f"county_clerk.{COUNTY}").get("/desk/figures").text
    refused = web.client(f"county_clerk.{COUNTY}").post("/desk/figures/new", data=typed(value="501"))
    assert refused.status_code == 403


def test_every_wrong_field_is_named_and_what_was_typed_stays(web: Web) -> None:
    owner = web.client(FIRST)
    answer = owner.post("/desk/figures/new", data=typed(value="-1", reason=" ", clause="X99", until="2020-01-01"))
    assert answer.status_code == 422
    assert answer.text.count("field-error") == 4
    assert 'value="-1"' in answer.text
    assert owner.post("/desk/figures/new", data=typed(**{"from": "明天"})).status_code == 422


def test_the_floor_answers_while_one_types(web: Web) -> None:
    """E8: 特困's basic living is at least 1.3 times the standard; the notice has at least one day."""
    owner = web.client(FIRST)

    def told(**changes: str) -> str:
        return owner.get("/desk/figures/floors", query_string=typed(**changes)).text

    assert "低于底线" in told(key="tekun_basic_home_month", value="1")
    assert "符合底线" in told(key="tekun_basic_home_month", value="5000")
    assert "低于底线" in told(key="publicity_days", value="0")
    assert "请改正数值" in told(value="x")
    assert "field-error" not in told(value="")
    with web.database.read() as session:
        assert not [row for row in queries.history(session, "tekun_basic_home_month") if row.origin == "people"]


def test_what_is_below_the_floor_by_a_fen_is_not_entered(web: Web) -> None:
    owner = web.client(FIRST)
    floor = Decimal(STANDARDS["rural_dibao_standard_month"]) * Decimal("1.3")
    below = owner.post("/desk/figures/new", data=typed(key="tekun_basic_home_month", value=f"{floor - CENT}"))
    assert (below.status_code, "E8" in below.text) == (422, True)
    assert (
        owner.post("/desk/figures/new", data=typed(key="tekun_basic_home_month", value=f"{floor}")).status_code == 302
    )


def test_who_confirms_sees_first_what_it_costs(web: Web) -> None:
    with web.database.write() as session:
        ways = {"programme": "dibao", "id_number": BORN_1970, "region": VILLAGE, "paid_on": "2020-01-01", "amount": 300}
        story.import_story_registry(session, {"benefits": [ways]}, web.clock.now())
        entered = operations.propose(
            session, web.actor(FIRST), "rural_dibao_standard_month", COUNTY, "500",
            valid_from=date(2020, 10, 1), reason="文件", now=web.clock.now(),
        )  # fmt: skip
    second = web.client(SECOND)
    page = second.get(f"/desk/figures/{entered.id}").text
    assert all(text in page for text in ("500 元", "原来的数值", "确认后会怎样"))
    assert second.post(f"/desk/figures/{entered.id}/preview").status_code == 302
    assert "已核算 0 / 1 户" in second.get(f"/desk/figures/{entered.id}").text
    Worker(web.database, web.clock, surveys.HANDLERS).run_once()
    shown = second.get(f"/desk/figures/{entered.id}").text
    assert "在保的 1 户" in " ".join(shown.split())
    assert "由另一人确认" in web.client(FIRST).get(f"/desk/figures/{entered.id}").text
    clerk = web.client(f"county_clerk.{COUNTY}")
    assert clerk.post(f"/desk/figures/{entered.id}/preview").status_code == 302
    assert web.client("administrator.220122").post(f"/desk/figures/{entered.id}/preview").status_code == 403
    assert web.client("policy_owner.220104").get(f"/desk/figures/{entered.id}").status_code == 403
